using Agent.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agent.Runtime.Tests.Modules;

/// <summary>Serves one module over HTTP, or a failure.</summary>
internal sealed class ModuleServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ModuleServer(WebApplication app) => _app = app;

    public string Text { get; set; } = "";

    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>Whether the answer has no end, instead of being the text.</summary>
    public bool IsEndless { get; set; }

    /// <summary>Whether it takes requests and never answers.</summary>
    public bool Hangs { get; set; }

    public IHeaderDictionary? LastHeaders { get; private set; }

    public string Url => _app.Urls.First() + "/modules/m.alloy";

    public static async Task<ModuleServer> StartAsync()
    {
        WebApplication app = LoopbackServer.Build();
        var server = new ModuleServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        LastHeaders = new HeaderDictionary(context.Request.Headers.ToDictionary(static header => header.Key, static header => header.Value));
        context.Response.StatusCode = Status;
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        byte[] chunk = new byte[IsEndless ? 64 * 1024 : 0];
        chunk.AsSpan().Fill((byte)'a');
        while (IsEndless && !context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        }
        await context.Response.WriteAsync(Text, context.RequestAborted);
    }
}
