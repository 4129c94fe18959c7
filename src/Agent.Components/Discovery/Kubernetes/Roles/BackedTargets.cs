using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>
/// What the roles of endpoints share: labels of the pods behind addresses, and further targets for ports of those pods that no address
/// names. Belongs to one thread.
/// </summary>
internal sealed class BackedTargets(MetaLabels metadata)
{
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);
    private readonly List<Seen> _order = [];

    /// <summary>Forgets the pods of the last object.</summary>
    public void Begin()
    {
        _seen.Clear();
        _order.Clear();
    }

    /// <summary>Adds labels of the pod behind an address and of its container with that port; nothing where no pod is behind it.</summary>
    /// <param name="protocol">What stands for the protocol of the port; null for the one that the container gives.</param>
    public void Attach(LabelSetBuilder labels, ClusterView cluster, ObjectReference target, int? port, string? protocol)
    {
        string key = ClusterView.KeyOf(target.Namespace, target.Name);
        if (target.Kind != "Pod" || !cluster.Pods.TryGetValue(key, out Pod? pod))
        {
            return;
        }
        if (!_seen.TryGetValue(key, out Seen? seen))
        {
            seen = new Seen(pod);
            _seen.Add(key, seen);
            _order.Add(seen);
        }
        PodLabels.Add(labels, metadata, pod);
        if (port is not { } number)
        {
            return;
        }
        seen.Ports.Add(number);
        foreach ((Container container, bool isInit) in ContainersOf(pod))
        {
            foreach (NamedPort declared in container.Ports)
            {
                if (declared.Number == number)
                {
                    PodLabels.AddContainer(labels, container, isInit);
                    PodLabels.AddPort(labels, declared, protocol ?? declared.Protocol);
                    break;
                }
            }
        }
    }

    /// <summary>Targets for the ports that no address named, of all pods since <see cref="Begin"/>.</summary>
    public void AddOthers(LabelSetBuilder labels, LabelSet shared, List<Target> targets)
    {
        foreach (Seen seen in _order)
        {
            if (seen.Pod.PodIP.Length == 0)
            {
                continue;
            }
            foreach ((Container container, bool isInit) in ContainersOf(seen.Pod))
            {
                foreach (NamedPort port in container.Ports)
                {
                    if (!seen.Ports.Contains(port.Number))
                    {
                        labels.Reset(shared);
                        labels.Set(TargetText.Address, TargetText.HostAndPort(seen.Pod.PodIP, port.Number));
                        PodLabels.AddContainer(labels, container, isInit);
                        PodLabels.AddPort(labels, port, port.Protocol);
                        PodLabels.Add(labels, metadata, seen.Pod);
                        targets.Add(new Target(labels.ToLabelSet()));
                    }
                }
            }
        }
    }

    private static IEnumerable<(Container Container, bool IsInit)> ContainersOf(Pod pod) =>
        pod.Containers.Select(static container => (container, false)).Concat(pod.InitContainers.Select(static container => (container, true)));

    private sealed class Seen(Pod pod)
    {
        public Pod Pod => pod;

        public HashSet<int> Ports { get; } = [];
    }
}
