using System.Net;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Sdk;

namespace Agent.Components.Prometheus.ExporterBlackbox.HttpProbe;

/// <summary>Makes the requests of one probe.</summary>
internal sealed class ProbeRequests(HttpProbeOptions options)
{
    private static readonly string UserAgent = $"Blackbox-Exporter/{typeof(ProbeRequests).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>The Host header that the module sets; null where it sets none.</summary>
    public string? Host => options.Headers.LastOrDefault(static header => IsHost(header.Key)).Value;

    /// <summary>Whom to ask for in TLS: the URL's host may be an address, which has no certificate.</summary>
    public string ServerName(Uri url) => Host is { Length: > 0 } host && Uri.TryCreate($"https://{host}", UriKind.Absolute, out Uri? named)
        ? named.IdnHost
        : url.IdnHost;

    /// <exception cref="HttpRequestException">The file of the user name cannot be read.</exception>
    public HttpClientOptions Authentication()
    {
        HttpClientOptions http = options.Client.Http;
        if (options.Client.UsernameFile.Length == 0 || http.BasicAuth is null)
        {
            return http;
        }
        return http with { BasicAuth = http.BasicAuth with { Username = new Credential(null, options.Client.UsernameFile).Reveal() } };
    }

    /// <param name="method">How to ask.</param>
    /// <param name="url">Where.</param>
    /// <param name="withBody">False once a redirect has dropped the body.</param>
    /// <param name="isTrusted">Whether the host may see what was written for the first one.</param>
    /// <exception cref="HttpRequestException">A file cannot be read.</exception>
    public HttpRequestMessage Create(HttpMethod method, Uri url, bool withBody, bool isTrusted)
    {
        var request = new HttpRequestMessage(method, url)
        {
            Version = options.Client.Http.EnableHttp2 && url.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = withBody ? Body() : null,
        };
        request.Headers.ConnectionClose = true;
        foreach ((string name, string value) in options.Headers)
        {
            if (!IsHost(name) && (isTrusted || !IsPrivate(name)))
            {
                Set(request, name, [value], withBody);
            }
        }
        if (isTrusted)
        {
            AddSecrets(request, withBody);
        }
        if (!request.Headers.Contains("User-Agent"))
        {
            request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        }
        return request;
    }

    private void AddSecrets(HttpRequestMessage request, bool withBody)
    {
        foreach ((string name, ValueList<Secret> values) in options.Client.Http.HttpHeaders)
        {
            if (values.Count > 0)
            {
                Set(request, name, values.Select(static value => value.Reveal()), withBody);
            }
        }
        foreach ((string name, string file) in options.Client.HeaderFiles)
        {
            Set(request, name, [new Credential(null, file).Reveal()], withBody);
        }
    }

    private ByteArrayContent? Body()
    {
        try
        {
            return options.BodyFile.Length > 0 ? new ByteArrayContent(File.ReadAllBytes(options.BodyFile))
                : options.Body.Length > 0 ? new ByteArrayContent(Encoding.UTF8.GetBytes(options.Body))
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HttpRequestException($"Error creating request: {exception.Message}", exception);
        }
    }

    private static void Set(HttpRequestMessage request, string name, IEnumerable<string> values, bool withBody)
    {
        if (!IsOfBody(name))
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, values);
            return;
        }
        if (!withBody || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }
        // Headers of the body stand with the body, even an empty one.
        request.Content ??= new ByteArrayContent([]);
        request.Content.Headers.Remove(name);
        request.Content.Headers.TryAddWithoutValidation(name, values);
    }

    private static bool IsOfBody(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) || name.ToUpperInvariant() is "ALLOW" or "EXPIRES" or "LAST-MODIFIED";

    private static bool IsHost(string name) => name.Equals("Host", StringComparison.OrdinalIgnoreCase);

    private static bool IsPrivate(string name) => name.ToUpperInvariant() is "AUTHORIZATION" or "WWW-AUTHENTICATE" or "COOKIE" or "COOKIE2"
        or "PROXY-AUTHORIZATION" or "PROXY-AUTHENTICATE";
}
