using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>One target for each node: the kubelet's address.</summary>
internal sealed class NodeTargets(MetaLabels metadata) : IRoleTargets<Node>
{
    private const string Prefix = MetaNames.Prefix + "node_";
    private static readonly string[] Preferred = ["InternalIP", "InternalDNS", "ExternalIP", "ExternalDNS", "LegacyHostIP", "Hostname"];
    private readonly LabelSetBuilder _labels = new();

    public void Build(Node item, ClusterView cluster, List<Target> targets)
    {
        if (AddressOf(item) is not { } address)
        {
            return;
        }
        _labels.Reset(LabelSet.Empty);
        _labels.Set(Prefix + "provider_id", item.ProviderId);
        foreach (Condition condition in item.Conditions)
        {
            _labels.Set($"{Prefix}condition_{TargetText.LabelName(condition.Type.ToLowerInvariant())}", condition.Status.ToLowerInvariant());
        }
        metadata.AddNode(_labels, item.Metadata);
        // Backwards: of several addresses of a type the first one counts.
        for (int i = item.Addresses.Count - 1; i >= 0; i--)
        {
            _labels.Set($"{Prefix}address_{TargetText.LabelName(item.Addresses[i].Type)}", item.Addresses[i].Address);
        }
        _labels.Set(TargetText.Address, TargetText.HostAndPort(address, item.KubeletPort));
        _labels.Set("instance", item.Metadata.Name);
        targets.Add(new Target(_labels.ToLabelSet()));
    }

    public bool IsConcerned(Node item, RelatedChanges changes) => false;

    private static string? AddressOf(Node node)
    {
        foreach (string type in Preferred)
        {
            foreach (NodeAddress address in node.Addresses)
            {
                if (address.Type == type)
                {
                    return address.Address;
                }
            }
        }
        return null;
    }
}
