using System.Globalization;
using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Sdk.Scraping;
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
                return AnswerAsync(context, (stream, stop) => targets.WriteAsync(stream, Pools(), stop));
            case "scrape_pools":
                return AnswerAsync(context, (stream, _) => WritePools(stream.Json));
            case "metadata":
                return MetadataAsync(context, query);
            case "targets/metadata":
                return TargetMetadataAsync(context, query);
            default:
                return RefuseAsync(
                    context, StatusCodes.Status404NotFound, "not_found",
                    "unknown path: of Prometheus's API this agent has targets, targets/metadata, metadata and scrape_pools");
        }
    }

    /// <summary>Components that scrape, by id.</summary>
    private SortedList<string, IScrapePool> Pools()
    {
        var pools = new SortedList<string, IScrapePool>(StringComparer.Ordinal);
        foreach (ComponentNode node in services.Runtime.Graph.Nodes)
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
            return RefuseAsync(context, error!);
        }
        var answer = new MetadataAnswer(limit, limitPerMetric, query["metric"].ToString());
        return AnswerAsync(context, (stream, stop) => answer.WriteAsync(stream, Pools().Values, stop));
    }

    private Task TargetMetadataAsync(HttpContext context, IQueryCollection query)
    {
        TargetSelector? selector = null;
        string wanted = query["match_target"].ToString();
        if (!TryLimit(query, "limit", out int? limit, out string? error)
            || (wanted.Length > 0 && !TargetSelector.TryParse(wanted, out selector, out error)))
        {
            return RefuseAsync(context, error!);
        }
        var answer = new TargetMetadataAnswer(selector, query["metric"].ToString(), limit);
        return AnswerAsync(context, (stream, stop) => answer.WriteAsync(stream, Pools().Values, stop));
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

    private static Task AnswerAsync(HttpContext context, Func<JsonStream, CancellationToken, ValueTask> write)
    {
        context.Response.ContentType = "application/json";
        return GzipReply.WriteAsync(context, async (output, stop) =>
        {
            using var stream = new JsonStream(output);
            stream.Json.WriteStartObject();
            stream.Json.WriteString("status"u8, "success"u8);
            stream.Json.WritePropertyName("data"u8);
            await write(stream, stop).ConfigureAwait(false);
            stream.Json.WriteEndObject();
            await stream.FlushAsync(stop).ConfigureAwait(false);
        });
    }

    private static Task RefuseAsync(HttpContext context, string error) => RefuseAsync(context, StatusCodes.Status400BadRequest, "bad_data", error);

    private static async Task RefuseAsync(HttpContext context, int status, string type, string error)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        using var stream = new JsonStream(context.Response.BodyWriter);
        stream.Json.WriteStartObject();
        stream.Json.WriteString("status"u8, "error"u8);
        stream.Json.WriteString("errorType"u8, type);
        stream.Json.WriteString("error"u8, error);
        stream.Json.WriteEndObject();
        await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
