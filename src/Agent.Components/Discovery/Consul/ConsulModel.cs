using System.Text.Json.Serialization;

namespace Agent.Components.Discovery.Consul;

/// <summary>One instance of a service, of which only what becomes labels is read.</summary>
internal sealed record ConsulEntry(ConsulNode? Node, ConsulService? Service, List<ConsulCheck>? Checks)
{
    private const string NodeMaintenance = "_node_maintenance";
    private const string ServiceMaintenance = "_service_maintenance:";

    /// <summary>The worst of all checks; nothing where one says what is not known.</summary>
    [JsonIgnore]
    public string Health
    {
        get
        {
            string worst = "passing";
            foreach (ConsulCheck check in Checks ?? [])
            {
                string id = check.CheckId ?? "";
                string status = id == NodeMaintenance || id.StartsWith(ServiceMaintenance, StringComparison.Ordinal) ? "maintenance" : check.Status ?? "";
                if (Weight(status) < 0)
                {
                    return "";
                }
                worst = Weight(status) > Weight(worst) ? status : worst;
            }
            return worst;
        }
    }

    private static int Weight(string status) => status switch
    {
        "passing" => 0,
        "warning" => 1,
        "critical" => 2,
        "maintenance" => 3,
        _ => -1,
    };
}

internal sealed record ConsulNode(
    [property: JsonPropertyName("Node")] string? Name, string? Address, Dictionary<string, string>? TaggedAddresses, Dictionary<string, string>? Meta);

internal sealed record ConsulService
{
    [JsonPropertyName("ID")]
    public string? Id { get; init; }

    public List<string>? Tags { get; init; }

    public string? Address { get; init; }

    public int Port { get; init; }

    public Dictionary<string, string>? Meta { get; init; }

    public string? Namespace { get; init; }

    public string? Partition { get; init; }
}

internal sealed record ConsulCheck([property: JsonPropertyName("CheckID")] string? CheckId, string? Status);

/// <summary>What an agent says of itself.</summary>
internal sealed record ConsulSelf(ConsulSelfConfig? Config);

internal sealed record ConsulSelfConfig(string? Datacenter);

[JsonSerializable(typeof(List<ConsulEntry>))]
[JsonSerializable(typeof(Dictionary<string, List<string>>))]
[JsonSerializable(typeof(ConsulSelf))]
internal sealed partial class ConsulJson : JsonSerializerContext;
