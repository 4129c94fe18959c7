using System.Text.Json;

namespace Agent.Kubernetes.Objects;

public sealed record Pod : IKubernetesObject
{
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Empty until it is scheduled.</summary>
    public string NodeName { get; init; } = "";

    public IReadOnlyList<Container> Containers { get; init; } = [];

    public IReadOnlyList<Container> InitContainers { get; init; } = [];

    public IReadOnlyList<Container> EphemeralContainers { get; init; } = [];

    /// <summary>Such as <c>Running</c>.</summary>
    public string Phase { get; init; } = "";

    /// <summary>Empty while it starts, and once it was evicted.</summary>
    public string PodIP { get; init; } = "";

    public string HostIP { get; init; } = "";

    /// <summary>Status of the condition of that name, such as <c>True</c>; empty where there is no such condition.</summary>
    public string Ready { get; init; } = "";

    /// <summary>The same with those parts of <paramref name="before"/> that are equal.</summary>
    internal static Pod Sharing(Pod pod, Pod before) => pod with
    {
        Metadata = pod.Metadata.Sharing(before.Metadata),
        Containers = Container.Sharing(pod.Containers, before.Containers),
        InitContainers = Container.Sharing(pod.InitContainers, before.InitContainers),
        EphemeralContainers = Container.Sharing(pod.EphemeralContainers, before.EphemeralContainers),
        PodIP = pod.PodIP == before.PodIP ? before.PodIP : pod.PodIP,
    };

    public static Pod? Read(ref Utf8JsonReader json)
    {
        var parts = default(PodParts);
        ObjectMeta? metadata = ObjectParts.Read(ref json, ref parts);
        return metadata is null ? null : new Pod
        {
            Metadata = metadata,
            NodeName = parts.NodeName ?? "",
            Containers = ContainerStatus.Join(parts.Containers, parts.Statuses),
            InitContainers = ContainerStatus.Join(parts.InitContainers, parts.InitStatuses),
            EphemeralContainers = ContainerStatus.Join(parts.EphemeralContainers, parts.EphemeralStatuses),
            Phase = parts.Phase ?? "",
            PodIP = parts.PodIP ?? "",
            HostIP = parts.HostIP ?? "",
            Ready = parts.Ready ?? "",
        };
    }
}
