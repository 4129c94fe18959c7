using System.Text;
using System.Text.Json;
using Agent.Components.Common.Http;
using Agent.Components.Common.Kubernetes;
using Agent.Sdk;

namespace Agent.Components.Remote.Kubernetes;

/// <summary>Asks the API server for one Secret or ConfigMap.</summary>
/// <param name="access">Disposed of with this.</param>
/// <param name="name">Namespace and name of the object.</param>
/// <param name="isSecret">A Secret, whose values are base64; else a ConfigMap.</param>
/// <param name="exports">Makes what the component exports.</param>
internal sealed class ObjectRequest(KubernetesAccess access, (string Namespace, string Name) name, bool isSecret, Func<ValueMap<OptionalSecret>, object> exports) : IRemoteSource
{
    // The server takes objects of 1 MiB at most; base64 and escapes make them longer.
    private const int LargestObject = 8 * 1024 * 1024;

    public async Task<object> AskAsync(CancellationToken stop)
    {
        string plural = isSecret ? "secrets" : "configmaps";
        string path = $"/api/v1/namespaces/{Uri.EscapeDataString(name.Namespace)}/{plural}/{Uri.EscapeDataString(name.Name)}";
        using HttpResponseMessage response = await access.Client.SendAsync(HttpMethod.Get, path, null, stop);
        ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, LargestObject, stop);
        try
        {
            return exports(new ValueMap<OptionalSecret>(Read(body)));
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"cannot understand the server's answer: {exception.Message}", exception);
        }
    }

    public ValueTask DisposeAsync() => access.DisposeAsync();

    private List<KeyValuePair<string, OptionalSecret>> Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        if (!document.RootElement.TryGetProperty("metadata", out _))
        {
            throw new JsonException("it is no object of the API");
        }
        var found = new List<KeyValuePair<string, OptionalSecret>>();
        if (document.RootElement.TryGetProperty("data", out JsonElement data) && data.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty field in data.EnumerateObject())
            {
                string text = field.Value.ValueKind != JsonValueKind.String ? ""
                    : isSecret ? Encoding.UTF8.GetString(field.Value.GetBytesFromBase64())
                    : field.Value.GetString() ?? "";
                found.Add(new(field.Name, new OptionalSecret(text, isSecret)));
            }
        }
        // The server sorts them, but nothing says that it has to.
        found.Sort(static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        return found;
    }
}
