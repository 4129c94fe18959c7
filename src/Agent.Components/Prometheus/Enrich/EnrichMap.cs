using Agent.Components.Common.Metrics;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Enrich;

/// <summary>What becomes of the series of one batch.</summary>
internal readonly struct EnrichMap(TargetIndex targets, SeriesCache cache, long now) : ISeriesMap
{
    public MetricSeries Map(MetricSeries series, SeriesUse use)
    {
        SeriesCache.Entry entry = cache.Find(series, now) ?? cache.Add(series, targets.Enrich(series), now);
        if (use == SeriesUse.End)
        {
            cache.Remove(entry);
        }
        entry.Describe();
        return entry.Result!;
    }

    public MetricMetadata Map(MetricMetadata metadata) => metadata;

    public void Finish()
    {
    }
}
