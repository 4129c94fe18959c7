using System.Text;
using System.Text.Json;
using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;
using Agent.Testing.Kubernetes;
using Xunit.Abstractions;

namespace Agent.Kubernetes.Tests.Watching;

/// <summary>What a watch keeps of each pod.</summary>
[Collection(nameof(AloneCollection))]
public sealed class RetainedSizeTests(ITestOutputHelper output)
{
    private const int Count = 5000;

    [Fact]
    public void A_pod_is_kept_in_a_kilobyte()
    {
        // What is met for the first time by the process (pools, types) does not belong to the pods.
        Dictionary<string, Pod> warm = ReadAll(0);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        ObjectTable<Pod> table = Table();
        table.Replace(ReadAll(0));
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;

        output.WriteLine($"{each} bytes a pod");
        Assert.InRange(each, 1, 1024);
        GC.KeepAlive(warm);
        GC.KeepAlive(table);
    }

    [Fact]
    public void Of_a_changed_pod_only_what_has_changed_is_kept_anew()
    {
        ObjectTable<Pod> table = Table();
        table.Replace(ReadAll(0));
        Pod[] first = [.. table.Objects.Values];
        foreach (Pod pod in ReadAll(1).Values)
        {
            table.Put(pod);
        }

        // Both are held on to: what they do not share counts.
        long before = GC.GetTotalMemory(forceFullCollection: true);
        first = [];
        long each = (before - GC.GetTotalMemory(forceFullCollection: true)) / Count;

        output.WriteLine($"{each} bytes that one version of a pod does not share with the next");
        Assert.InRange(each, 1, 400);
        GC.KeepAlive(first);
        GC.KeepAlive(table);
    }

    private static ObjectTable<Pod> Table() => new(Kinds.Pods.Sharing);

    private static Dictionary<string, Pod> ReadAll(int revision)
    {
        var pods = new Dictionary<string, Pod>();
        for (int i = 0; i < Count; i++)
        {
            string text = ClusterPods.Pod(i, 100, revision).Replace("\"uid\":", $"\"resourceVersion\": \"{1_000_000 + (revision * Count) + i}\", \"uid\":", StringComparison.Ordinal);
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            json.Read();
            Pod pod = Kinds.Pods.Read(ref json)!;
            pods.Add(ObjectDecoder<Pod>.KeyOf(pod), pod);
        }
        return pods;
    }
}

/// <summary>What measures the memory of the process runs while no other test does.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
#pragma warning disable CA1711 // What it defines is called that.
public sealed class AloneCollection;
#pragma warning restore CA1711
