using Agent.Sdk.Metrics;

namespace Agent.Components.Prometheus.Relabel;

/// <summary>What <c>prometheus.relabel</c> says of itself, under the names that Alloy's component has in fact.</summary>
internal sealed class RelabelCounters
{
    private const string Prefix = "alloy_prometheus_relabel_";

    public RelabelCounters(MetricScope metrics, Func<double> cacheSize)
    {
        Processed = metrics.Counter(Prefix + "metrics_processed", "Total number of metrics processed");
        Written = metrics.Counter(Prefix + "metrics_written", "Total number of metrics written");
        Misses = metrics.Counter(Prefix + "cache_misses", "Total number of cache misses");
        Hits = metrics.Counter(Prefix + "cache_hits", "Total number of cache hits");
        Deletes = metrics.Counter(Prefix + "cache_deletes", "Total number of cache deletes");
        TtlEvictions = metrics.Counter(Prefix + "cache_ttl_evictions", "Relabel cache entries removed because their time was over.");
        metrics.ObservedGauge(Prefix + "cache_size", "Total size of relabel cache", cacheSize);
    }

    public Counter Processed { get; }

    public Counter Written { get; }

    public Counter Misses { get; }

    public Counter Hits { get; }

    /// <summary>Series forgotten because they ended.</summary>
    public Counter Deletes { get; }

    public Counter TtlEvictions { get; }
}
