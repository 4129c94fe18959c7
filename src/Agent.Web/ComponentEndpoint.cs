using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using Agent.Sdk.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Agent.Web;

/// <summary><c>/api/v0/component/ID/…</c>: paths that running components serve themselves.</summary>
internal sealed class ComponentEndpoint(LocalHttp local, CancellationToken stop)
{
    private const string TimeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds";

    public async Task HandleAsync(HttpContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        var body = new ArrayBufferWriter<byte>();
        var reply = new LocalReply(body);
        await local.HandleAsync(RequestOf(context.Request), reply, ended.Token).ConfigureAwait(false);
        HttpResponse response = context.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }
        if (!GzipReply.AcceptsGzip(context.Request))
        {
            response.ContentLength = body.WrittenCount;
            await response.Body.WriteAsync(body.WrittenMemory, ended.Token).ConfigureAwait(false);
            return;
        }
        response.Headers.ContentEncoding = "gzip";
        var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await using (gzip.ConfigureAwait(false))
        {
            await gzip.WriteAsync(body.WrittenMemory, ended.Token).ConfigureAwait(false);
        }
    }

    private static LocalRequest RequestOf(HttpRequest request) => new()
    {
        Method = request.Method,
        Path = request.Path.Value ?? "/",
        QueryString = request.QueryString.Value ?? "",
        Accept = request.Headers.Accept.ToString(),
        ScrapeTimeout = TimeoutOf(request),
    };

    private static TimeSpan? TimeoutOf(HttpRequest request) =>
        double.TryParse(request.Headers[TimeoutHeader].ToString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
        && seconds > 0 && seconds < TimeSpan.MaxValue.TotalSeconds / 2
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
