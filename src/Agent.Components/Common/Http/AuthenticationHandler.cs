using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Agent.Components.Common.Http;

/// <summary>Puts the Authorization header on each request that has none.</summary>
internal sealed class AuthenticationHandler : DelegatingHandler
{
    private readonly Func<CancellationToken, ValueTask<AuthenticationHeaderValue?>> _header;
    private readonly OAuth2TokenSource? _tokens;

    private AuthenticationHandler(
        Func<CancellationToken, ValueTask<AuthenticationHeaderValue?>> header, OAuth2TokenSource? tokens, HttpMessageHandler inner)
        : base(inner) => (_header, _tokens) = (header, tokens);

    /// <summary>The handler itself where the options ask for no authentication.</summary>
    public static HttpMessageHandler Wrap(HttpClientOptions options, TimeProvider time, HttpMessageHandler inner)
    {
        if (options.OAuth2 is { } flow)
        {
            var tokens = new OAuth2TokenSource(flow, HttpClientBuilder.BuildTransport(flow.Proxy, flow.TlsConfig ?? new(), true), time);
            return new AuthenticationHandler(async stop => new AuthenticationHeaderValue("Bearer", await tokens.GetAsync(stop)), tokens, inner);
        }
        Func<AuthenticationHeaderValue?>? header = HeaderOf(options);
        return header is null ? inner : new AuthenticationHandler(_ => ValueTask.FromResult(header()), null, inner);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization ??= await _header(cancellationToken);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            // Revoked before its time: the next request asks for a new one.
            _tokens?.Forget();
        }
        return response;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _tokens?.Dispose();
        }
        base.Dispose(disposing);
    }

    private static Func<AuthenticationHeaderValue?>? HeaderOf(HttpClientOptions options)
    {
        if (options.BasicAuth is { } basic)
        {
            var password = new Credential(basic.Password, basic.PasswordFile);
            return () => new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.Username}:{password.Reveal()}")));
        }
        if (options.Authorization is { } authorization)
        {
            string type = authorization.Type.Trim() is { Length: > 0 } named ? named : "Bearer";
            return Header(type, new Credential(authorization.Credentials, authorization.CredentialsFile));
        }
        return options.BearerTokenFile.Length > 0 || options.BearerToken?.Reveal().Length > 0
            ? Header("Bearer", new Credential(options.BearerToken, options.BearerTokenFile))
            : null;
    }

    private static Func<AuthenticationHeaderValue?> Header(string type, Credential credential) =>
        () => new AuthenticationHeaderValue(type, credential.Reveal());
}
