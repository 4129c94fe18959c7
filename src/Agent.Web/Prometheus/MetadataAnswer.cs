using System.Text.Json;
using Agent.Sdk.Scraping;
using Agent.Telemetry.Metrics;

namespace Agent.Web.Prometheus;

/// <summary>The answer of <c>/api/v1/metadata</c>: for each metric what is told of it, each telling once, over all targets.</summary>
/// <remarks>
/// The components keep one instance of what many targets tell alike; so what is collected is as large as what the targets tell, not as
/// their number. Metrics come by name, where Prometheus has no order.
/// </remarks>
/// <param name="limit">Most metrics; null for all.</param>
/// <param name="limitPerMetric">Most tellings of one metric; null and 0 for all.</param>
/// <param name="metric">The one metric to tell of; empty for all.</param>
internal sealed class MetadataAnswer(int? limit, int? limitPerMetric, string metric)
{
    public async ValueTask WriteAsync(JsonStream stream, IEnumerable<IScrapePool> pools, CancellationToken stop)
    {
        Utf8JsonWriter json = stream.Json;
        json.WriteStartObject();
        foreach ((string name, List<MetricMetadata> told) in Collect(pools).Take(limit ?? int.MaxValue))
        {
            json.WriteStartArray(name);
            foreach (MetricMetadata metadata in told)
            {
                json.WriteStartObject();
                Write(json, metadata);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            await stream.FlushIfFullAsync(stop).ConfigureAwait(false);
        }
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, MetricMetadata metadata)
    {
        json.WriteString("type"u8, MetricTypeName.Of(metadata.Type));
        json.WriteString("help"u8, metadata.Help);
        json.WriteString("unit"u8, metadata.Unit);
    }

    private SortedDictionary<string, List<MetricMetadata>> Collect(IEnumerable<IScrapePool> pools)
    {
        int most = limitPerMetric is > 0 ? limitPerMetric.Value : int.MaxValue;
        var found = new SortedDictionary<string, List<MetricMetadata>>(StringComparer.Ordinal);
        // Nearly all are instances met before, which are told apart for less than their texts are.
        var met = new HashSet<MetricMetadata>(ReferenceEqualityComparer.Instance);
        var known = new HashSet<MetricMetadata>();
        foreach (IScrapePool pool in pools)
        {
            foreach (TargetMetadata target in pool.Metadata(metric.Length == 0 ? null : metric))
            {
                foreach (MetricMetadata metadata in target.Families)
                {
                    if (!met.Add(metadata) || !known.Add(metadata))
                    {
                        continue;
                    }
                    if (!found.TryGetValue(metadata.Family, out List<MetricMetadata>? told))
                    {
                        found.Add(metadata.Family, told = []);
                    }
                    if (told.Count < most)
                    {
                        told.Add(metadata);
                    }
                }
            }
        }
        return found;
    }
}
