using System.IO.Pipelines;
using Agent.Sdk.Metrics;
using Microsoft.AspNetCore.Http;

namespace Agent.Web.Metrics;

/// <summary><c>/metrics</c>: all self-metrics as text, compressed for clients that accept gzip.</summary>
internal sealed class MetricsEndpoint(MetricRegistry registry)
{
    /// <summary>Metrics are handed to the connection in pieces of about this size.</summary>
    private const long FlushBytes = 32 * 1024;

    public Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = MetricTextWriter.ContentType;
        return GzipReply.WriteAsync(context, (output, stop) => WriteAsync(output, registry, stop));
    }

    public static async Task WriteAsync(PipeWriter output, MetricRegistry registry, CancellationToken stop)
    {
        var writer = new MetricTextWriter(output);
        foreach (MetricFamily family in registry.Families())
        {
            writer.Write(family);
            if (output.UnflushedBytes >= FlushBytes)
            {
                await output.FlushAsync(stop).ConfigureAwait(false);
            }
        }
        await output.FlushAsync(stop).ConfigureAwait(false);
    }
}
