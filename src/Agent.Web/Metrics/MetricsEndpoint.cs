using System.IO.Compression;
using System.IO.Pipelines;
using Agent.Sdk.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Agent.Web.Metrics;

/// <summary><c>/metrics</c>: all self-metrics as text, compressed for clients that accept gzip.</summary>
internal sealed class MetricsEndpoint(MetricRegistry registry)
{
    /// <summary>Metrics are handed to the connection in pieces of about this size.</summary>
    private const long FlushBytes = 32 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = MetricTextWriter.ContentType;
        context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (!AcceptsGzip(context.Request))
        {
            await WriteAsync(context.Response.BodyWriter, registry, context.RequestAborted).ConfigureAwait(false);
            return;
        }
        context.Response.Headers.ContentEncoding = "gzip";
        var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await using (gzip.ConfigureAwait(false))
        {
            PipeWriter output = PipeWriter.Create(gzip, new StreamPipeWriterOptions(leaveOpen: true));
            await WriteAsync(output, registry, context.RequestAborted).ConfigureAwait(false);
            await output.CompleteAsync().ConfigureAwait(false);
        }
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

    /// <summary>Named with a quality above 0; a wildcard alone does not count.</summary>
    public static bool AcceptsGzip(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out IList<StringWithQualityHeaderValue>? accepted))
        {
            return false;
        }
        foreach (StringWithQualityHeaderValue coding in accepted)
        {
            if (coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase))
            {
                return coding.Quality is null or > 0;
            }
        }
        return false;
    }
}
