using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
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
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            foreach (IPEndPoint address in addresses)
            {
                kestrel.Listen(address);
            }
        });
        var servers = new ScrapedServers(builder.Build());
        servers._servers.Run(servers.ShowAsync);
        await servers._servers.StartAsync();
        return servers;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _servers.StopAsync(now.Token);
        await _servers.DisposeAsync();
    }

    private async Task ShowAsync(HttpContext http)
    {
        Scrapes.Enqueue($"http://{http.Connection.LocalIpAddress}:{http.Connection.LocalPort}{http.Request.Path}");
        http.Response.ContentType = "text/plain; version=0.0.4";
        await http.Response.WriteAsync("shown 1\n", http.RequestAborted);
    }
}
