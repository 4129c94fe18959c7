using Agent.Sdk;
using Agent.Sdk.Metrics;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Common.Http;

/// <summary>What a component's HTTP server says of its requests, under the names of Alloy's server.</summary>
internal sealed class ServerMetrics
{
    private static readonly double[] DurationBuckets = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];
    private static readonly double[] SizeBuckets = [1 << 20, 2.5 * (1 << 20), 5 << 20, 10 << 20, 25 << 20, 50 << 20, 100 << 20, 250 << 20];

    private readonly ComponentContext _context;
    private readonly string _prefix;

    /// <param name="context">The component.</param>
    /// <param name="prefix">Its name with underscores.</param>
    public ServerMetrics(ComponentContext context, string prefix)
    {
        _context = context;
        _prefix = prefix;
        Connections = context.Metrics.Gauge($"{prefix}_tcp_connections", "Current number of accepted TCP connections.", ("protocol", "http"));
    }

    public Gauge Connections { get; }

    /// <summary>Measures and sends an answer.</summary>
    public async Task MeasureAsync(HttpContext http, string route, Func<Task<HttpReply>> answer)
    {
        MetricScope metrics = _context.Metrics;
        (string, string)[] labels = [("method", http.Request.Method), ("route", route)];
        Gauge inflight = metrics.Gauge($"{_prefix}_inflight_requests", "Current number of inflight requests.", labels);
        inflight.Add(1);
        long started = _context.Time.GetTimestamp();
        int status = StatusCodes.Status500InternalServerError;
        int sent = 0;
        try
        {
            HttpReply reply = await answer();
            status = reply.Status;
            sent = reply.Message.Length;
            await reply.SendAsync(http);
        }
        finally
        {
            inflight.Add(-1);
            metrics.Histogram(
                $"{_prefix}_request_duration_seconds", "Time (in seconds) spent serving HTTP requests.", DurationBuckets,
                [.. labels, ("status_code", $"{status}"), ("ws", "false")])
                .Observe(_context.Time.GetElapsedTime(started).TotalSeconds);
            metrics.Histogram(
                $"{_prefix}_request_message_bytes", "Size (in bytes) of messages received in the request.", SizeBuckets, labels)
                .Observe(http.Request.ContentLength ?? 0);
            metrics.Histogram(
                $"{_prefix}_response_message_bytes", "Size (in bytes) of messages sent in response.", SizeBuckets, labels).Observe(sent);
        }
    }
}
