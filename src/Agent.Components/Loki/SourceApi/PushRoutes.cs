using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceApi;

/// <summary>Answers the requests of <c>loki.source.api</c>.</summary>
internal sealed partial class PushRoutes : IDisposable
{
    /// <summary>Each request holds up to twice its longest size: more than these wait for their turn.</summary>
    private const int MaxConcurrent = 32;

    private readonly ComponentContext _context;
    private readonly ServerMetrics _metrics;
    private readonly RequestGate _gate;
    private readonly Counter _entries;

    public PushRoutes(ComponentContext context, ServerMetrics metrics)
    {
        _context = context;
        _gate = new RequestGate(MaxConcurrent, context, "loki_source_api");
        _metrics = metrics;
        _entries = context.Metrics.Counter("loki_source_api_entries_written", "Total number of entries written.");
    }

    public PushSettings? Settings { get; set; }

    public void Dispose() => _gate.Dispose();

    /// <param name="cut">Cancelled when requests in progress must end.</param>
    public async Task HandleAsync(HttpContext http, CancellationToken cut)
    {
        (string? route, bool isPush) = http.Request.Path.Value switch
        {
            "/loki/api/v1/push" => ("loki_api_v1_push", true),
            "/api/v1/push" => ("api_v1_push", true),
            "/loki/api/v1/raw" => ("loki_api_v1_raw", false),
            "/api/v1/raw" => ("api_v1_raw", false),
            "/ready" => ("ready", false),
            _ => ((string?)null, false),
        };
        if (route is null)
        {
            await new HttpReply(StatusCodes.Status404NotFound, "404 page not found").SendAsync(http);
            return;
        }
        string method = route == "ready" ? HttpMethods.Get : HttpMethods.Post;
        if (http.Request.Method != method)
        {
            http.Response.Headers.Allow = method;
            await new HttpReply(StatusCodes.Status405MethodNotAllowed, "method not allowed").SendAsync(http);
            return;
        }
        await _metrics.MeasureAsync(
            http, route, route == "ready" ? ReadyAsync : () => _gate.PassAsync(http, ends => PushAsync(http, isPush, ends), cut));
    }

    private static Task<HttpReply> ReadyAsync() => Task.FromResult(new HttpReply(StatusCodes.Status200OK, "ready"));

    private async Task<HttpReply> PushAsync(HttpContext http, bool isPush, CancellationToken ends)
    {
        PushSettings settings = Settings!;
        using var request = new PushRequest(settings, _context.Time);
        HttpReply reply = isPush ? await request.ReadPushAsync(http.Request, ends) : await request.ReadLinesAsync(http.Request, ends);
        if (request.Batch.Count > 0)
        {
            using var write = new CancellationTokenSource(settings.WriteTimeout.OrNever(), _context.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ends, write.Token);
            await settings.Receivers.ConsumeAsync(request.Batch, either.Token);
            _entries.Add(request.Batch.Count);
        }
        if (reply.Status >= StatusCodes.Status400BadRequest)
        {
            LogRefused(_context.Logger, reply.Message);
        }
        return reply;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "refused a request or a part of it: {Cause}")]
    private static partial void LogRefused(ILogger logger, string cause);
}
