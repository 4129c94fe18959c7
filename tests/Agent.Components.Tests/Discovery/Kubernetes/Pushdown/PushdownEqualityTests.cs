using Agent.Components.Common.Relabel;
using Agent.Components.Discovery.Kubernetes;
using Agent.Components.Discovery.Kubernetes.Pushdown;
using Agent.Components.Discovery.Kubernetes.Watching;
using Agent.Sdk;
using Agent.Telemetry;
using static Agent.Components.Tests.Discovery.Kubernetes.KubernetesRun;

namespace Agent.Components.Tests.Discovery.Kubernetes.Pushdown;

/// <summary>The promise of selector pushdown: after all rules nobody can tell whether it was on.</summary>
public sealed class PushdownEqualityTests
{
    private const int Cases = 6000;

    [Theory]
    [InlineData(KubernetesRole.Pod, 1)]
    [InlineData(KubernetesRole.Node, 2)]
    [InlineData(KubernetesRole.Endpoints, 3)]
    [InlineData(KubernetesRole.EndpointSlice, 4)]
    [InlineData(KubernetesRole.Service, 5)]
    public void Targets_after_the_rules_are_the_same_with_and_without_it(KubernetesRole role, int seed)
    {
        int pushed = 0;
        int dotted = 0;
        for (int i = 0; i < Cases; i++)
        {
            var random = new Random((seed * Cases) + i);
            MadeCluster cluster = MadeCluster.Of(random);
            DiscoveryKubernetes.Arguments arguments = new()
            {
                Role = role,
                AttachMetadata = new() { Node = random.Next(2) == 0, Namespace = random.Next(4) == 0 },
                Namespaces = new() { Names = random.Next(5) == 0 ? ["default", "shop"] : [] },
            };
            string kept = random.Next(2) == 0 ? "node-a" : MadeCluster.DottedNode;
            RelabelRule[][] rules = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => MadeRules.Of(random, role, kept))];
            NodeIdentity? own = random.Next(4) == 0 ? null : new("K8S_NODE_NAME", random.Next(4) == 0 ? "ip-10-0-0-2.ec2.internal" : MadeCluster.DottedNode);

            PushedSelectors selectors = SelectorPushdown.Find(role, arguments.AttachMetadata.Node, UsesOf(rules), own).Selectors;
            if (selectors.Equals(PushedSelectors.None))
            {
                continue;
            }
            pushed++;
            dotted += selectors.Node == MadeCluster.DottedNode ? 1 : 0;
            List<Target> all = cluster.TargetsOf(new WatchPlan(arguments, PushedSelectors.None));
            List<Target> some = cluster.TargetsOf(new WatchPlan(arguments, selectors));
            foreach (RelabelRule[] list in rules)
            {
                Assert.True(
                    After(all, list).SequenceEqual(After(some, list)),
                    $"case {i}: pushed {selectors.Describe()}\n{string.Join('\n', list.Select(static rule => rule.ToString()))}");
            }
        }
        // Without this the promise could be kept by never pushing anything.
        Assert.InRange(pushed, Cases / 20, Cases);
        Assert.True(role == KubernetesRole.Service ? dotted == 0 : dotted > Cases / 100, $"the dotted name was pushed {dotted} times");
    }

    private static IEnumerable<string> After(List<Target> targets, RelabelRule[] rules)
    {
        var relabeler = new Relabeler([.. rules], LabelNameRule.Utf8);
        var labels = new LabelSetBuilder();
        foreach (Target target in targets)
        {
            labels.Reset(target.Labels);
            if (relabeler.Apply(labels))
            {
                yield return labels.ToLabelSet().ToString();
            }
        }
    }
}
