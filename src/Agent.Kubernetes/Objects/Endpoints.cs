using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>The addresses behind a service of the same name.</summary>
public sealed record Endpoints : IKubernetesObject
{
    public required ObjectMeta Metadata { get; init; }

    public IReadOnlyList<EndpointSubset> Subsets { get; init; } = [];

    public static Endpoints? Read(ref Utf8JsonReader json)
    {
        ObjectMeta? metadata = null;
        IReadOnlyList<EndpointSubset> subsets = [];
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetaReader.Read(ref json);
            }
            else if (json.ValueTextEquals("subsets"u8))
            {
                subsets = Items.Read(ref json, EndpointSubset.Read);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return metadata is null ? null : new Endpoints { Metadata = metadata, Subsets = subsets };
    }
}

/// <summary>Addresses that serve the same ports.</summary>
public sealed record EndpointSubset(
    IReadOnlyList<EndpointAddress> Addresses, IReadOnlyList<EndpointAddress> NotReadyAddresses, IReadOnlyList<EndpointPort> Ports)
{
    internal static EndpointSubset Read(ref Utf8JsonReader json)
    {
        IReadOnlyList<EndpointAddress> ready = [], notReady = [];
        IReadOnlyList<EndpointPort> ports = [];
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("addresses"u8))
            {
                ready = Items.Read(ref json, EndpointAddress.Read);
            }
            else if (json.ValueTextEquals("notReadyAddresses"u8))
            {
                notReady = Items.Read(ref json, EndpointAddress.Read);
            }
            else if (json.ValueTextEquals("ports"u8))
            {
                ports = Items.Read(ref json, EndpointPort.Read);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new EndpointSubset(ready, notReady, ports);
    }
}

/// <summary>One address; empty texts where the server says nothing.</summary>
public sealed record EndpointAddress(string IP, string Hostname, string NodeName, ObjectReference Target)
{
    internal static EndpointAddress Read(ref Utf8JsonReader json)
    {
        (string address, string host, string node) = ("", "", "");
        ObjectReference target = ObjectReference.None;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("ip"u8))
            {
                address = JsonFields.Text(ref json) ?? "";
            }
            else if (json.ValueTextEquals("hostname"u8))
            {
                host = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("nodeName"u8))
            {
                node = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("targetRef"u8))
            {
                target = ObjectReference.Read(ref json);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new EndpointAddress(address, host, node, target);
    }
}

/// <summary>One port of an endpoint.</summary>
/// <param name="Number">Null where a slice means every port.</param>
/// <param name="AppProtocol">Empty where the server says nothing; only slices have it.</param>
public sealed record EndpointPort(string Name, int? Number, string Protocol, string AppProtocol)
{
    internal static EndpointPort Read(ref Utf8JsonReader json)
    {
        (string name, string protocol, string appProtocol) = ("", "", "");
        int? number = null;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("name"u8))
            {
                name = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("port"u8))
            {
                number = (int?)JsonFields.Integer(ref json);
            }
            else if (json.ValueTextEquals("protocol"u8))
            {
                protocol = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("appProtocol"u8))
            {
                appProtocol = JsonFields.Name(ref json) ?? "";
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new EndpointPort(name, number, protocol, appProtocol);
    }
}
