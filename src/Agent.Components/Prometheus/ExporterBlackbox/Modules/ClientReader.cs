using Agent.Components.Common.Http;
using Agent.Sdk;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>Reads the settings of HTTP clients as Prometheus' configuration files spell them.</summary>
internal static class ClientReader
{
    private const string Plain = "config.plain";

    /// <summary>They stand among the other fields of the map.</summary>
    public static ProbeClientOptions ReadClient(YamlFields fields)
    {
        string usernameFile = "";
        BasicAuthOptions? basic = fields.Object("basic_auth", "config.BasicAuth", auth =>
        {
            usernameFile = auth.Text("username_file");
            Exclusive(auth, "username", "username_file", "at most one of basic_auth username & username_file must be configured");
            Exclusive(auth, "password", "password_file", "at most one of basic_auth password & password_file must be configured");
            return new BasicAuthOptions
            {
                Username = auth.Text("username"), Password = Secret(auth, "password"), PasswordFile = auth.Text("password_file"),
            };
        });
        ProbeTlsOptions tls = ReadTls(fields, "tls_config");
        List<KeyValuePair<string, (List<Secret> Values, List<string> Files)>> headers = ReadHeaders(fields);
        var http = new HttpClientOptions
        {
            BearerToken = Secret(fields, "bearer_token"),
            BearerTokenFile = fields.Text("bearer_token_file"),
            FollowRedirects = fields.Bool("follow_redirects", true),
            EnableHttp2 = fields.Bool("enable_http2", true),
            HttpHeaders = new ValueMap<ValueList<Secret>>(
                [.. headers.Select(static entry => new KeyValuePair<string, ValueList<Secret>>(entry.Key, [.. entry.Value.Values]))]),
            Proxy = ReadProxy(fields),
            BasicAuth = basic,
            Authorization = fields.Object("authorization", "config.Authorization", ReadAuthorization),
            OAuth2 = fields.Object("oauth2", Plain, ReadOAuth2),
            TlsConfig = tls.Client,
        };
        CheckAuthentication(http, fields);
        return new ProbeClientOptions
        {
            Http = http,
            Tls = tls,
            HasProxyHeaders = fields.Has("proxy_connect_header"),
            UsernameFile = usernameFile,
            HeaderFiles = [.. headers.SelectMany(static entry => entry.Value.Files.Select(file => new KeyValuePair<string, string>(entry.Key, file)))],
        };
    }

    public static ProbeTlsOptions ReadTls(YamlFields fields, string name) => fields.Object(name, Plain, ReadTls) ?? new();

    private static ProbeTlsOptions ReadTls(YamlFields fields)
    {
        var client = new TlsClientOptions
        {
            CaPem = fields.Text("ca"),
            CaFile = fields.Text("ca_file"),
            CertPem = fields.Text("cert"),
            CertFile = fields.Text("cert_file"),
            KeyPem = Secret(fields, "key"),
            KeyFile = fields.Text("key_file"),
            ServerName = fields.Text("server_name"),
            InsecureSkipVerify = fields.Bool("insecure_skip_verify"),
            MinVersion = Version(fields, "min_version") ?? TlsVersion.Tls12,
        };
        Exclusive(fields, "ca", "ca_file", "at most one of ca and ca_file must be configured");
        Exclusive(fields, "cert", "cert_file", "at most one of cert and cert_file must be configured");
        Exclusive(fields, "key", "key_file", "at most one of key and key_file must be configured");
        if (client.HasCertificate != (client.HasKeyPem || client.KeyFile.Length > 0))
        {
            fields.Problem("exactly one of key or key_file must be configured when a client certificate is configured, and the other way round");
        }
        return new ProbeTlsOptions { Client = client, MaxVersion = Version(fields, "max_version") ?? TlsVersion.Tls13 };
    }

    private static TlsVersion? Version(YamlFields fields, string name)
    {
        switch (fields.Text(name))
        {
            case "":
                return null;
            case "TLS10":
                return TlsVersion.Tls10;
            case "TLS11":
                return TlsVersion.Tls11;
            case "TLS12":
                return TlsVersion.Tls12;
            case "TLS13":
                return TlsVersion.Tls13;
            case var other:
                fields.Problem($"unknown TLS version: {other}", name);
                return null;
        }
    }

