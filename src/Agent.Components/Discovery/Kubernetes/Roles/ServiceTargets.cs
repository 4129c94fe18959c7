using System.Globalization;
using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>One target for each port of a service, under its name in the cluster's DNS.</summary>
internal sealed class ServiceTargets(MetaLabels metadata) : IRoleTargets<Service>
{
    private const string Prefix = MetaNames.Prefix + "service_";
    private readonly LabelSetBuilder _labels = new();

    public void Build(Service item, ClusterView cluster, List<Target> targets)
    {
        if (item.Ports.Count == 0)
        {
            return;
        }
        _labels.Reset(LabelSet.Empty);
        metadata.AddService(_labels, item.Metadata);
        metadata.AttachNamespace(_labels, cluster, item.Metadata.Namespace);
        LabelSet shared = _labels.ToLabelSet();
        foreach (NamedPort port in item.Ports)
        {
            _labels.Reset(shared);
            _labels.Set(TargetText.Address, TargetText.HostAndPort($"{item.Metadata.Name}.{item.Metadata.Namespace}.svc", port.Number));
            _labels.Set(Prefix + "port_name", port.Name);
            _labels.Set(Prefix + "port_number", port.Number.ToString(CultureInfo.InvariantCulture));
            _labels.Set(Prefix + "port_protocol", port.Protocol);
            AddType(item);
            targets.Add(new Target(_labels.ToLabelSet()));
        }
    }

    public bool IsConcerned(Service item, RelatedChanges changes) => changes.Namespaces.Contains(item.Metadata.Namespace);

    private void AddType(Service service)
    {
        _labels.Set(Prefix + "type", service.Type);
        if (service.Type == "ExternalName")
        {
            _labels.Set(Prefix + "external_name", service.ExternalName);
        }
        else
        {
            _labels.Set(Prefix + "cluster_ip", service.ClusterIP);
        }
        if (service.Type == "LoadBalancer")
        {
            _labels.Set(Prefix + "loadbalancer_ip", service.LoadBalancerIPs.Count > 0 ? string.Join(',', service.LoadBalancerIPs) : service.LoadBalancerIP);
        }
    }
}
