using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Shared;

/// <summary>The HTTP client settings of Prometheus, inlined into many sections, as Alloy's attributes and blocks.</summary>
internal sealed class HttpClientSettings
{
    private readonly YamlMap _from;

    private HttpClientSettings(YamlMap from) => _from = from;

    public static HttpClientSettings Of(YamlMap from)
    {
        from.Expect(
            "basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file", "tls_config", "follow_redirects", "enable_http2",
            "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header", "http_headers");
        var settings = new HttpClientSettings(from);
        settings.Check();
        return settings;
    }

    private bool HasBearer => _from.Has("bearer_token") || _from.Has("bearer_token_file");

    /// <summary>Writes everything.</summary>
    /// <param name="to">Takes attributes and blocks.</param>
    /// <param name="http2">What the component does by itself; null where it must be written.</param>
    /// <param name="sourceHttp2">What the source does by itself.</param>
    /// <param name="redirects">What the component does by itself; null where it must be written.</param>
    public void Write(AlloyBody to, bool? http2 = true, bool sourceHttp2 = true, bool? redirects = true)
    {
        WriteAuthentication(to);
        WriteProxy(_from, to);
        TlsSettings.WriteIfAny(_from, to);
        WriteBehaviour(to, http2, sourceHttp2, redirects);
    }

    /// <summary>Writes what goes with components that authenticate in their own way.</summary>
    public void WriteWithoutAuthentication(AlloyBody to, bool tlsLast, bool tls = true)
    {
        WriteProxy(_from, to);
        if (tls && !tlsLast)
        {
            TlsSettings.WriteIfAny(_from, to);
        }
        WriteBehaviour(to, true, true, true);
        if (tls && tlsLast)
        {
            TlsSettings.WriteIfAny(_from, to);
        }
    }

    /// <summary>Finds settings without counterpart.</summary>
    public static void Validate(YamlMap from, Findings findings)
    {
        findings.Unsupported(IsWritten(from.Get("tls_config"), "max_version"), "HTTP Client max_version");
        findings.Unsupported(IsWritten(from.Get("basic_auth"), "username_file"), "HTTP Client basic_auth username_file");
        findings.Unsupported(
            IsWritten(from.Get("basic_auth"), "username_ref") || IsWritten(from.Get("basic_auth"), "password_ref"),
            "HTTP Client basic_auth secret reference");
        findings.Unsupported(
            from.Fields("http_headers").Any(static header => IsWritten(header.Value, "files")), "HTTP Client http_headers files");
    }

    /// <summary>The same for a component that authenticates in its own way.</summary>
    public static void ValidateWithoutAuthentication(YamlMap from, string section, Findings findings)
    {
        findings.Unsupported(from.Has("basic_auth"), $"{section} basic_auth");
        findings.Unsupported(from.Has("authorization") || from.Has("bearer_token") || from.Has("bearer_token_file"), $"{section} authorization");
        findings.Unsupported(from.Has("oauth2"), $"{section} oauth2");
    }

    // Looks without reading: what a component does not take is not checked further.
    private static bool IsWritten(YamlNode? section, string name) =>
        section?.Fields.Any(field => field.Key == name && field.Value.Kind != YamlKind.Null) == true;

    private void WriteAuthentication(AlloyBody to)
    {
        if (_from.Map("basic_auth", "config.plain") is { } basic)
        {
            basic.Expect("username_file", "username_ref", "password_ref");
            AlloyBody block = to.Block("basic_auth");
            block.Text("username", basic.Text("username"));
            block.Text("password", basic.Text("password"));
            block.Text("password_file", basic.Text("password_file"));
        }
        if (_from.Has("authorization") || HasBearer)
        {
            YamlMap authorization = _from.MapOrEmpty("authorization", "config.plain");
            authorization.Expect("credentials_ref");
            AlloyBody block = to.Block("authorization");
            block.Text("type", authorization.Text("type", "Bearer").Trim());
            block.Text("credentials", authorization.Text("credentials", _from.Text("bearer_token")));
            block.Text("credentials_file", authorization.Text("credentials_file", _from.Text("bearer_token_file")));
        }
        if (_from.Map("oauth2", "config.plain") is { } oauth2)
        {
            WriteOAuth2(oauth2, to.Block("oauth2"));
        }
    }

    private static void WriteOAuth2(YamlMap from, AlloyBody to)
    {
        from.Expect("client_secret_ref");
        to.Text("client_id", from.Text("client_id"));
        to.Text("client_secret", from.Text("client_secret"));
        to.Text("client_secret_file", from.Text("client_secret_file"));
        to.Texts("scopes", from.Texts("scopes"));
        to.Text("token_url", from.Text("token_url"));
        to.TextMap("endpoint_params", from.TextMap("endpoint_params"));
        WriteProxy(from, to);
        TlsSettings.Write(from.MapOrEmpty("tls_config", "config.plain"), to.Block("tls_config"));
    }

    private static void WriteProxy(YamlMap from, AlloyBody to)
    {
        to.Text("proxy_url", from.Text("proxy_url"));
        to.Text("no_proxy", from.Text("no_proxy"));
        to.Flag("proxy_from_environment", from.Flag("proxy_from_environment"));
        if (from.Has("proxy_connect_header"))
        {
            to.Raw("proxy_connect_header", Lists(from, from.Fields("proxy_connect_header")));
        }
    }

    private void WriteBehaviour(AlloyBody to, bool? http2, bool sourceHttp2, bool? redirects)
    {
        to.Flag("follow_redirects", _from.Flag("follow_redirects", true), redirects);
        to.Flag("enable_http2", _from.Flag("enable_http2", sourceHttp2), http2);
        IReadOnlyList<YamlField> headers = _from.Fields("http_headers");
        if (headers.Count > 0)
        {
            to.Raw("http_headers", AlloyText.Object(headers.OrderBy(static header => header.Key, StringComparer.Ordinal).Select(Header)));
        }
    }

    private KeyValuePair<string, string> Header(YamlField header)
    {
        YamlMap values = YamlMap.Of(header.Value, "config.plain", _from.Problems);
        values.Expect("files");
        return KeyValuePair.Create(header.Key, AlloyText.Of(values.Texts("values").Concat(values.Texts("secrets"))));
    }

    private static string Lists(YamlMap from, IReadOnlyList<YamlField> fields) => AlloyText.Object(
        fields.OrderBy(static field => field.Key, StringComparer.Ordinal)
            .Select(field => KeyValuePair.Create(field.Key, AlloyText.Of(field.Value.Items.Select(from.TextOf)))));

    private void Check()
    {
        if (_from.Has("bearer_token") && _from.Has("bearer_token_file"))
        {
            _from.Problems.Invalid(_from.Node, "at most one of bearer_token & bearer_token_file must be configured");
        }
        int ways = (_from.Has("basic_auth") ? 1 : 0) + (_from.Has("oauth2") ? 1 : 0);
        if (HasBearer && ways > 0)
        {
            _from.Problems.Invalid(_from.Node, "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured");
        }
        else if (HasBearer && _from.Has("authorization"))
        {
            _from.Problems.Invalid(_from.Node, "authorization is not compatible with bearer_token & bearer_token_file");
        }
        else if (ways + (_from.Has("authorization") ? 1 : 0) > 1)
        {
            _from.Problems.Invalid(_from.Node, "at most one of basic_auth, oauth2 & authorization must be configured");
        }
    }
}
