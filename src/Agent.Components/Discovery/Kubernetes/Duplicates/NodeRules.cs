using Agent.Components.Common.Relabel;
using Agent.Components.Discovery.Kubernetes.Roles;

namespace Agent.Components.Discovery.Kubernetes.Duplicates;

/// <summary>Says of relabelling rules whether they could keep targets to one node. In doubt they could.</summary>
internal static class NodeRules
{
    /// <summary>A name that no node has: what lets it through keeps nothing back.</summary>
    private const string NoNode = "no-node-is-called-like-this";

    private static readonly string[] NodeLabels =
    [
        PodLabels.NodeName,
        MetaNames.Prefix + "node_name",
        MetaNames.Prefix + "pod_host_ip",
        MetaNames.Prefix + "endpoint_node_name",
        MetaNames.Prefix + "endpointslice_endpoint_node_name",
    ];

    /// <param name="rules">Of one component.</param>
    /// <param name="node">The node that the agent runs on.</param>
    public static bool MayFilter(IEnumerable<RelabelRule> rules, string node)
    {
        // Labels that say, or may say, on which node a target is; those with a shard of targets do as well.
        var labels = new HashSet<string>(NodeLabels, StringComparer.Ordinal);
        foreach (RelabelRule rule in rules)
        {
            bool looksAtNode = rule.SourceLabels?.Any(labels.Contains) == true;
            switch (rule.Action)
            {
                case RelabelAction.Keep when looksAtNode && Narrows(rule, node):
                case RelabelAction.KeepEqual when looksAtNode || labels.Contains(rule.TargetLabel):
                    return true;
                case RelabelAction.HashMod:
                    labels.Add(rule.TargetLabel);
                    break;
                case RelabelAction.Replace or RelabelAction.Lowercase or RelabelAction.Uppercase when looksAtNode:
                    labels.Add(rule.TargetLabel);
                    break;
                case RelabelAction.Replace or RelabelAction.LabelMap when ComparesWith(rule, node):
                    return true;
            }
        }
        return false;
    }

    private static bool Narrows(RelabelRule rule, string node)
    {
        if (rule.SourceLabels is not [string label])
        {
            return true;
        }
        // Every agent would collect the pods of a node that is named outright, unless it is its own.
        return label is PodLabels.NodeName && rule.Regex.TryGetLiterals(out IReadOnlyList<string>? names)
            ? names is [string only] && only == node
            : !rule.Regex.IsMatch(NoNode);
    }

    private static bool ComparesWith(RelabelRule rule, string node) => rule.Regex.Text.Contains(node, StringComparison.Ordinal);
}
