using System.Text;
using System.Text.Json;
using Agent.Kubernetes.Objects;
using Agent.Testing;

namespace Agent.Kubernetes.Tests.Objects;

public sealed class ObjectMetaReaderTests
{
    [ConformanceFact]
    public void The_metadata_of_all_recorded_objects_is_what_a_general_parser_reads()
    {
        var set = new ConformanceSet("kubernetes/metadata");
        foreach (string file in Directory.GetFiles(Conformance.PathOf("kubernetes")!, "*_list.json"))
        {
            using JsonDocument list = Conformance.Load(file);
            foreach (JsonElement item in list.RootElement.GetProperty("items").EnumerateArray())
            {
                JsonElement expected = item.GetProperty("metadata");
                set.Case($"{Path.GetFileName(file)}/{expected.GetProperty("name")}", () => Difference(expected, Read(item.GetRawText())!.Metadata));
            }
        }
        set.Finish();
    }

    [Fact]
    public void Missing_null_and_odd_fields_take_their_empty_value()
    {
        ObjectMeta bare = Read("""{"metadata":{"name":"a"}}""")!.Metadata;
        ObjectMeta odd = Read(
            """{"metadata":{"labels":[1],"annotations":"x","ownerReferences":{"kind":"x"},"uid":7,"namespace":null,"creationTimestamp":"soon","resourceVersion":{},"name":"a","future":[{}]}}""")!.Metadata;
        Assert.Equal(bare.ToString(), odd.ToString());
        Assert.Equal(("a", "", "", ""), (odd.Name, odd.Namespace, odd.Uid, odd.ResourceVersion));
        Assert.Empty(odd.Labels);
        Assert.Empty(odd.Owners);
        Assert.Null(odd.Created);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"metadata":null}""")]
    [InlineData("""{"metadata":[]}""")]
    [InlineData("""{"metadata":{"name":""}}""")]
    [InlineData("""{"metadata":{"name":5}}""")]
    public void An_object_without_a_name_is_none(string json) => Assert.Null(Read(json));

    [Fact]
    public void An_annotation_of_a_megabyte_is_read()
    {
        string large = new('x', 1024 * 1024);
        Assert.Equal(large, Read($$$"""{"metadata":{"annotations":{"note":"{{{large}}}"},"name":"a"}}""")!.Metadata.Annotations["note"]);
    }

    [ConformanceFact]
    public void Decoding_a_recorded_pod_allocates_little_more_than_what_is_kept()
    {
        using JsonDocument list = Conformance.Load("kubernetes/pods_list.json");
        byte[] pod = Encoding.UTF8.GetBytes(list.RootElement.GetProperty("items")[0].GetRawText());
        TestPod? kept = null;
        long least = long.MaxValue;
        for (int round = 0; round < 10; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                var json = new Utf8JsonReader(pod);
                json.Read();
                kept = TestPod.Read(ref json);
            }
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / 100);
        }
        Assert.NotNull(kept);
        // Of some six kilobytes of JSON: two objects, two sets of pairs, an owner, the name, the uid and the version.
        Assert.True(least <= 1100, $"{least} bytes for a pod of {pod.Length} bytes of JSON");
    }

    private static TestPod? Read(string text)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        json.Read();
        TestPod? read = TestPod.Read(ref json);
        Assert.Equal(JsonTokenType.EndObject, json.TokenType);
        Assert.Equal(0, json.CurrentDepth);
        return read;
    }

    private static string? Difference(JsonElement expected, ObjectMeta actual)
    {
        string Text(string name) => expected.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";
        string Pairs(string name) => expected.TryGetProperty(name, out JsonElement map)
            ? string.Join(',', map.EnumerateObject().OrderBy(static p => p.Name, StringComparer.Ordinal).Select(static p => $"{p.Name}={p.Value}"))
            : "";
        string Shown(IReadOnlyDictionary<string, string> pairs) => string.Join(',', pairs.Select(static p => $"{p.Key}={p.Value}"));
        string owners = expected.TryGetProperty("ownerReferences", out JsonElement array)
            ? string.Join(',', array.EnumerateArray().Select(static o =>
                new OwnerReference(o.GetProperty("kind").GetString()!, o.GetProperty("name").GetString()!, o.TryGetProperty("controller", out JsonElement c) && c.GetBoolean())))
            : "";
        string[] wanted = [Text("name"), Text("namespace"), Text("uid"), Text("resourceVersion"), Pairs("labels"), Pairs("annotations"), owners,
            expected.GetProperty("creationTimestamp").GetDateTimeOffset().ToString("O")];
        string[] got = [actual.Name, actual.Namespace, actual.Uid, actual.ResourceVersion, Shown(actual.Labels), Shown(actual.Annotations),
            string.Join(',', actual.Owners), actual.Created!.Value.ToString("O")];
        return wanted.SequenceEqual(got) ? null : $"expected {string.Join(" | ", wanted)}, got {string.Join(" | ", got)}";
    }
}
