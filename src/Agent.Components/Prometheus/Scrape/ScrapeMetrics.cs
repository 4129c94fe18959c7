using Agent.Sdk.Metrics;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>The component's self-metrics: Alloy's, and of Prometheus's those that tell of targets.</summary>
internal sealed class ScrapeMetrics(MetricScope scope)
{
    private static readonly double[] LatencyBuckets = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60];

    public Histogram FanOutLatency { get; } = scope.Histogram(
        "prometheus_fanout_latency", "Write latency for sending to direct and indirect components", LatencyBuckets);

    public Counter Forwarded { get; } = scope.Counter(
        "prometheus_forwarded_samples_total", "Total number of samples sent to downstream components.");

    public Gauge Targets { get; } = scope.Gauge("prometheus_scrape_targets_gauge", "Number of targets this component is configured to scrape");

    public Counter Moved { get; } = scope.Counter(
        "prometheus_scrape_targets_moved_total", "Number of targets that have moved from this cluster node to another one");

    public Gauge Duplicated { get; } = scope.Gauge(
        "prometheus_scrape_targets_duplicate", "Number of targets that are given more than once and are scraped once.");

    public Gauge Down { get; } = scope.Gauge("prometheus_scrape_targets_down", "Number of targets whose last scrape failed.");

    public Counter SyncFailed { get; } = scope.Counter("prometheus_target_sync_failed_total", "Total number of target sync failures.");

    public Counter OverTargetLimit { get; } = scope.Counter(
        "prometheus_target_scrape_pool_exceeded_target_limit_total",
        "Total number of times scrape pools hit the target limit, during sync or config reload.");

    public Counter OverLabelLimits { get; } = scope.Counter(
        "prometheus_target_scrape_pool_exceeded_label_limits_total",
        "Total number of times scrape pools hit the label limits, during sync or config reload.");

    public Counter OverBodySize { get; } = scope.Counter(
        "prometheus_target_scrapes_exceeded_body_size_limit_total", "Total number of scrapes that hit the body size limit");

    public Counter OverSampleLimit { get; } = scope.Counter(
        "prometheus_target_scrapes_exceeded_sample_limit_total", "Total number of scrapes that hit the sample limit and were rejected.");

    public Counter OverBucketLimit { get; } = scope.Counter(
        "prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total",
        "Total number of scrapes that hit the native histogram bucket limit and were rejected.");

    public Counter Duplicates { get; } = scope.Counter(
        "prometheus_target_scrapes_sample_duplicate_timestamp_total",
        "Total number of samples rejected due to duplicate timestamps but different values.");

    public Counter OutOfBounds { get; } = scope.Counter(
        "prometheus_target_scrapes_sample_out_of_bounds_total",
        "Total number of samples rejected due to timestamp falling outside of the time bounds.");

    public Counter CacheFlushes { get; } = scope.Counter(
        "prometheus_target_scrapes_cache_flush_forced_total",
        "How many times a scrape cache was flushed due to getting big while scrapes are failing.");

    public Counter Missed { get; } = scope.Counter(
        "prometheus_target_scrapes_missed_total", "Number of scrapes left out because the one before had not ended.");

    public Counter SkippedForMemory { get; } = scope.Counter(
        "prometheus_target_scrapes_skipped_total", "Number of scrapes left out because the agent was about to run out of memory.", ("reason", "memory"));

    public Counter Undelivered { get; } = scope.Counter(
        "prometheus_scrape_dropped_samples_total", "Number of samples that were not sent on.", ("reason", "shutdown"));
}
