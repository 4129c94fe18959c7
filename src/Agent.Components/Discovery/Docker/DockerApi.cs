using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Agent.Components.Common.Http;

namespace Agent.Components.Discovery.Docker;

/// <summary>A container, of which only what becomes labels is read. The engine leaves out or sends null for what it does not know.</summary>
internal sealed record DockerContainer
{
    public string Id { get; init; } = "";

    public List<string>? Names { get; init; }

    public string? Image { get; init; }

    [JsonPropertyName("ImageID")]
    public string? ImageId { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public DockerHostConfig? HostConfig { get; init; }

    public DockerNetworkSettings? NetworkSettings { get; init; }

    public List<DockerPort>? Ports { get; init; }

    [JsonIgnore]
    public string NetworkMode => HostConfig?.NetworkMode ?? "";

    [JsonIgnore]
    public Dictionary<string, DockerEndpoint?> Networks => NetworkSettings?.Networks ?? [];
}

internal sealed record DockerHostConfig(string? NetworkMode);

internal sealed record DockerNetworkSettings(Dictionary<string, DockerEndpoint?>? Networks);

/// <summary>A container's place in a network.</summary>
internal sealed record DockerEndpoint
{
    [JsonPropertyName("NetworkID")]
    public string? NetworkId { get; init; }

    [JsonPropertyName("IPAddress")]
    public string? Address { get; init; }

    [JsonPropertyName("GlobalIPv6Address")]
    public string? GlobalAddress { get; init; }

    [JsonIgnore]
    public string AnyAddress => Address is { Length: > 0 } ? Address : GlobalAddress ?? "";
}

internal sealed record DockerPort([property: JsonPropertyName("IP")] string? Address, int PrivatePort, int PublicPort, string? Type);

internal sealed record DockerNetwork(string? Id, string? Name, string? Scope, bool Internal, bool Ingress, Dictionary<string, string>? Labels);

[JsonSerializable(typeof(List<DockerContainer>))]
[JsonSerializable(typeof(List<DockerNetwork>))]
internal sealed partial class DockerJson : JsonSerializerContext;

/// <summary>The requests to the Docker Engine API that list things. Without a version in the path the daemon answers in its own.</summary>
/// <param name="http">Knows where the daemon is.</param>
/// <param name="filters">Which containers to list, by name of the filter.</param>
internal sealed class DockerApi(HttpClient http, SortedDictionary<string, List<string>> filters) : IDisposable
{
    private const int LongestAnswer = 64 * 1024 * 1024;
    private const int LongestComplaint = 1024;

    public Task<List<DockerContainer>> ContainersAsync(CancellationToken stop) =>
        ListAsync("containers/json" + Query(), DockerJson.Default.ListDockerContainer, stop);

    public Task<List<DockerNetwork>> NetworksAsync(CancellationToken stop) => ListAsync("networks", DockerJson.Default.ListDockerNetwork, stop);

    public void Dispose() => http.Dispose();

    /// <summary>Filters are a JSON map from names to lists of values.</summary>
    private string Query()
    {
        if (filters.Count == 0)
        {
            return "";
        }
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach ((string name, List<string> values) in filters)
            {
                writer.WriteStartArray(name);
                values.ForEach(writer.WriteStringValue);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        }
        return "?filters=" + Uri.EscapeDataString(Encoding.UTF8.GetString(json.ToArray()));
    }

    private async Task<List<T>> ListAsync<T>(string path, JsonTypeInfo<List<T>> type, CancellationToken stop)
    {
        using HttpResponseMessage response = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, stop);
        if (!response.IsSuccessStatusCode)
        {
            ReadOnlyMemory<byte> complaint = await BoundedBody.ReadStartAsync(response, LongestComplaint, stop);
            throw new HttpRequestException($"status {(int)response.StatusCode}: {Encoding.UTF8.GetString(complaint.Span).Trim()}");
        }
        ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, LongestAnswer, stop);
        try
        {
            return JsonSerializer.Deserialize(body.Span, type) ?? [];
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"cannot understand the daemon's answer: {exception.Message}", exception);
        }
    }
}
