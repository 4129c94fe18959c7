using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>One target for each port of each container of a pod; one without a port for a container that declares none.</summary>
internal sealed class PodTargets(MetaLabels metadata) : IRoleTargets<Pod>
{
    private readonly LabelSetBuilder _shared = new();
    private readonly LabelSetBuilder _labels = new();

    public void Build(Pod item, ClusterView cluster, List<Target> targets)
    {
        // A pod has no address while it starts and once it was evicted. One on a node that is not watched was filtered out by the
        // selector of nodes.
        if (item.PodIP.Length == 0 || cluster.Nodes?.ContainsKey(item.NodeName) == false)
        {
            return;
        }
        _shared.Reset(LabelSet.Empty);
        PodLabels.Add(_shared, metadata, item);
        _shared.Set(MetaLabels.Namespace, item.Metadata.Namespace);
        metadata.AttachNode(_shared, cluster, item.NodeName);
        metadata.AttachNamespace(_shared, cluster, item.Metadata.Namespace);
        foreach (Container container in item.Containers)
        {
            Build(item, container, isInit: false, targets);
        }
        foreach (Container container in item.InitContainers)
        {
            Build(item, container, isInit: true, targets);
        }
    }

    public bool IsConcerned(Pod item, RelatedChanges changes) =>
        changes.Nodes.Contains(item.NodeName) || changes.Namespaces.Contains(item.Metadata.Namespace);

    private void Build(Pod pod, Container container, bool isInit, List<Target> targets)
    {
        _labels.Reset(_shared);
        PodLabels.AddContainer(_labels, container, isInit);
        PodLabels.AddContainerId(_labels, container);
        if (container.Ports.Count == 0)
        {
            _labels.Set(TargetText.Address, pod.PodIP);
            targets.Add(new Target(_labels.ToLabelSet()));
            return;
        }
        foreach (NamedPort port in container.Ports)
        {
            _labels.Set(TargetText.Address, TargetText.HostAndPort(pod.PodIP, port.Number));
            PodLabels.AddPort(_labels, port, port.Protocol);
            targets.Add(new Target(_labels.ToLabelSet()));
        }
    }
}
