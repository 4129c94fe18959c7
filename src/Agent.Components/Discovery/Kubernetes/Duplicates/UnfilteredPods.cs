using Agent.Components.Discovery.Kubernetes.Pushdown;
using Agent.Sdk;
using Agent.Sdk.Checks;
using Agent.Sdk.Decoding;

namespace Agent.Components.Discovery.Kubernetes.Duplicates;

/// <summary>Finds where pods of all nodes come from that nothing on their way keeps to one node. In doubt there are none.</summary>
/// <param name="configuration">What is checked.</param>
/// <param name="own">The node that the agent runs on.</param>
internal sealed class UnfilteredPods(CheckedConfiguration configuration, NodeIdentity own)
{
    private HashSet<string>? _shared;

    public CheckedNode? Find(string id) => configuration.Find(id);

    /// <summary>The discovery.kubernetes whose pods arrive from all nodes in what a component exports; null where there is none, or where that cannot be said.</summary>
    public CheckedNode? Behind(string id) => Behind(id, []);

    /// <summary>True where the flag would keep it to one node.</summary>
    public bool CanBeRestricted(CheckedNode source) =>
        !configuration.Options.OwnNodePods && source.Arguments is DiscoveryKubernetes.Arguments { Role: KubernetesRole.Pod } && !IsShared(source);

    private CheckedNode? Behind(string id, HashSet<string> seen)
    {
        if (configuration.Find(id) is not { } found || !seen.Add(id))
        {
            return null;
        }
        if (found.Arguments is DiscoveryKubernetes.Arguments discovery)
        {
            return FindsPodsOfAllNodes(found, discovery) ? found : null;
        }
        if (found.Arguments is not DiscoveryRelabel.Arguments relabel || NodeRules.MayFilter(relabel.Rule, own.Name))
        {
            return null;
        }
        return found.References.Where(static reference => reference.Argument == "targets")
            .Select(reference => Behind(reference.Id, seen))
            .FirstOrDefault(static source => source is not null);
    }

    private bool FindsPodsOfAllNodes(CheckedNode node, DiscoveryKubernetes.Arguments discovery) =>
        discovery.Role is KubernetesRole.Pod or KubernetesRole.Endpoints or KubernetesRole.EndpointSlice
        && !OwnNodePods.SelectsNode(discovery)
        && !(configuration.Options.OwnNodePods && discovery.Role == KubernetesRole.Pod && !IsShared(node));

    /// <summary>Whether a component with a <c>clustering</c> block is fed with what this one exports: the flag leaves it alone then.</summary>
    private bool IsShared(CheckedNode source)
    {
        if (_shared is null)
        {
            _shared = new HashSet<string>(StringComparer.Ordinal);
            foreach (CheckedNode node in configuration.Nodes.Where(static node => node.Block is not null && ClusteringBlock.MayBeEnabled(node.Block)))
            {
                Collect(node, _shared);
            }
        }
        return _shared.Contains(source.Id);
    }

    private void Collect(CheckedNode node, HashSet<string> shared)
    {
        foreach (CheckedReference reference in node.References)
        {
            if (shared.Add(reference.Id) && configuration.Find(reference.Id) is { } source)
            {
                Collect(source, shared);
            }
        }
    }
}
