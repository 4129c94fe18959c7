using System.Text.Json;

namespace Agent.Kubernetes.Objects;

public sealed record Service : IKubernetesObject
{
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Such as <c>ClusterIP</c>.</summary>
    public string Type { get; init; } = "";

    public string ClusterIP { get; init; } = "";

    public string ExternalName { get; init; } = "";

    /// <summary>Address that was asked for; what it got is in <see cref="LoadBalancerIPs"/>.</summary>
    public string LoadBalancerIP { get; init; } = "";

    public IReadOnlyList<string> LoadBalancerIPs { get; init; } = [];

    public IReadOnlyList<NamedPort> Ports { get; init; } = [];

    /// <summary>Whether it wants addresses of both families, if it can get them.</summary>
    public bool IsDualStack { get; init; }

    /// <summary><c>IPv4</c>, <c>IPv6</c>; the first is the primary one.</summary>
    public IReadOnlyList<string> IPFamilies { get; init; } = [];

    public static Service? Read(ref Utf8JsonReader json)
    {
        var parts = default(ServiceParts);
        ObjectMeta? metadata = ObjectParts.Read(ref json, ref parts);
        return metadata is null ? null : new Service
        {
            Metadata = metadata,
            Type = parts.Type ?? "",
            ClusterIP = parts.ClusterIP ?? "",
            ExternalName = parts.ExternalName ?? "",
            LoadBalancerIP = parts.LoadBalancerIP ?? "",
            LoadBalancerIPs = parts.LoadBalancerIPs ?? [],
            Ports = parts.Ports ?? [],
            IsDualStack = parts.FamilyPolicy is "PreferDualStack" or "RequireDualStack",
            IPFamilies = parts.Families ?? [],
        };
    }
}
