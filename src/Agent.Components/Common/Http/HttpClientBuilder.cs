using Agent.Components.Common.Http.Cloud;

namespace Agent.Components.Common.Http;

/// <summary>Builds the HTTP client that <see cref="HttpClientOptions"/> describe. Whoever builds one disposes of it.</summary>
public static class HttpClientBuilder
{
    /// <summary>How long a connection lives: after that, changed addresses, authorities and certificates count.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>The client has no timeout of its own: each request has its own.</summary>
    /// <param name="time">Decides when tokens expire.</param>
    /// <param name="cloud">Authenticates as a cloud wants it, instead of as the options say.</param>
    public static HttpClient Build(HttpClientOptions options, TimeProvider time, ICloudAuthentication? cloud = null)
    {
        HttpMessageHandler transport = BuildTransport(options.Proxy, options.TlsConfig, options.FollowRedirects);
        HttpMessageHandler authenticated = cloud?.Wrap(transport, time) ?? AuthenticationHandler.Wrap(options, time, transport);
        return new HttpClient(new RequestDefaultsHandler(options, authenticated)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    internal static SocketsHttpHandler BuildTransport(ProxyOptions proxy, TlsClientOptions tls, bool followRedirects)
    {
        var transport = new SocketsHttpHandler
        {
            AllowAutoRedirect = followRedirects,
            MaxAutomaticRedirections = 10,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = ConnectionLifetime,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(30),
            UseProxy = proxy.ProxyFromEnvironment || proxy.ProxyUrl.Length > 0,
        };
        if (proxy.ProxyUrl.Length > 0)
        {
            transport.Proxy = new ProxySelection(proxy.ProxyUrl, proxy.NoProxy);
        }
        else if (proxy.ProxyFromEnvironment)
        {
            transport.Proxy = HttpClient.DefaultProxy;
        }
        TlsClient.Configure(transport, tls, transport.UseProxy);
        return transport;
    }
}
