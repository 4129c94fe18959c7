using System.Text.Json;
using Agent.Sdk.Scraping;
using Agent.Telemetry.Metrics;

namespace Agent.Web.Prometheus;

/// <summary>The answer of <c>/api/v1/targets/metadata</c>: what each target tells of its metrics.</summary>
/// <param name="selector">Which targets; null for all.</param>
/// <param name="metric">The one metric to tell of, whose name is then left out; empty for all.</param>
/// <param name="limit">No further target is looked at once there are as many entries; null for all.</param>
internal sealed class TargetMetadataAnswer(TargetSelector? selector, string metric, int? limit)
{
    public async ValueTask WriteAsync(JsonStream stream, IEnumerable<IScrapePool> pools, CancellationToken stop)
    {
        int left = limit ?? int.MaxValue;
        stream.Json.WriteStartArray();
        foreach (TargetMetadata target in pools.SelectMany(pool => pool.Metadata(metric.Length == 0 ? null : metric)))
        {
            if (left <= 0)
            {
                break;
            }
            if (selector?.Matches(target.Target) == false)
            {
                continue;
            }
            foreach (MetricMetadata metadata in target.Families)
            {
                Write(stream.Json, target, metadata);
                await stream.FlushIfFullAsync(stop).ConfigureAwait(false);
            }
            left -= target.Families.Count;
        }
        stream.Json.WriteEndArray();
    }

    private void Write(Utf8JsonWriter json, TargetMetadata target, MetricMetadata metadata)
    {
        json.WriteStartObject();
        TargetsAnswer.WriteLabels(json, "target", target.Target);
        if (metric.Length == 0)
        {
            json.WriteString("metric"u8, metadata.Family);
        }
        MetadataAnswer.Write(json, metadata);
        json.WriteEndObject();
    }
}
