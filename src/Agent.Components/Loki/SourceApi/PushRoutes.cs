using System.Net.Mime;
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

    private static readonly double[] DurationBuckets = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];
    private static readonly double[] SizeBuckets = [1 << 20, 2.5 * (1 << 20), 5 << 20, 10 << 20, 25 << 20, 50 << 20, 100 << 20, 250 << 20];

    private readonly ComponentContext _context;
    private readonly SemaphoreSlim _turns = new(MaxConcurrent);
    private readonly Counter _entries;

    public PushRoutes(ComponentContext context)
    {
        _context = context;
        _entries = context.Metrics.Counter("loki_source_api_entries_written", "Total number of entries written.");
    }

    public PushSettings? Settings { get; set; }

    public void Dispose() => _turns.Dispose();

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
            await ReplyAsync(http, new PushResult(StatusCodes.Status404NotFound, "404 page not found"));
            return;
        }
        string method = route == "ready" ? HttpMethods.Get : HttpMethods.Post;
        if (http.Request.Method != method)
        {
            http.Response.Headers.Allow = method;
            await ReplyAsync(http, new PushResult(StatusCodes.Status405MethodNotAllowed, "method not allowed"));
            return;
        }
        await MeasureAsync(http, route, route == "ready" ? ReadyAsync : () => PushAsync(http, isPush, cut));
    }

    private static Task<PushResult> ReadyAsync() => Task.FromResult(new PushResult(StatusCodes.Status200OK, "ready"));

    private async Task MeasureAsync(HttpContext http, string route, Func<Task<PushResult>> answer)
    {
        MetricScope metrics = _context.Metrics;
        (string, string) method = ("method", http.Request.Method);
        Gauge inflight = metrics.Gauge("loki_source_api_inflight_requests", "Current number of inflight requests.", method, ("route", route));
        inflight.Add(1);
        long started = _context.Time.GetTimestamp();
        int status = StatusCodes.Status500InternalServerError;
        try
        {
            PushResult result = await answer();
            status = result.Status;
            await ReplyAsync(http, result);
        }
        finally
        {
            inflight.Add(-1);
            metrics.Histogram(
                "loki_source_api_request_duration_seconds", "Time (in seconds) spent serving HTTP requests.", DurationBuckets,
                method, ("route", route), ("status_code", $"{status}"), ("ws", "false"))
                .Observe(_context.Time.GetElapsedTime(started).TotalSeconds);
            metrics.Histogram(
                "loki_source_api_request_message_bytes", "Size (in bytes) of messages received in the request.", SizeBuckets,
                method, ("route", route)).Observe(http.Request.ContentLength ?? 0);
        }
    }

    private async Task<PushResult> PushAsync(HttpContext http, bool isPush, CancellationToken cut)
    {
        PushSettings settings = Settings!;
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, cut);
        bool hasTurn = false;
        try
        {
            await _turns.WaitAsync(ends.Token);
            hasTurn = true;
            using var request = new PushRequest(settings, _context.Time);
            PushResult result = isPush
                ? await request.ReadPushAsync(http.Request, ends.Token)
                : await request.ReadLinesAsync(http.Request, ends.Token);
            if (request.Batch.Count > 0)
            {
                using var write = new CancellationTokenSource(Positive(settings.WriteTimeout), _context.Time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(ends.Token, write.Token);
                await settings.Receivers.ConsumeAsync(request.Batch, either.Token);
                _entries.Add(request.Batch.Count);
            }
            if (result.Status >= StatusCodes.Status400BadRequest)
            {
                LogRefused(_context.Logger, result.Message);
            }
            return result;
        }
        catch (OperationCanceledException)
        {
            return new PushResult(StatusCodes.Status503ServiceUnavailable, "cannot take the entries now: try again later");
        }
        finally
        {
            if (hasTurn)
            {
                _turns.Release();
            }
        }
    }

    private static TimeSpan Positive(TimeSpan timeout) => timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan;

    private static Task ReplyAsync(HttpContext http, PushResult result)
    {
        http.Response.StatusCode = result.Status;
        if (result.Message.Length == 0)
        {
            return Task.CompletedTask;
        }
        http.Response.ContentType = MediaTypeNames.Text.Plain;
        return http.Response.WriteAsync(result.Message, http.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "refused a request or a part of it: {Cause}")]
    private static partial void LogRefused(ILogger logger, string cause);
}

/// <summary>How a request is answered.</summary>
internal readonly record struct PushResult(int Status, string Message)
{
    public static PushResult Taken => new(StatusCodes.Status204NoContent, "");

    public static PushResult Bad(string cause) => new(StatusCodes.Status400BadRequest, cause);
}
