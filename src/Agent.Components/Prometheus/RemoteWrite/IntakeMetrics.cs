using Agent.Sdk.Metrics;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Self-metrics of what comes in, under the names of Alloy's write-ahead log and Prometheus' remote storage.</summary>
internal sealed class IntakeMetrics
{
    private readonly Counter _samples;
    private readonly Counter _histograms;
    private readonly Counter _exemplars;
    private readonly Counter _appended;
    private readonly Counter _appendedExemplars;
    private readonly Counter _metadata;
    private readonly Lazy<RemoteMetrics> _nowhere;
    private long _highest;

    /// <param name="scope">The component's.</param>
    /// <param name="lanes">Those in use.</param>
    public IntakeMetrics(MetricScope scope, Func<IEnumerable<SampleLane>> lanes)
    {
        _nowhere = new Lazy<RemoteMetrics>(() => new RemoteMetrics(scope, "", ""));
        _samples = scope.Counter("prometheus_remote_storage_samples_in_total", "Number of samples that came in.");
        _histograms = scope.Counter("prometheus_remote_storage_histograms_in_total", "Number of native histograms that came in.");
        _exemplars = scope.Counter("prometheus_remote_storage_exemplars_in_total", "Number of exemplars that came in.");
        _appended = scope.Counter(
            "prometheus_remote_write_wal_samples_appended_total", "Number of samples and native histograms that came in.");
        _appendedExemplars = scope.Counter("prometheus_remote_write_wal_exemplars_appended_total", "Number of exemplars that came in.");
        _metadata = scope.Counter(
            "prometheus_remote_write_wal_metadata_updates_total", "Number of new or changed descriptions of metrics that came in.");
        scope.ObservedGauge(
            "prometheus_remote_storage_highest_timestamp_in_seconds", "Time of the newest sample that came in.",
            () => Interlocked.Read(ref _highest) / 1000.0);
        scope.ObservedGauge(
            "prometheus_remote_write_wal_storage_active_series", "Number of series that are in use.", () => Most(lanes(), static l => l.Series.Count));
        scope.ObservedCounter(
            "prometheus_remote_write_wal_storage_created_series_total", "Number of series that came up.", () => Most(lanes(), static l => l.Series.Created));
        scope.ObservedCounter(
            "prometheus_remote_write_wal_storage_removed_series_total", "Number of series that were in use no more.",
            () => Most(lanes(), static l => l.Series.Removed));
    }

    public void Note(MetricBatch batch)
    {
        _samples.Add(batch.Count);
        _histograms.Add(batch.Histograms.Length);
        _exemplars.Add(batch.Exemplars.Length);
        _appended.Add(batch.Count + batch.Histograms.Length);
        _appendedExemplars.Add(batch.Exemplars.Length);
        _metadata.Add(batch.Metadata.Length);
        long highest = 0;
        foreach (long timestamp in batch.Timestamps)
        {
            highest = Math.Max(highest, timestamp);
        }
        foreach (HistogramSample histogram in batch.Histograms)
        {
            highest = Math.Max(highest, histogram.Timestamp);
        }
        if (highest > Interlocked.Read(ref _highest))
        {
            Interlocked.Exchange(ref _highest, highest);
        }
    }

    /// <summary>There is no endpoint that it could be sent to.</summary>
    public void Discard(MetricBatch batch) => _nowhere.Value.Drop(
        DropReason.NoEndpoint, new ItemCounts(batch.Count, batch.Histograms.Length, batch.Exemplars.Length, batch.Metadata.Length));

    /// <summary>Endpoints with different rules count each series for themselves.</summary>
    private static double Most(IEnumerable<SampleLane> lanes, Func<SampleLane, long> count) => lanes.Select(count).DefaultIfEmpty(0).Max();
}