    private static ProxyOptions ReadProxy(YamlFields fields)
    {
        var proxy = new ProxyOptions
        {
            ProxyUrl = fields.Text("proxy_url"),
            NoProxy = fields.Text("no_proxy"),
            ProxyFromEnvironment = fields.Bool("proxy_from_environment"),
        };
        fields.Take("proxy_connect_header");
        if (proxy.ProxyUrl.Length > 0 && !Uri.TryCreate(proxy.ProxyUrl, UriKind.Absolute, out _))
        {
            fields.Problem($"cannot use the proxy {proxy.ProxyUrl}: it is no absolute URL", "proxy_url");
        }
        if (proxy is { ProxyFromEnvironment: true, ProxyUrl.Length: > 0 })
        {
            fields.Problem("if proxy_from_environment is configured, proxy_url must not be configured", "proxy_url");
        }
        if (proxy is { ProxyFromEnvironment: true, NoProxy.Length: > 0 })
        {
            fields.Problem("if proxy_from_environment is configured, no_proxy must not be configured", "no_proxy");
        }
        if (proxy is { ProxyUrl.Length: 0, NoProxy.Length: > 0, ProxyFromEnvironment: false })
        {
            fields.Problem("if no_proxy is configured, proxy_url must also be configured", "no_proxy");
        }
        return proxy;
    }

    private static AuthorizationOptions ReadAuthorization(YamlFields fields)
    {
        var authorization = new AuthorizationOptions
        {
            Type = fields.Text("type", "Bearer"),
            Credentials = Secret(fields, "credentials"),
            CredentialsFile = fields.Text("credentials_file"),
        };
        Exclusive(fields, "credentials", "credentials_file", "at most one of authorization credentials & credentials_file must be configured");
        if (authorization.Type.Trim().Equals("basic", StringComparison.OrdinalIgnoreCase))
        {
            fields.Problem("authorization type cannot be set to \"basic\", use \"basic_auth\" instead", "type");
        }
        return authorization;
    }

    private static OAuth2Options ReadOAuth2(YamlFields fields)
    {
        Exclusive(fields, "client_secret", "client_secret_file", "at most one of oauth2 client_secret & client_secret_file must be configured");
        var options = new OAuth2Options
        {
            ClientId = fields.Text("client_id"),
            ClientSecret = Secret(fields, "client_secret"),
            ClientSecretFile = fields.Text("client_secret_file"),
            Scopes = [.. fields.Texts("scopes")],
            TokenUrl = fields.Text("token_url"),
            EndpointParams = new ValueMap<string>(fields.Entries("endpoint_params", "map[string]string", fields.TextOf)),
            Proxy = ReadProxy(fields),
            TlsConfig = ReadTls(fields, "tls_config").Client,
        };
        if (options.ClientId.Length == 0)
        {
            fields.Problem("oauth2 client_id must be configured");
        }
        if (!Uri.TryCreate(options.TokenUrl, UriKind.Absolute, out _))
        {
            fields.Problem("oauth2 token_url must be configured, as an absolute URL", "token_url");
        }
        return options;
    }

    private static void CheckAuthentication(HttpClientOptions http, YamlFields fields)
    {
        int ways = (http.BasicAuth is null ? 0 : 1) + (http.Authorization is null ? 0 : 1) + (http.OAuth2 is null ? 0 : 1);
        if (ways > 1)
        {
            fields.Problem("at most one of basic_auth, oauth2 & authorization must be configured");
        }
        bool hasBearer = http.BearerToken is not null || http.BearerTokenFile.Length > 0;
        if (hasBearer && ways > 0)
        {
            fields.Problem("at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured");
        }
        Exclusive(fields, "bearer_token", "bearer_token_file", "at most one of bearer_token & bearer_token_file must be configured");
        foreach (string name in http.HttpHeaders.Keys.Where(ReservedHeaders.Contains))
        {
            fields.Problem($"setting header \"{name}\" is not allowed", "http_headers");
        }
    }

    private static List<KeyValuePair<string, (List<Secret> Values, List<string> Files)>> ReadHeaders(YamlFields fields) =>
        fields.Entries("http_headers", "config.Headers", node => fields.Read(node, "config.Header", header =>
        {
            List<Secret> values = [.. header.Texts("values").Concat(header.Texts("secrets")).Select(static text => new Secret(text))];
            return (values, header.Texts("files"));
        }));

    private static Secret? Secret(YamlFields fields, string name) => fields.Text(name) is { Length: > 0 } text ? new Secret(text) : null;

    private static void Exclusive(YamlFields fields, string one, string other, string message)
    {
        if (fields.Has(one) && fields.Has(other))
        {
            fields.Problem(message, other);
        }
    }
}
