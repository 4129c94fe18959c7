using Agent.Sdk.Http;
using Agent.Wire;

namespace Agent.Components.Prometheus.Exporter;

/// <summary>When a page is written as OpenMetrics.</summary>
internal enum OpenMetricsUse
{
    /// <summary>Where the scraper takes nothing else: exporters of Alloy never offer it, and names of counters differ in it.</summary>
    AsLastResort,

    /// <summary>Where the scraper likes it better than text.</summary>
    WherePreferred,
}

/// <summary>Answers requests for the page of an exporter.</summary>
internal static class ExporterPage
{
    public const string TextType = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string Path = "/" + ExporterTargets.Page;

    public static async ValueTask HandleAsync(
        IMetricPage page, LocalRequest request, LocalReply reply, OpenMetricsUse use, CancellationToken stop)
    {
        if (request.Path != Path)
        {
            reply.Text(404, $"404 page not found: metrics are at {Path}");
            return;
        }
        if (request.Method is not ("GET" or "HEAD"))
        {
            reply.Text(405, "method not allowed");
            return;
        }
        reply.ContentType = TextType;
        if (!AcceptedFormats.WantsOpenMetrics(request.Accept, use))
        {
            await page.WriteAsync(request, reply, stop);
            return;
        }
        using var text = new GrowableBuffer();
        var inner = new LocalReply(text) { ContentType = TextType };
        await page.WriteAsync(request, inner, stop);
        (reply.Status, reply.ContentType) = (inner.Status, inner.ContentType);
        if (inner.Status == 200 && inner.ContentType == TextType)
        {
            reply.ContentType = OpenMetricsType;
            OpenMetricsText.Convert(text.Written, reply.Body);
            return;
        }
        System.Buffers.BuffersExtensions.Write(reply.Body, text.Written);
    }

    public static ValueTask HandleAsync(IMetricPage page, LocalRequest request, LocalReply reply, CancellationToken stop) =>
        HandleAsync(page, request, reply, OpenMetricsUse.AsLastResort, stop);
}
