using System.Text;
using Agent.Wire.LokiPush;

namespace Agent.Wire.Tests.LokiPush;

public sealed class LokiPushJsonReaderTests
{
    [Theory]
    [InlineData("""{"streams":[]}""", "")]
    [InlineData("""{}""", "")]
    [InlineData("""{"other":{"deep":[1,2]},"streams":null}""", "")]
    [InlineData("""{"streams":[{"stream":{"app":"x"},"values":[["1","a"],["-2","b",{"t":"v","t":"w"}]]}]}""", "<app=x 1:a -2:b[t=v][t=w]>")]
    [InlineData("""{"streams":[{"values":[["1","a"]],"stream":{"app":"x"}}]}""", "<app=x 1:a>")]
    [InlineData("""{"streams":[{"stream":{},"values":null},{"values":[null]},{"stream":{"n":1.50,"b":true,"z":null}}]}""", "<><><n=1.50b=truez=null>")]
    [InlineData("""{"streams":[{"stream":{"a":"1"},"values":[["5"],["6","x",{},"later",{"y":[]}]]}]}""", "<a=1 5: 6:x>")]
    [InlineData("""{"streams":[{"stream":{"a\n":"\"\\"},"values":[["7","\u00e9\ud83d\ude00\t\/\b",{"\u006b":"\r"}]]}]}""", "<a\n=\"\\ 7:é😀\t/\b[k=\r]>")]
    [InlineData("""{"streams":[{"values":[["7","\ud800 \ude00\ud800A"]]}]}""", "< 7:\uFFFD \uFFFD\uFFFDA>")]
    [InlineData("""{"streams":[{"values":[["9223372036854775807","日本"]]}]}""", "< 9223372036854775807:日本>")]
    public void Good_requests_reach_the_sink(string json, string expected)
    {
        Assert.True(Read(Encoding.UTF8.GetBytes(json), out string taken, out string? error), error);
        Assert.Equal(expected, taken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"streams":[]} more""")]
    [InlineData("""{"streams":{}}""")]
    [InlineData("""{"streams":[null]}""")]
    [InlineData("""{"streams":[{"stream":[]}]}""")]
    [InlineData("""{"streams":[{"stream":null}]}""")]
    [InlineData("""{"streams":[{"stream":{"a":{}}}]}""")]
    [InlineData("""{"streams":[{"values":{}}]}""")]
    [InlineData("""{"streams":[{"values":["1"]}]}""")]
    [InlineData("""{"streams":[{"values":[[]]}]}""")]
    [InlineData("""{"streams":[{"values":[[1,"a"]]}]}""")]
    [InlineData("""{"streams":[{"values":[["","a"]]}]}""")]
    [InlineData("""{"streams":[{"values":[["1x","a"]]}]}""")]
    [InlineData("""{"streams":[{"values":[["+1","a"]]}]}""")]
    [InlineData("""{"streams":[{"values":[["9223372036854775808","a"]]}]}""")]
    [InlineData("""{"streams":[{"values":[["1",2]]}]}""")]
    [InlineData("""{"streams":[{"values":[["1",null]]}]}""")]
    [InlineData("""{"streams":[{"values":[["1","a",null]]}]}""")]
    [InlineData("""{"streams":[{"values":[["1","a",{"k":1}]]}]}""")]
    [InlineData("""{"streams":[{"values":[["1","a"]""")]
    public void Bad_requests_end_in_an_error(string json)
    {
        Assert.False(Read(Encoding.UTF8.GetBytes(json), out _, out string? error));
        Assert.StartsWith("cannot read", error);
    }

    [Fact]
    public void Damaged_requests_never_throw()
    {
        byte[] good = """{"streams":[{"stream":{"a":"\u00e9"},"values":[["1","a\n"],["2","\ud83d\ude00",{"t":"v"}]]}]}"""u8.ToArray();
        var random = new Random(9);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = good[..(random.Next(4) == 0 ? random.Next(good.Length) : good.Length)];
            for (int flips = random.Next(1, 4); flips > 0 && damaged.Length > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : good[random.Next(good.Length)];
            }
            Assert.Equal(Read(damaged, out _, out string? error), error is null);
        }
    }

    private static bool Read(byte[] json, out string taken, out string? error)
    {
        using var reader = new LokiPushJsonReader();
        var sink = new TextSink();
        bool ok = reader.TryRead(json, ref sink, out error);
        taken = sink.Text.ToString();
        return ok;
    }

    private sealed class TextSink : ILokiPushSink
    {
        public StringBuilder Text { get; } = new();

        public void BeginStream() => Text.Append('<');

        public void Label(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
            Text.Append(Encoding.UTF8.GetString(name)).Append('=').Append(Encoding.UTF8.GetString(value));

        public void BeginEntry(long unixNanos, ReadOnlySpan<byte> line) =>
            Text.Append(' ').Append(unixNanos).Append(':').Append(Encoding.UTF8.GetString(line));

        public void Metadata(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
            Text.Append('[').Append(Encoding.UTF8.GetString(name)).Append('=').Append(Encoding.UTF8.GetString(value)).Append(']');

        public void EndEntry()
        {
        }

        public void EndStream() => Text.Append('>');
    }
}
