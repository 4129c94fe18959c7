using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Agent.Components.Common.Http;
using Agent.Sdk;

namespace Agent.Components.Remote.Vault;

/// <summary>A request to Vault.</summary>
/// <param name="Method">GET reads, PUT writes.</param>
/// <param name="Path">Without <c>/v1/</c>; not escaped.</param>
internal sealed record VaultRequest(HttpMethod Method, string Path)
{
    /// <summary>Whose right it is; empty for a login.</summary>
    public string Token { get; init; } = "";

    /// <summary>Where it is not that of the client.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Fields of the JSON object that is written; null for none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Fields { get; init; }
}

/// <summary>Talks to a server of Vault. Messages of errors never hold what was sent, nor secrets that were received.</summary>
/// <param name="http">Disposed of with this.</param>
/// <param name="server">Its address.</param>
/// <param name="options">How patient to be.</param>
/// <param name="time">Measures that.</param>
internal sealed class VaultClient(HttpClient http, VaultServer server, VaultClientOptions options, TimeProvider time) : IDisposable
{
    // Vault itself takes values of 1 MiB at most; escapes make them longer.
    private const int LongestAnswer = 8 * 1024 * 1024;
    private const int LongestError = 64 * 1024;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly RetriedRequest _requests = new(http, options.Retries, time);

    /// <exception cref="HttpRequestException">It refuses, or does not answer in time.</exception>
    /// <exception cref="InvalidDataException">The answer is not what Vault would say.</exception>
    public async Task<VaultAnswer> SendAsync(VaultRequest request, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(options.Timeout < Day ? options.Timeout : Day, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            using HttpResponseMessage response = await _requests.SendAsync(() => Build(request), both.Token);
            if (!response.IsSuccessStatusCode)
            {
                string reason = VaultAnswer.ErrorsIn(await BoundedBody.ReadStartAsync(response, LongestError, both.Token));
                throw new HttpRequestException(
                    $"{request.Path}: the server answered {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd()
                    + (reason.Length > 0 ? $": {reason}" : ""),
                    null, response.StatusCode);
            }
            return response.StatusCode == HttpStatusCode.NoContent
                ? VaultAnswer.Empty
                : VaultAnswer.Parse(await BoundedBody.ReadAsync(response, LongestAnswer, both.Token));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new HttpRequestException($"{request.Path}: no answer within {GoDuration.Format(options.Timeout)}");
        }
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Build(VaultRequest request)
    {
        string path = string.Join('/', request.Path.Trim('/').Split('/').Select(Uri.EscapeDataString));
        var message = new HttpRequestMessage(request.Method, $"{server.Address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/v1/{path}");
        // Vault's own proxy lets only those pass that say what they are for.
        message.Headers.TryAddWithoutValidation("X-Vault-Request", "true");
        if (request.Token.Length > 0)
        {
            message.Headers.TryAddWithoutValidation("X-Vault-Token", request.Token);
        }
        if ((request.Namespace.Length > 0 ? request.Namespace : server.Namespace) is { Length: > 0 } space)
        {
            message.Headers.TryAddWithoutValidation("X-Vault-Namespace", space);
        }
        if (request.Fields is { } fields)
        {
            message.Content = new ByteArrayContent(Write(fields));
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        return message;
    }

    private static byte[] Write(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach ((string name, string value) in fields)
            {
                json.WriteString(name, value);
            }
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }
}
