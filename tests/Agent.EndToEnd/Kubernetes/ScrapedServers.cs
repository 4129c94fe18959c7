using System.Collections.Concurrent;
using System.Net;
using Agent.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>Servers to scrape at addresses that a configuration, or the objects of a cluster, name. Each shows <c>shown 1</c>.</summary>
internal sealed class ScrapedServers : IAsyncDisposable
{
    private readonly WebApplication _servers;

    private ScrapedServers(WebApplication servers) => _servers = servers;

    /// <summary>URLs that were asked for.</summary>
    public ConcurrentQueue<string> Scrapes { get; } = [];

    public static async Task<ScrapedServers> StartAsync(params IEnumerable<IPEndPoint> addresses)
    {
        var servers = new ScrapedServers(LoopbackServer.Build(kestrel =>
        {
            foreach (IPEndPoint address in addresses)
            {
                kestrel.Listen(address);
            }
        }));
        servers._servers.Run(servers.ShowAsync);
        await servers._servers.StartAsync();
        return servers;
    }

    public ValueTask DisposeAsync() => _servers.EndAsync();

    private async Task ShowAsync(HttpContext http)
    {
        Scrapes.Enqueue($"http://{http.Connection.LocalIpAddress}:{http.Connection.LocalPort}{http.Request.Path}");
        http.Response.ContentType = "text/plain; version=0.0.4";
        await http.Response.WriteAsync("shown 1\n", http.RequestAborted);
    }
}
