using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>One target for each port of each address behind a service, and for the other ports of the pods there.</summary>
internal sealed class EndpointsTargets(MetaLabels metadata) : IRoleTargets<Endpoints>
{
    private const string Prefix = MetaNames.Prefix + "endpoint_";
    private readonly LabelSetBuilder _labels = new();
    private readonly BackedTargets _backed = new(metadata);

    public void Build(Endpoints item, ClusterView cluster, List<Target> targets)
    {
        ObjectMeta own = item.Metadata;
        _labels.Reset(LabelSet.Empty);
        _labels.Set(MetaLabels.Namespace, own.Namespace);
        if (cluster.Services.TryGetValue(ClusterView.KeyOf(own.Namespace, own.Name), out Service? service))
        {
            metadata.AddService(_labels, service.Metadata);
        }
        metadata.AddEndpoints(_labels, own);
        metadata.AttachNamespace(_labels, cluster, own.Namespace);
        LabelSet shared = _labels.ToLabelSet();
        _backed.Begin();
        foreach (EndpointSubset subset in item.Subsets)
        {
            foreach (EndpointPort port in subset.Ports)
            {
                foreach (EndpointAddress address in subset.Addresses)
                {
                    targets.Add(Of(address, port, "true", shared, cluster));
                }
                foreach (EndpointAddress address in subset.NotReadyAddresses)
                {
                    targets.Add(Of(address, port, "false", shared, cluster));
                }
            }
        }
        _backed.AddOthers(_labels, shared, targets);
    }

    public bool IsConcerned(Endpoints item, RelatedChanges changes)
    {
        ObjectMeta own = item.Metadata;
        return changes.Namespaces.Contains(own.Namespace)
            || (changes.Services.Count > 0 && changes.Services.Contains(ClusterView.KeyOf(own.Namespace, own.Name)))
            || item.Subsets.Any(subset =>
                subset.Addresses.Any(address => IsConcerned(address, changes)) || subset.NotReadyAddresses.Any(address => IsConcerned(address, changes)));
    }

    private static bool IsConcerned(EndpointAddress address, RelatedChanges changes) =>
        changes.Concerns(address.Target) || (changes.Nodes.Count > 0 && changes.Nodes.Contains(NodeOf(address)));

    private static string NodeOf(EndpointAddress address) =>
        address.NodeName.Length > 0 ? address.NodeName : address.Target.Kind == "Node" ? address.Target.Name : "";

    private Target Of(EndpointAddress address, EndpointPort port, string ready, LabelSet shared, ClusterView cluster)
    {
        int number = port.Number ?? 0;
        _labels.Reset(shared);
        _labels.Set(TargetText.Address, TargetText.HostAndPort(address.IP, number));
        _labels.Set(Prefix + "port_name", port.Name);
        _labels.Set(Prefix + "port_protocol", port.Protocol);
        _labels.Set(Prefix + "ready", ready);
        _labels.Set(Prefix + "address_target_kind", address.Target.Kind);
        _labels.Set(Prefix + "address_target_name", address.Target.Name);
        _labels.Set(Prefix + "node_name", address.NodeName);
        _labels.Set(Prefix + "hostname", address.Hostname);
        metadata.AttachNode(_labels, cluster, NodeOf(address));
        _backed.Attach(_labels, cluster, address.Target, number, port.Protocol);
        return new Target(_labels.ToLabelSet());
    }
}
