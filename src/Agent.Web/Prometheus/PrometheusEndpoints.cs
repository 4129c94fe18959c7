using System.Globalization;
using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Sdk.Scraping;
using Agent.Web.Api;
using Agent.Web.Api.V1;
using Microsoft.AspNetCore.Http;

namespace Agent.Web.Prometheus;

/// <summary>What Prometheus's own API tells of targets, for whatever asks Prometheus: dashboards, <c>promtool</c>, scripts.</summary>
/// <remarks>https://prometheus.io/docs/prometheus/latest/querying/api/. There is nothing to query: this agent stores no metrics.</remarks>
internal sealed class PrometheusEndpoints(WebServices services)
{
    public const string Root = "/api/v1/";

    public Task HandleAsync(HttpContext context, string path)
    {
        IQueryCollection query = context.Request.Query;
        switch (path)
        {
            case "targets":
                var targets = new TargetsAnswer(query["state"].ToString(), query["scrapePool"].ToString());
                var view = new WholeGraph(services);
                var origins = new TargetOrigins(view);
                return ApiReply.DataAsync(
                    context, (stream, stop) => targets.WriteAsync(stream, Pools(), id => view.Find(id) is { } node ? origins.DroppedBefore(node) : [], stop));
            case "scrape_pools":
                return ApiReply.DataAsync(context, (stream, _) => WritePools(stream.Json));
            case "metadata":
                return MetadataAsync(context, query);
            case "targets/metadata":
                return TargetMetadataAsync(context, query);
            default:
                return ApiReply.NotFoundAsync(context, "unknown path; docs/http-api.md lists those that there are");
        }
    }

    /// <summary>Components that scrape, by id.</summary>
    private SortedList<string, IScrapePool> Pools()
    {
        var pools = new SortedList<string, IScrapePool>(StringComparer.Ordinal);
        foreach (ComponentNode node in services.Nodes)
        {
            if (node.ScrapePool is { } pool)
            {
                pools[node.Id] = pool;
            }
        }
        return pools;
    }

    private Task MetadataAsync(HttpContext context, IQueryCollection query)
    {
        if (!TryLimit(query, "limit", out int? limit, out string? error)
            || !TryLimit(query, "limit_per_metric", out int? limitPerMetric, out error))
        {
            return ApiReply.RefuseAsync(context, error!);
        }
        var answer = new MetadataAnswer(limit, limitPerMetric, query["metric"].ToString());
        return ApiReply.DataAsync(context, (stream, stop) => answer.WriteAsync(stream, Pools().Values, stop));
    }

    private Task TargetMetadataAsync(HttpContext context, IQueryCollection query)
    {
        TargetSelector? selector = null;
        string wanted = query["match_target"].ToString();
        if (!TryLimit(query, "limit", out int? limit, out string? error)
            || (wanted.Length > 0 && !TargetSelector.TryParse(wanted, out selector, out error)))
        {
            return ApiReply.RefuseAsync(context, error!);
        }
        var answer = new TargetMetadataAnswer(selector, query["metric"].ToString(), limit);
        return ApiReply.DataAsync(context, (stream, stop) => answer.WriteAsync(stream, Pools().Values, stop));
    }

    private ValueTask WritePools(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("scrapePools"u8);
        foreach (string id in Pools().Keys)
        {
            json.WriteStringValue(id);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    /// <summary>A negative limit is none, as in Prometheus.</summary>
    private static bool TryLimit(IQueryCollection query, string name, out int? limit, out string? error)
    {
        limit = null;
        error = null;
        string text = query[name].ToString();
        if (text.Length == 0)
        {
            return true;
        }
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
        {
            error = $"{name} must be a number";
            return false;
        }
        limit = value < 0 ? null : value;
        return true;
    }
}
