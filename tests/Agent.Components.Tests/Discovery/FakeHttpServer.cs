using System.Collections.Concurrent;
using Agent.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Discovery;

/// <summary>An HTTP server on loopback, or on a Unix socket, that answers as the test says.</summary>
internal sealed class FakeHttpServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ending = new();

    private FakeHttpServer(WebApplication app) => _app = app;

    /// <summary>Paths with queries, in the order in which they were asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public string Url => _app.Urls.First();

    public static async Task<FakeHttpServer> StartAsync(RequestDelegate answer, string? socket = null)
    {
        var server = new FakeHttpServer(LoopbackServer.BuildAt(socket));
        server._app.Run(async http =>
        {
            server.Requests.Enqueue(http.Request.Path + http.Request.QueryString);
            await using CancellationTokenRegistration registration = server._ending.Token.Register(http.Abort);
            try
            {
                await answer(http);
            }
            catch (OperationCanceledException)
            {
                // The client or the test is gone.
            }
        });
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Answers with JSON.</summary>
    public static Task JsonAsync(HttpContext http, string json)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _app.DisposeAsync();
        _ending.Dispose();
    }
}
