using System.Globalization;
using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>One target for each port of each address of a slice, and for the other ports of the pods there.</summary>
internal sealed class EndpointSliceTargets(MetaLabels metadata) : IRoleTargets<EndpointSlice>
{
    private const string Prefix = MetaNames.Prefix + "endpointslice_";
    private readonly LabelSetBuilder _labels = new();
    private readonly BackedTargets _backed = new(metadata);

    public void Build(EndpointSlice item, ClusterView cluster, List<Target> targets)
    {
        ObjectMeta own = item.Metadata;
        cluster.Services.TryGetValue(ServiceOf(own), out Service? service);
        if (service is not null && IsSecondary(item, service))
        {
            return;
        }
        _labels.Reset(LabelSet.Empty);
        _labels.Set(MetaLabels.Namespace, own.Namespace);
        _labels.Set(Prefix + "address_type", item.AddressType);
        metadata.AddSlice(_labels, own);
        if (service is not null)
        {
            metadata.AddService(_labels, service.Metadata);
        }
        metadata.AttachNamespace(_labels, cluster, own.Namespace);
        LabelSet shared = _labels.ToLabelSet();
        _backed.Begin();
        foreach (SliceEndpoint endpoint in item.Endpoints)
        {
            foreach (EndpointPort port in item.Ports)
            {
                foreach (string address in endpoint.Addresses)
                {
                    _labels.Reset(shared);
                    AddPort(address, port);
                    AddEndpoint(endpoint);
                    metadata.AttachNode(_labels, cluster, NodeOf(endpoint));
                    _backed.Attach(_labels, cluster, endpoint.Target, port.Number, protocol: null);
                    targets.Add(new Target(_labels.ToLabelSet()));
                }
            }
        }
        _backed.AddOthers(_labels, shared, targets);
    }

    public bool IsConcerned(EndpointSlice item, RelatedChanges changes) =>
        changes.Namespaces.Contains(item.Metadata.Namespace)
        || (changes.Services.Count > 0 && changes.Services.Contains(ServiceOf(item.Metadata)))
        || item.Endpoints.Any(endpoint =>
            changes.Concerns(endpoint.Target) || (changes.Nodes.Count > 0 && changes.Nodes.Contains(NodeOf(endpoint))));

    private static string ServiceOf(ObjectMeta slice) =>
        slice.Labels.TryGetValue(EndpointSlice.ServiceLabel, out string? name) ? ClusterView.KeyOf(slice.Namespace, name) : "";

    /// <summary>A service with addresses of both families has a slice for each; both lead to the same pods.</summary>
    private static bool IsSecondary(EndpointSlice slice, Service service) =>
        service.IsDualStack && service.IPFamilies.Count > 0 && service.IPFamilies[0] != slice.AddressType;

    private static string NodeOf(SliceEndpoint endpoint) => endpoint.Target.Kind == "Node" ? endpoint.Target.Name : endpoint.NodeName;

    private void AddPort(string address, EndpointPort port)
    {
        _labels.Set(TargetText.Address, port.Number is { } number ? TargetText.HostAndPort(address, number) : address);
        _labels.Set(Prefix + "port", port.Number?.ToString(CultureInfo.InvariantCulture) ?? "");
        _labels.Set(Prefix + "port_name", port.Name);
        _labels.Set(Prefix + "port_protocol", port.Protocol);
        _labels.Set(Prefix + "port_app_protocol", port.AppProtocol);
    }

    private void AddEndpoint(SliceEndpoint endpoint)
    {
        AddCondition("ready", endpoint.Ready);
        AddCondition("serving", endpoint.Serving);
        AddCondition("terminating", endpoint.Terminating);
        _labels.Set(Prefix + "endpoint_hostname", endpoint.Hostname);
        _labels.Set(Prefix + "address_target_kind", endpoint.Target.Kind);
        _labels.Set(Prefix + "address_target_name", endpoint.Target.Name);
        _labels.Set(Prefix + "endpoint_node_name", endpoint.NodeName);
        _labels.Set(Prefix + "endpoint_zone", endpoint.Zone);
        foreach ((string key, string value) in endpoint.Topology)
        {
            string name = TargetText.LabelName(key);
            _labels.Set($"{Prefix}endpoint_topology_{name}", value);
            _labels.Set($"{Prefix}endpoint_topology_present_{name}", "true");
        }
    }

    private void AddCondition(string name, bool? value)
    {
        if (value is { } known)
        {
            _labels.Set($"{Prefix}endpoint_conditions_{name}", known ? "true" : "false");
        }
    }
}
