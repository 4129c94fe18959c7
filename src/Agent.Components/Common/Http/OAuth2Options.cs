using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Http;

/// <summary>The OAuth 2.0 client credentials flow (RFC 6749, section 4.4).</summary>
public sealed record OAuth2Options : IValidated
{
    /// <summary>Client identifier.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>Client secret.</summary>
    public Secret? ClientSecret { get; init; }

    /// <summary>File that holds the client secret; read again whenever it changes.</summary>
    public string ClientSecretFile { get; init; } = "";

    /// <summary>Scopes to ask for.</summary>
    public ValueList<string> Scopes { get; init; } = [];

    /// <summary>URL that hands out tokens.</summary>
    public string TokenUrl { get; init; } = "";

    /// <summary>Further parameters of the request for a token.</summary>
    public ValueMap<string> EndpointParams { get; init; } = ValueMap<string>.Empty;

    [Flatten] public ProxyOptions Proxy { get; init; } = new();

    /// <summary>TLS settings of connections to the token URL.</summary>
    [Block] public TlsClientOptions? TlsConfig { get; init; }

    public void Validate(ValidationContext context)
    {
        bool hasSecret = ClientSecret is { } secret && secret.Reveal().Length > 0;
        if (ClientId.Length == 0)
        {
            context.Error("client_id", "cannot use OAuth 2.0: client_id is missing");
        }
        if (!hasSecret && ClientSecretFile.Length == 0)
        {
            context.Error("client_secret", "cannot use OAuth 2.0: client_secret or client_secret_file is missing");
        }
        if (hasSecret && ClientSecretFile.Length > 0)
        {
            context.Error(
                "client_secret_file",
                "cannot take the client secret from two places: at most one of client_secret and client_secret_file may be set");
        }
        if (TokenUrl.Length == 0)
        {
            context.Error("token_url", "cannot use OAuth 2.0: token_url is missing");
        }
        else if (!Uri.TryCreate(TokenUrl, UriKind.Absolute, out _))
        {
            context.Error("token_url", "cannot use the token URL: it is no absolute URL");
        }
    }
}
