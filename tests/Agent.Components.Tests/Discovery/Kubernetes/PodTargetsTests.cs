using System.Text;
using System.Text.Json;
using Agent.Components.Discovery.Kubernetes.Roles;
using Agent.Kubernetes.Objects;
using Agent.Telemetry;
using Agent.Testing.Kubernetes;

namespace Agent.Components.Tests.Discovery.Kubernetes;

public sealed class PodTargetsTests
{
    [Fact]
    public void Making_the_target_of_a_pod_allocates_little_more_than_its_labels()
    {
        var role = new PodTargets(new MetaLabels());
        var targets = new List<Target>();
        Pod[] pods = [.. Enumerable.Range(0, 1000).Select(Read)];
        Array.ForEach(pods, pod => role.Build(pod, ClusterView.Empty, targets));
        targets.Clear();

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (Pod pod in pods)
        {
            role.Build(pod, ClusterView.Empty, targets);
        }
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / pods.Length;

        Assert.Equal(pods.Length, targets.Count);
        // Two references a label; the set, the target and the text of its address are what is beside them.
        Assert.InRange(each, 1, (targets[0].Labels.Count * 16) + 400);
    }

    private static Pod Read(int number)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(ClusterPods.Pod(number, nodes: 10)));
        json.Read();
        return Kinds.Pods.Read(ref json)!;
    }
}
