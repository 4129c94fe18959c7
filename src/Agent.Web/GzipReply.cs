using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Agent.Web;

/// <summary>An answer written in pieces, compressed for clients that accept gzip.</summary>
internal static class GzipReply
{
    /// <param name="context">Its headers are set.</param>
    /// <param name="write">Writes the answer, and flushes it.</param>
    public static async Task WriteAsync(HttpContext context, Func<PipeWriter, CancellationToken, Task> write)
    {
        context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (!AcceptsGzip(context.Request))
        {
            await write(context.Response.BodyWriter, context.RequestAborted).ConfigureAwait(false);
            return;
        }
        context.Response.Headers.ContentEncoding = "gzip";
        var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await using (gzip.ConfigureAwait(false))
        {
            PipeWriter output = PipeWriter.Create(gzip, new StreamPipeWriterOptions(leaveOpen: true));
            await write(output, context.RequestAborted).ConfigureAwait(false);
            await output.CompleteAsync().ConfigureAwait(false);
        }
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
