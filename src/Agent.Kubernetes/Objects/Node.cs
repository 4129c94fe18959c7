using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

public sealed record Node : IKubernetesObject
{
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What the cloud calls it; empty elsewhere.</summary>
    public string ProviderId { get; init; } = "";

    public IReadOnlyList<NodeAddress> Addresses { get; init; } = [];

    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>Port of the kubelet.</summary>
    public int KubeletPort { get; init; }

    public static Node? Read(ref Utf8JsonReader json)
    {
        var parts = default(Parts);
        ObjectMeta? metadata = ObjectParts.Read(ref json, ref parts);
        return metadata is null ? null : new Node
        {
            Metadata = metadata,
            ProviderId = parts.ProviderId ?? "",
            Addresses = parts.Addresses ?? [],
            Conditions = parts.Conditions ?? [],
            KubeletPort = parts.KubeletPort,
        };
    }

    private struct Parts : IObjectParts
    {
        public string? ProviderId;
        public IReadOnlyList<NodeAddress>? Addresses;
        public IReadOnlyList<Condition>? Conditions;
        public int KubeletPort;

        public bool ReadSpec(ref Utf8JsonReader json)
        {
            if (json.ValueTextEquals("providerID"u8))
            {
                ProviderId = JsonFields.Text(ref json);
            }
            else
            {
                return false;
            }
            return true;
        }

        public bool ReadStatus(ref Utf8JsonReader json)
        {
            if (json.ValueTextEquals("addresses"u8))
            {
                Addresses = Items.Read(ref json, NodeAddress.Read);
            }
            else if (json.ValueTextEquals("conditions"u8))
            {
                Conditions = Items.Read(ref json, Condition.Read);
            }
            else if (json.ValueTextEquals("daemonEndpoints"u8))
            {
                KubeletPort = ReadPort(ref json, "kubeletEndpoint"u8);
            }
            else
            {
                return false;
            }
            return true;
        }

        private static int ReadPort(ref Utf8JsonReader json, ReadOnlySpan<byte> endpoint)
        {
            int port = 0;
            if (!JsonFields.EnterObject(ref json))
            {
                return port;
            }
            while (JsonFields.Next(ref json))
            {
                // The one field of the core API that is written with a capital.
                if (endpoint.IsEmpty && json.ValueTextEquals("Port"u8))
                {
                    port = (int)(JsonFields.Integer(ref json) ?? 0);
                }
                else if (!endpoint.IsEmpty && json.ValueTextEquals(endpoint))
                {
                    port = ReadPort(ref json, default);
                }
                else
                {
                    JsonFields.Skip(ref json);
                }
            }
            return port;
        }
    }
}

/// <summary>One address of a node.</summary>
/// <param name="Type">Such as <c>InternalIP</c>.</param>
public readonly record struct NodeAddress(string Type, string Address)
{
    internal static NodeAddress Read(ref Utf8JsonReader json)
    {
        string type = "", address = "";
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("type"u8))
            {
                type = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("address"u8))
            {
                address = JsonFields.Name(ref json) ?? "";
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new NodeAddress(type, address);
    }
}
