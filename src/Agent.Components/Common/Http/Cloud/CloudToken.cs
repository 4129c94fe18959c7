using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Agent.Components.Common.Http.Cloud;

/// <summary>Something that a cloud hands out for a while.</summary>
/// <param name="Value">A token, or credentials.</param>
/// <param name="Expires">When it ends.</param>
internal sealed record CloudToken<T>(T Value, DateTimeOffset Expires);

/// <summary>Keeps what a cloud hands out until shortly before it ends; one request at a time asks for more.</summary>
internal sealed class CloudTokenCache<T>(Func<CancellationToken, Task<CloudToken<T>>> fetch, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan EarlyRenewal = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile CloudToken<T>? _token;

    /// <exception cref="HttpRequestException">There is none to be had: the request fails and is tried again.</exception>
    public async ValueTask<T> GetAsync(CancellationToken stop)
    {
        if (IsGood(_token))
        {
            return _token!.Value;
        }
        await _gate.WaitAsync(stop);
        try
        {
            if (!IsGood(_token))
            {
                _token = await fetch(stop);
            }
            return _token!.Value;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>It was refused before its time.</summary>
    public void Forget() => _token = null;

    public void Dispose() => _gate.Dispose();

    private bool IsGood(CloudToken<T>? token) => token is not null && time.GetUtcNow() < token.Expires - EarlyRenewal;
}

/// <summary>Asks the services that hand out tokens. Messages of errors never hold what was sent or received.</summary>
internal sealed class CloudClient : IDisposable
{
    /// <summary>A service that answers with more than this hands out no tokens.</summary>
    private const int MaxReply = 1 << 20;

    /// <summary>Metadata services are local and answer at once, or are not there.</summary>
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = MaxReply,
    };

    /// <param name="request">Disposed of.</param>
    /// <param name="what">What is fetched, for messages.</param>
    /// <param name="stop">Ends the request.</param>
    public async Task<string> TextAsync(HttpRequestMessage request, string what, CancellationToken stop)
    {
        using (request)
        {
            try
            {
                using HttpResponseMessage response = await _http.SendAsync(request, stop);
                return response.IsSuccessStatusCode
                    ? await response.Content.ReadAsStringAsync(stop)
                    : throw new HttpRequestException($"cannot fetch {what}: {request.RequestUri!.Host} answered {(int)response.StatusCode}");
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                throw new HttpRequestException($"cannot fetch {what}: {request.RequestUri!.Host} does not answer");
            }
        }
    }

    /// <summary>The strings of a JSON object; numbers as text.</summary>
    public async Task<Dictionary<string, string>> FieldsAsync(HttpRequestMessage request, string what, CancellationToken stop) =>
        FieldsOf(await TextAsync(request, what, stop), what);

    /// <summary>Fetches an access token as OAuth 2.0 replies with it.</summary>
    public async Task<CloudToken<string>> TokenAsync(HttpRequestMessage request, TimeProvider time, CancellationToken stop)
    {
        DateTimeOffset asked = time.GetUtcNow();
        Dictionary<string, string> fields = await FieldsAsync(request, "a token", stop);
        if (!fields.TryGetValue("access_token", out string? token) || token.Length == 0)
        {
            throw new HttpRequestException("cannot fetch a token: the reply holds no access_token");
        }
        double seconds = fields.TryGetValue("expires_in", out string? text) && double.TryParse(text, out double given) ? given : 0;
        // Without a lifetime, or with nonsense, it is asked for again in a while.
        return new CloudToken<string>(token, asked + TimeSpan.FromSeconds(seconds is > 0 and < 1e8 ? seconds : 600));
    }

    public static Dictionary<string, string> FieldsOf(string json, string what)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                fields[property.Name] = property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? property.Value.ToString() : "";
            }
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException)
        {
            throw new HttpRequestException($"cannot read {what}: it is no JSON object", invalid);
        }
        return fields;
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>Puts a token of a cloud on each request that has no other authentication.</summary>
internal sealed class CloudTokenHandler(
    HttpMessageHandler inner, CloudClient client, Func<CancellationToken, Task<CloudToken<string>>> fetch, TimeProvider time) : DelegatingHandler(inner)
{
    private readonly CloudTokenCache<string> _tokens = new(fetch, time);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization ??= new AuthenticationHeaderValue("Bearer", await _tokens.GetAsync(cancellationToken));
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            _tokens.Forget();
        }
        return response;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _tokens.Dispose();
            client.Dispose();
        }
        base.Dispose(disposing);
    }
}
