using Agent.Sdk.Metrics;

namespace Agent.Components.Discovery.File;

/// <summary>Self-metrics of discovery.file, under the names that Prometheus gives them.</summary>
internal sealed class FileMetrics(MetricScope scope)
{
    private readonly Dictionary<string, Gauge> _modified = new(StringComparer.Ordinal);

    public Counter ReadErrors { get; } = scope.Counter("prometheus_sd_file_read_errors_total", "The number of File-SD read errors.");

    public Counter WatcherErrors { get; } = scope.Counter(
        "prometheus_sd_file_watcher_errors_total", "The number of File-SD errors caused by filesystem watch failures.");

    public Summary ScanDuration { get; } = scope.Summary("prometheus_sd_file_scan_duration_seconds", "The duration of the File-SD scan in seconds.");

    public void SetModified(string path, DateTimeOffset modified)
    {
        if (!_modified.TryGetValue(path, out Gauge? gauge))
        {
            gauge = scope.Gauge(
                "prometheus_sd_file_mtime_seconds", "Timestamp (mtime) of files read by FileSD. Timestamp is set at read time.", ("filename", path));
            _modified.Add(path, gauge);
        }
        gauge.Set(modified.ToUnixTimeSeconds());
    }

    public void KeepOnly(IReadOnlySet<string> paths)
    {
        foreach (string gone in _modified.Keys.Where(path => !paths.Contains(path)).ToList())
        {
            _modified.Remove(gone, out Gauge? gauge);
            scope.Remove(gauge!);
        }
    }
}
