using System.Text;
using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Tests.Json;

public sealed class JsonFieldsTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("{\"a\":[1,{}]}")]
    [InlineData("[[],{}]")]
    [InlineData("true")]
    public void A_value_of_another_type_counts_as_not_there_and_the_next_field_is_read(string odd)
    {
        var json = Reader($$"""{"text":{{odd}},"number":{{(odd == "true" ? "null" : odd)}},"time":{{odd}},"truth":{{(odd == "true" ? "1" : odd)}},"last":"here"}""");
        Assert.True(JsonFields.Next(ref json));
        Assert.Null(JsonFields.Text(ref json));
        Assert.True(JsonFields.Next(ref json));
        Assert.Null(JsonFields.Integer(ref json));
        Assert.True(JsonFields.Next(ref json));
        Assert.Null(JsonFields.Time(ref json));
        Assert.True(JsonFields.Next(ref json));
        Assert.Null(JsonFields.Boolean(ref json));
        Assert.True(JsonFields.Next(ref json));
        Assert.Equal("here", JsonFields.Name(ref json));
        Assert.False(JsonFields.Next(ref json));
    }

    [Fact]
    public void Numbers_are_taken_from_text_too_and_what_is_none_is_null()
    {
        var json = Reader("""{"a":8080,"b":"443","c":"http","d":1e400,"e":1.5}""");
        var seen = new List<long?>();
        while (JsonFields.Next(ref json))
        {
            seen.Add(JsonFields.Integer(ref json));
        }
        Assert.Equal([8080, 443, null, null, null], seen);
    }

    [Fact]
    public void Arrays_give_their_objects_or_texts_over_whatever_else_stands_there()
    {
        var json = Reader("""{"objects":[null,1,{"n":"a"},[{}],"x",{"n":"b"}],"texts":["a",null,{},["q"],"b"]}""");
        var names = new List<string?>();
        JsonFields.Next(ref json);
        Assert.True(JsonFields.EnterArray(ref json));
        while (JsonFields.NextObject(ref json))
        {
            while (JsonFields.Next(ref json))
            {
                names.Add(JsonFields.Name(ref json));
            }
        }
        JsonFields.Next(ref json);
        Assert.True(JsonFields.EnterArray(ref json));
        while (JsonFields.NextText(ref json))
        {
            names.Add(JsonFields.NameHere(ref json));
        }
        Assert.Equal(["a", "b", "a", "b"], names);
        Assert.False(JsonFields.Next(ref json));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_text_and_no_failure()
    {
        var json = Reader("""{"labels":{"good":"\u0041","bad":"\ud800"}}""");
        JsonFields.Next(ref json);
        StringPairs pairs = JsonFields.Pairs(ref json);
        Assert.Equal("A", pairs["good"]);
        Assert.False(pairs.ContainsKey("bad"));
    }

    [Fact]
    public void Text_that_is_cut_off_throws()
    {
        Assert.ThrowsAny<JsonException>(() =>
        {
            var json = Reader("""{"a":{"b":1""");
            while (JsonFields.Next(ref json))
            {
                JsonFields.Skip(ref json);
            }
        });
    }

    [Fact]
    public void Pairs_are_sorted_found_and_equal_by_content()
    {
        StringPairs one = Pairs("""{"l":{"b":"2","a":"1","c":"3","a":"9","x":null,"y":5}}""");
        StringPairs other = Pairs("""{"l":{"a":"9","b":"2","c":"3"}}""");

        Assert.Equal(["a", "b", "c"], one.Keys);
        Assert.Equal("9", one["a"]);
        Assert.False(one.TryGetValue("x", out _));
        Assert.Equal(other, one);
        Assert.Equal(other.GetHashCode(), one.GetHashCode());
        Assert.NotEqual(other, Pairs("""{"l":{"a":"9","b":"2","c":"4"}}"""));
        Assert.Same(StringPairs.Empty, Pairs("""{"l":null}"""));
        Assert.Throws<KeyNotFoundException>(() => one["nothing"]);
    }

    [Fact]
    public void Many_pairs_in_any_order_are_all_found()
    {
        var random = new Random(3);
        var builder = new StringPairs.Builder();
        var expected = new Dictionary<string, string>();
        for (int i = 0; i < 500; i++)
        {
            string key = $"key-{random.Next(300)}";
            builder.Add(key, $"{i}");
            expected[key] = $"{i}";
        }
        StringPairs pairs = builder.Build();
        Assert.Equal(expected.OrderBy(static pair => pair.Key, StringComparer.Ordinal), pairs);
        Assert.All(expected, pair => Assert.Equal(pair.Value, pairs[pair.Key]));
    }

    [Fact]
    public void Names_are_kept_once_and_long_ones_are_not_kept()
    {
        var pool = new NamePool();
        Assert.Same(pool.Get("app.kubernetes.io/name"u8), pool.Get("app.kubernetes.io/name"u8));
        Assert.Equal("größe-π", pool.Get("größe-π"u8));
        Assert.Same(pool.Get("größe-π"u8), pool.Get("größe-π"u8));
        byte[] large = Encoding.UTF8.GetBytes(new string('x', 1000));
        Assert.NotSame(pool.Get(large), pool.Get(large));
        Assert.Equal("a\uFFFD", pool.Get([(byte)'a', 0xff]));
        for (int i = 0; i < 100_000; i++)
        {
            string name = $"pod-{i}";
            Assert.Equal(name, pool.Get(Encoding.UTF8.GetBytes(name)));
        }
    }

    private static StringPairs Pairs(string text)
    {
        var json = Reader(text);
        JsonFields.Next(ref json);
        return JsonFields.Pairs(ref json);
    }

    private static Utf8JsonReader Reader(string text)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        json.Read();
        return json;
    }
}
