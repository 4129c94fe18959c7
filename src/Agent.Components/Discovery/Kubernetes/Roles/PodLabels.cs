using System.Globalization;
using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>Puts what is known of a pod and its containers into labels, as Prometheus names them.</summary>
internal static class PodLabels
{
    public const string NodeName = Prefix + "node_name";
    public const string Phase = Prefix + "phase";
    private const string Prefix = MetaNames.Prefix + "pod_";

    public static void Add(LabelSetBuilder labels, MetaLabels metadata, Pod pod)
    {
        labels.Set(Prefix + "ip", pod.PodIP);
        labels.Set(Prefix + "ready", pod.Ready switch
        {
            "True" => "true",
            "False" => "false",
            "" => "unknown",
            _ => pod.Ready.ToLowerInvariant(),
        });
        labels.Set(Phase, pod.Phase);
        labels.Set(NodeName, pod.NodeName);
        labels.Set(Prefix + "host_ip", pod.HostIP);
        labels.Set(Prefix + "uid", pod.Metadata.Uid);
        metadata.AddPod(labels, pod.Metadata);
        foreach (OwnerReference owner in pod.Metadata.Owners)
        {
            if (owner.IsController)
            {
                labels.Set(Prefix + "controller_kind", owner.Kind);
                labels.Set(Prefix + "controller_name", owner.Name);
                break;
            }
        }
    }

    public static void AddContainer(LabelSetBuilder labels, Container container, bool isInit)
    {
        labels.Set(Prefix + "container_name", container.Name);
        labels.Set(Prefix + "container_image", container.Image);
        labels.Set(Prefix + "container_init", isInit ? "true" : "false");
    }

    public static void AddContainerId(LabelSetBuilder labels, Container container) => labels.Set(Prefix + "container_id", container.Id);

    public static void AddPort(LabelSetBuilder labels, NamedPort port, string protocol)
    {
        labels.Set(Prefix + "container_port_name", port.Name);
        labels.Set(Prefix + "container_port_number", port.Number.ToString(CultureInfo.InvariantCulture));
        labels.Set(Prefix + "container_port_protocol", protocol);
    }
}
