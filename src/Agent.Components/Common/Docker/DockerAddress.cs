using System.Net.Sockets;
using Agent.Components.Common.Http;

namespace Agent.Components.Common.Docker;

/// <summary>Where a Docker daemon listens.</summary>
/// <param name="Url">Base of all requests.</param>
/// <param name="Socket">Path of its Unix socket, or null where it is reached over the network.</param>
internal sealed record DockerAddress(Uri Url, string? Socket)
{
    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    /// <summary>Reads <c>unix:///path</c>, <c>tcp://host:port</c>, <c>http://…</c> or <c>https://…</c>; null for anything else.</summary>
    /// <param name="host">As the user wrote it.</param>
    /// <param name="hasTls">TLS was configured: over tcp, nothing else asks for it.</param>
    public static DockerAddress? Parse(string host, bool hasTls)
    {
        const string Unix = "unix://";
        if (host.StartsWith(Unix, StringComparison.Ordinal))
        {
            return host.Length > Unix.Length ? new DockerAddress(new Uri("http://docker/"), host[Unix.Length..]) : null;
        }
        if (!Uri.TryCreate(host, UriKind.Absolute, out Uri? url) || url.Host.Length == 0)
        {
            return null;
        }
        string? scheme = url.Scheme switch
        {
            "tcp" => hasTls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp,
            "http" or "https" => url.Scheme,
            _ => null,
        };
        if (scheme is null)
        {
            return null;
        }
        int port = url.Scheme == "tcp" && url.Port < 0 ? hasTls ? TlsPort : PlainPort : url.Port;
        return new DockerAddress(new UriBuilder(scheme, url.Host, port, url.AbsolutePath.TrimEnd('/') + "/").Uri, null);
    }

    /// <summary>The options are for the network alone, as documented.</summary>
    public HttpClient Connect(HttpClientOptions options, TimeProvider time)
    {
        if (Socket is null)
        {
            HttpClient client = HttpClientBuilder.Build(options, time);
            client.BaseAddress = Url;
            return client;
        }
        string path = Socket;
        var transport = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(transport) { BaseAddress = Url, Timeout = Timeout.InfiniteTimeSpan };
    }
}
