using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>A part of the addresses behind a service.</summary>
public sealed record EndpointSlice : IKubernetesObject
{
    /// <summary>The label that names the service.</summary>
    public const string ServiceLabel = "kubernetes.io/service-name";

    public required ObjectMeta Metadata { get; init; }

    /// <summary><c>IPv4</c>, <c>IPv6</c> or <c>FQDN</c>.</summary>
    public string AddressType { get; init; } = "";

    public IReadOnlyList<SliceEndpoint> Endpoints { get; init; } = [];

    public IReadOnlyList<EndpointPort> Ports { get; init; } = [];

    public static EndpointSlice? Read(ref Utf8JsonReader json)
    {
        ObjectMeta? metadata = null;
        string type = "";
        IReadOnlyList<SliceEndpoint> endpoints = [];
        IReadOnlyList<EndpointPort> ports = [];
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetaReader.Read(ref json);
            }
            else if (json.ValueTextEquals("addressType"u8))
            {
                type = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("endpoints"u8))
            {
                endpoints = Items.Read(ref json, SliceEndpoint.Read);
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
        return metadata is null ? null : new EndpointSlice { Metadata = metadata, AddressType = type, Endpoints = endpoints, Ports = ports };
    }
}

/// <summary>One endpoint of a slice; empty texts and nulls where the server says nothing.</summary>
public sealed record SliceEndpoint
{
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public bool? Ready { get; init; }

    public bool? Serving { get; init; }

    public bool? Terminating { get; init; }

    public string Hostname { get; init; } = "";

    public string NodeName { get; init; } = "";

    public string Zone { get; init; } = "";

    public ObjectReference Target { get; init; } = ObjectReference.None;

    /// <summary>What former versions of the API said of where it runs.</summary>
    public IReadOnlyDictionary<string, string> Topology { get; init; } = StringPairs.Empty;

    internal static SliceEndpoint Read(ref Utf8JsonReader json)
    {
        var endpoint = new SliceEndpoint();
        while (JsonFields.Next(ref json))
        {
            endpoint = ReadField(ref json, endpoint);
        }
        return endpoint;
    }

    private static SliceEndpoint ReadField(ref Utf8JsonReader json, SliceEndpoint endpoint)
    {
        if (json.ValueTextEquals("addresses"u8))
        {
            return endpoint with { Addresses = Items.Names(ref json) };
        }
        if (json.ValueTextEquals("conditions"u8))
        {
            return ReadConditions(ref json, endpoint);
        }
        if (json.ValueTextEquals("hostname"u8))
        {
            return endpoint with { Hostname = JsonFields.Name(ref json) ?? "" };
        }
        if (json.ValueTextEquals("nodeName"u8))
        {
            return endpoint with { NodeName = JsonFields.Name(ref json) ?? "" };
        }
        if (json.ValueTextEquals("zone"u8))
        {
            return endpoint with { Zone = JsonFields.Name(ref json) ?? "" };
        }
        if (json.ValueTextEquals("targetRef"u8))
        {
            return endpoint with { Target = ObjectReference.Read(ref json) };
        }
        if (json.ValueTextEquals("deprecatedTopology"u8))
        {
            return endpoint with { Topology = JsonFields.Pairs(ref json) };
        }
        JsonFields.Skip(ref json);
        return endpoint;
    }

    private static SliceEndpoint ReadConditions(ref Utf8JsonReader json, SliceEndpoint endpoint)
    {
        bool? ready = null, serving = null, terminating = null;
        if (!JsonFields.EnterObject(ref json))
        {
            return endpoint;
        }
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("ready"u8))
            {
                ready = JsonFields.Boolean(ref json);
            }
            else if (json.ValueTextEquals("serving"u8))
            {
                serving = JsonFields.Boolean(ref json);
            }
            else if (json.ValueTextEquals("terminating"u8))
            {
                terminating = JsonFields.Boolean(ref json);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return endpoint with { Ready = ready, Serving = serving, Terminating = terminating };
    }
}
