using System.Text.Json;
using Agent.Kubernetes.Json;

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

    public IReadOnlyList<ServicePort> Ports { get; init; } = [];

    /// <summary>Whether it wants addresses of both families, if it can get them.</summary>
    public bool IsDualStack { get; init; }

    /// <summary><c>IPv4</c>, <c>IPv6</c>; the first is the primary one.</summary>
    public IReadOnlyList<string> IPFamilies { get; init; } = [];

    public static Service? Read(ref Utf8JsonReader json)
    {
        ObjectMeta? metadata = null;
        var parts = default(ServiceParts);
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetaReader.Read(ref json);
            }
            else if (json.ValueTextEquals("spec"u8))
            {
                parts.ReadSpec(ref json);
            }
            else if (json.ValueTextEquals("status"u8))
            {
                parts.ReadStatus(ref json);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
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

public readonly record struct ServicePort(string Name, int Number, string Protocol)
{
    internal static ServicePort Read(ref Utf8JsonReader json)
    {
        string name = "", protocol = "";
        int number = 0;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("name"u8))
            {
                name = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("port"u8))
            {
                number = (int)(JsonFields.Integer(ref json) ?? 0);
            }
            else if (json.ValueTextEquals("protocol"u8))
            {
                protocol = JsonFields.Name(ref json) ?? "";
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new ServicePort(name, number, protocol);
    }
}
