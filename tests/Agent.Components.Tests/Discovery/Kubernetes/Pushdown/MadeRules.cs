using Agent.Components.Common.Relabel;
using Agent.Components.Discovery.Kubernetes;
using Agent.Sdk.Patterns;

namespace Agent.Components.Tests.Discovery.Kubernetes.Pushdown;

/// <summary>Rules at random, with a liking for those that selector pushdown looks at and for those that spoil it.</summary>
internal static class MadeRules
{
    private static readonly string[] Labels =
    [
        "__meta_kubernetes_pod_node_name", "__meta_kubernetes_node_name", "__meta_kubernetes_pod_phase", "__meta_kubernetes_namespace",
        "__meta_kubernetes_pod_label_app", "__meta_kubernetes_pod_name", "instance", "node", "tmp", "__address__",
    ];

    private static readonly string[] Patterns =
    [
        "node-a", "node-a", "node-b", "node-a|node-b", "node.a", "node-.*", "(?i)node-a", "(node-a)", "", ".+", "(.*)", "Running", "Succeeded|Failed",
        "Pending|Succeeded|Failed|Unknown", "default", "shop", "default|shop", "kube-system", "web", "node-a;default",
        MadeCluster.DottedNode, @"ip-10-0-0-1\.ec2\.internal", "ip-10-0-0-2.ec2.internal",
    ];

    private static readonly string[] Names = ["__meta_.*", "__meta_kubernetes_pod_(.+)", "__meta_kubernetes_pod_label_(.+)", "(.+)", "tmp", "node|instance"];

    private static readonly string[] Replacements = ["$1", "$1", "${1}", "$0", "node-a", "x_$1", "default"];

    private static readonly string[] NewNames = ["$1", "copy_$1", "__meta_kubernetes_$1", "__meta_kubernetes_pod_node_name", "instance"];

    private static readonly string[] Targets = [.. Labels, "__meta_kubernetes_pod_${1}", "$1", "x_$1"];

    /// <param name="random">Decides.</param>
    /// <param name="role">Whose labels there are.</param>
    /// <param name="node">The node that is kept most often.</param>
    public static RelabelRule[] Of(Random random, KubernetesRole role, string node)
    {
        var rules = new List<RelabelRule>();
        for (int i = random.Next(5); i > 0; i--)
        {
            rules.Add(One(random));
        }
        // Without a little help two lists would hardly ever agree on anything.
        if (random.Next(3) > 0)
        {
            string label = role == KubernetesRole.Node ? "__meta_kubernetes_node_name" : random.Next(3) > 0 ? Labels[0] : Labels[3];
            string pattern = label == Labels[3] ? "default" : node;
            rules.Insert(random.Next(rules.Count + 1), new RelabelRule { SourceLabels = [label], Regex = Parse(pattern), Action = RelabelAction.Keep });
        }
        return [.. rules];
    }

    private static RelabelRule One(Random random) => random.Next(14) switch
    {
        < 3 => new() { Action = RelabelAction.Keep, SourceLabels = Sources(random), Regex = Parse(Pick(random, Patterns)) },
        < 6 => new() { Action = RelabelAction.Drop, SourceLabels = Sources(random), Regex = Parse(Pick(random, Patterns)) },
        < 9 => new()
        {
            SourceLabels = Sources(random), TargetLabel = Pick(random, Targets), Regex = Parse(random.Next(2) == 0 ? "(.*)" : Pick(random, Patterns)),
            Replacement = Pick(random, Replacements),
        },
        9 => new() { Action = RelabelAction.LabelMap, Regex = Parse(Pick(random, Names)), Replacement = Pick(random, NewNames) },
        10 => new() { Action = random.Next(2) == 0 ? RelabelAction.LabelDrop : RelabelAction.LabelKeep, Regex = Parse(Pick(random, Names)) },
        11 => new() { Action = random.Next(2) == 0 ? RelabelAction.KeepEqual : RelabelAction.DropEqual, SourceLabels = Sources(random), TargetLabel = Pick(random, Labels) },
        12 => new() { Action = random.Next(2) == 0 ? RelabelAction.Uppercase : RelabelAction.Lowercase, SourceLabels = Sources(random), TargetLabel = Pick(random, Labels) },
        _ => new() { Action = RelabelAction.HashMod, SourceLabels = Sources(random), TargetLabel = Pick(random, Labels), Modulus = 2 },
    };

    private static Agent.Sdk.ValueList<string> Sources(Random random) =>
        random.Next(5) == 0 ? [Pick(random, Labels), Pick(random, Labels)] : [Pick(random, Labels)];

    private static string Pick(Random random, string[] of) => of[random.Next(of.Length)];

    private static Pattern Parse(string text) => Pattern.Parse(text, PatternOptions.Anchored);
}
