using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Agent.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd.Prometheus;

/// <summary>A target on loopback that shows what it is told to.</summary>
internal sealed class MetricsPage : IAsyncDisposable
{
    public const string Text = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    public const string Protobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    private readonly WebApplication _server;
    private readonly ConcurrentQueue<string> _requests = new();

    private MetricsPage(WebApplication server, int port)
    {
        _server = server;
        Address = $"127.0.0.1:{port}";
    }

    public string Address { get; }

    public string ContentType { get; init; } = Text;

    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>What the page shows, by the path and query of the request.</summary>
    public Func<HttpRequest, byte[]> Body { get; set; } = static _ => [];

    /// <summary>Path and query of each request.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public static Task<MetricsPage> StartAsync(string text, string contentType = Text) => StartAsync(_ => text, contentType);

    public static Task<MetricsPage> StartAsync(Func<HttpRequest, string> text, string contentType = Text) =>
        StartAsync(request => Encoding.UTF8.GetBytes(text(request)), contentType);

    public static async Task<MetricsPage> StartAsync(Func<HttpRequest, byte[]> body, string contentType)
    {
        int port = FreePort.Next();
        WebApplication server = LoopbackServer.Build(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var page = new MetricsPage(server, port) { Body = body, ContentType = contentType };
        server.Run(page.HandleAsync);
        await server.StartAsync();
        return page;
    }

    public void Show(string text) => Body = _ => Encoding.UTF8.GetBytes(text);

    public ValueTask DisposeAsync() => _server.EndAsync();

    private async Task HandleAsync(HttpContext http)
    {
        _requests.Enqueue(http.Request.Path + http.Request.QueryString);
        http.Response.StatusCode = Status;
        http.Response.ContentType = ContentType;
        await http.Response.Body.WriteAsync(Body(http.Request), http.RequestAborted);
    }
}
