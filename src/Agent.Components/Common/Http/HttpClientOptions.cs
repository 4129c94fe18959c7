using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Http;

/// <summary>How an HTTP client identifies itself, whom it trusts and which way it goes.</summary>
public sealed record HttpClientOptions : IValidated
{
    private const string OneOf = "at most one of basic_auth, authorization, oauth2, bearer_token and bearer_token_file may be set";

    /// <summary>Bearer token to authenticate with.</summary>
    public Secret? BearerToken { get; init; }

    /// <summary>File that holds the bearer token; read again whenever it changes.</summary>
    public string BearerTokenFile { get; init; } = "";

    /// <summary>Whether redirects of the server are followed.</summary>
    public bool FollowRedirects { get; init; } = true;

    /// <summary>Whether HTTP/2 is offered to servers that are reached over TLS.</summary>
    [Name("enable_http2")]
    public bool EnableHttp2 { get; init; } = true;

    /// <summary>Headers sent with each request; their values are secrets.</summary>
    public ValueMap<ValueList<Secret>> HttpHeaders { get; init; } = ValueMap<ValueList<Secret>>.Empty;

    [Flatten] public ProxyOptions Proxy { get; init; } = new();

    /// <summary>Authenticates with a user name and a password.</summary>
    [Block] public BasicAuthOptions? BasicAuth { get; init; }

    /// <summary>Authenticates with an Authorization header of any type.</summary>
    [Block] public AuthorizationOptions? Authorization { get; init; }

    /// <summary>Authenticates with tokens fetched by the OAuth 2.0 client credentials flow.</summary>
    [Block(Name = "oauth2")]
    public OAuth2Options? OAuth2 { get; init; }

    /// <summary>TLS settings of connections to the server.</summary>
    [Block] public TlsClientOptions TlsConfig { get; init; } = new();

    /// <summary>Whether it says how to authenticate.</summary>
    internal bool Authenticates => BearerToken?.Reveal().Length > 0
        || BearerTokenFile.Length > 0 || BasicAuth is not null || Authorization is not null || OAuth2 is not null;

    public void Validate(ValidationContext context)
    {
        (bool Set, string Name)[] kinds =
        [
            (BearerToken is { } token && token.Reveal().Length > 0, "bearer_token"),
            (BearerTokenFile.Length > 0, "bearer_token_file"),
            (BasicAuth is not null, "basic_auth"),
            (Authorization is not null, "authorization"),
            (OAuth2 is not null, "oauth2"),
        ];
        if (kinds.Count(static kind => kind.Set) > 1)
        {
            context.Error(kinds.Last(static kind => kind.Set).Name, $"cannot authenticate in two ways: {OneOf}");
        }
        foreach (string name in HttpHeaders.Keys)
        {
            if (ReservedHeaders.Contains(name))
            {
                context.Error("http_headers", $"cannot set the header {name}: it is set by the client itself");
            }
        }
    }
}
