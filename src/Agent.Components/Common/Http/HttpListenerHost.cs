using System.Net;
using System.Net.Sockets;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Agent.Components.Common.Http;

/// <summary>A component's own HTTP server: one listener, one handler for all paths.</summary>
public sealed class HttpListenerHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HttpListenerHost(WebApplication app) => _app = app;

    /// <summary>The port it listens on, which was any free one where the options say 0.</summary>
    public int Port => new Uri(_app.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal)).Port;

    /// <param name="options">Where and how.</param>
    /// <param name="maxRequestBytes">A longer request is refused while it arrives.</param>
    /// <param name="handler">Answers requests; its exceptions become status 500.</param>
    /// <param name="stop">Gives up starting.</param>
    /// <param name="connections">Counts open connections, where that is wanted.</param>
    /// <exception cref="ComponentException">The port is taken, the address is not ours, or a certificate cannot be loaded.</exception>
    public static async Task<HttpListenerHost> StartAsync(
        HttpServerOptions options, long maxRequestBytes, RequestDelegate handler, CancellationToken stop, Gauge? connections = null)
    {
        TlsServer? tls = options.Tls is null ? null : new TlsServer(options.Tls);
        IPEndPoint endpoint = await ResolveAsync(options, stop);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            SetLimits(kestrel, options, maxRequestBytes);
            kestrel.Listen(endpoint, listen => Configure(listen, tls, connections));
        });
        if (tls is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }
        WebApplication app = builder.Build();
        app.Run(handler);
        try
        {
            await app.StartAsync(stop);
        }
        catch (Exception failed) when (failed is IOException or SocketException or InvalidOperationException)
        {
            await app.DisposeAsync();
            throw new ComponentException($"cannot listen on {endpoint}: {failed.Message}", failed);
        }
        return new HttpListenerHost(app);
    }

    /// <summary>Takes no more connections and waits for requests in progress; what is left at <paramref name="stop"/> is cut off.</summary>
    public Task StopAsync(CancellationToken stop) => _app.StopAsync(stop);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void SetLimits(KestrelServerOptions kestrel, HttpServerOptions options, long maxRequestBytes)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.ConnLimit > 0 ? options.ConnLimit : null;
        kestrel.Limits.MaxRequestBodySize = maxRequestBytes;
        // Slow senders are cut off by the read timeout of the whole request, as users of these options expect.
        kestrel.Limits.MinRequestBodyDataRate = null;
        if (options.ServerReadTimeout > TimeSpan.Zero)
        {
            kestrel.Limits.RequestHeadersTimeout = options.ServerReadTimeout;
        }
        if (options.ServerIdleTimeout > TimeSpan.Zero)
        {
            kestrel.Limits.KeepAliveTimeout = options.ServerIdleTimeout;
        }
    }

    private static void Configure(ListenOptions listen, TlsServer? tls, Gauge? connections)
    {
        if (connections is not null)
        {
            listen.Use(next => async connection =>
            {
                connections.Add(1);
                try
                {
                    await next(connection);
                }
                finally
                {
                    connections.Add(-1);
                }
            });
        }
        // HTTP/2 in clear text needs a port of its own.
        listen.Protocols = tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
        tls?.Configure(listen);
    }

    private static async ValueTask<IPEndPoint> ResolveAsync(HttpServerOptions options, CancellationToken stop)
    {
        if (options.ListenPort is < 0 or > IPEndPoint.MaxPort)
        {
            throw new ComponentException($"cannot listen on port {options.ListenPort}: it is no port");
        }
        if (options.ListenAddress.Length == 0)
        {
            return new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, options.ListenPort);
        }
        if (IPAddress.TryParse(options.ListenAddress.Trim('[', ']'), out IPAddress? address))
        {
            return new IPEndPoint(address, options.ListenPort);
        }
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(options.ListenAddress, stop);
            address = addresses.FirstOrDefault(static a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses.FirstOrDefault();
            return new IPEndPoint(address ?? throw new SocketException((int)SocketError.HostNotFound), options.ListenPort);
        }
        catch (SocketException failed)
        {
            throw new ComponentException($"cannot listen on {options.ListenAddress}: {failed.Message}", failed);
        }
    }

    /// <summary>The component starts and stops the server; signals to the process are none of its business.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
