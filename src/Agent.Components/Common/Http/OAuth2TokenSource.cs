using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Agent.Components.Common.Http;

/// <summary>Fetches a token by the client credentials flow and keeps it until shortly before it expires.</summary>
/// <remarks>
/// The client identifies itself by HTTP basic authentication; a server that refuses that is asked again with the client's
/// identity in the form, and what worked is remembered. Messages of errors never hold what was sent or received.
/// </remarks>
internal sealed class OAuth2TokenSource(OAuth2Options options, HttpMessageHandler transport, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan EarlyRenewal = TimeSpan.FromSeconds(10);

    /// <summary>A token endpoint that answers with more than this is none.</summary>
    private const int MaxReply = 1 << 20;

    private readonly HttpClient _client = new(transport) { Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = MaxReply };
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Credential _secret = new(options.ClientSecret, options.ClientSecretFile);
    private bool _identityInForm;
    private volatile Token? _token;

    public async ValueTask<string> GetAsync(CancellationToken stop)
    {
        string secret = _secret.Reveal();
        if (_token is { } token && token.IsGood(secret, time))
        {
            return token.Text;
        }
        await _gate.WaitAsync(stop);
        try
        {
            if (_token is not { } other || !other.IsGood(secret, time))
            {
                _token = await FetchAsync(secret, stop);
            }
            return _token.Text;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Forget() => _token = null;

    public void Dispose()
    {
        _client.Dispose();
        _gate.Dispose();
    }

    private async Task<Token> FetchAsync(string secret, CancellationToken stop)
    {
        (Token? token, HttpStatusCode status) = await AskAsync(secret, _identityInForm, stop);
        if (token is null && status is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest)
        {
            (token, HttpStatusCode second) = await AskAsync(secret, !_identityInForm, stop);
            _identityInForm ^= token is not null;
            status = token is null ? second : status;
        }
        return token ?? throw new HttpRequestException($"cannot fetch an OAuth 2.0 token: the server answered {(int)status}");
    }

    private async Task<(Token? Token, HttpStatusCode Status)> AskAsync(string secret, bool identityInForm, CancellationToken stop)
    {
        List<KeyValuePair<string, string>> form = [new("grant_type", "client_credentials")];
        if (options.Scopes.Count > 0)
        {
            form.Add(new("scope", string.Join(' ', options.Scopes)));
        }
        form.AddRange(options.EndpointParams);
        using var request = new HttpRequestMessage(HttpMethod.Post, options.TokenUrl);
        if (identityInForm)
        {
            form.Add(new("client_id", options.ClientId));
            form.Add(new("client_secret", secret));
        }
        else
        {
            string identity = $"{Uri.EscapeDataString(options.ClientId)}:{Uri.EscapeDataString(secret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(identity)));
        }
        request.Content = new FormUrlEncodedContent(form);
        DateTimeOffset asked = time.GetUtcNow();
        using HttpResponseMessage response = await _client.SendAsync(request, stop);
        return response.IsSuccessStatusCode
            ? (Read(await response.Content.ReadAsByteArrayAsync(stop), secret, asked), response.StatusCode)
            : (null, response.StatusCode);
    }

    private static Token Read(byte[] reply, string secret, DateTimeOffset asked)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(reply);
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("access_token"u8, out JsonElement text) && text.GetString() is { Length: > 0 } token)
            {
                return new Token(token, secret, asked + Lifetime(json.RootElement));
            }
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException)
        {
            throw new HttpRequestException("cannot fetch an OAuth 2.0 token: the reply is no JSON object", invalid);
        }
        throw new HttpRequestException("cannot fetch an OAuth 2.0 token: the reply holds no access_token");
    }

    /// <summary>Seconds as a number, which some servers send as text; without any, the token counts as good until it is refused.</summary>
    private static TimeSpan Lifetime(JsonElement reply)
    {
        double seconds = 0;
        bool given = reply.TryGetProperty("expires_in"u8, out JsonElement expires) && expires.ValueKind switch
        {
            JsonValueKind.Number => expires.TryGetDouble(out seconds),
            JsonValueKind.String => double.TryParse(expires.GetString(), out seconds),
            _ => false,
        };
        TimeSpan longest = TimeSpan.FromDays(3650);
        return given && seconds > 0 && seconds < longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : longest;
    }

    private sealed record Token(string Text, string Secret, DateTimeOffset Expires)
    {
        public bool IsGood(string secret, TimeProvider time) => Secret == secret && time.GetUtcNow() < Expires - EarlyRenewal;
    }
}
