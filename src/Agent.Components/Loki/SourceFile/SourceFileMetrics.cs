using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.SourceFile;

/// <summary>The component's self-metrics; the first four are Alloy's.</summary>
internal sealed class SourceFileMetrics(MetricScope scope)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PathMetrics> _byPath = new(StringComparer.Ordinal);

    public Gauge FilesActive { get; } = scope.Gauge("loki_source_file_files_active_total", "Number of active files.");

    public Counter LinesCut { get; } = scope.Counter(
        "loki_source_file_lines_cut_total", "Number of lines that were longer than the limit and were cut there.");

    public Counter BytesCut { get; } = scope.Counter(
        "loki_source_file_dropped_bytes_total", "Number of bytes that were read but not sent on.", ("reason", "line_too_long"));

    public Counter BytesTruncated { get; } = scope.Counter(
        "loki_source_file_dropped_bytes_total", "Number of bytes that were read but not sent on.", ("reason", "truncated"));

    public Counter Truncations { get; } = scope.Counter(
        "loki_source_file_truncations_total", "Number of times a file was found truncated and was read from its start again.");

    public Counter Rotations { get; } = scope.Counter(
        "loki_source_file_rotations_total", "Number of times another file took the place of the one that was read.");

    public Counter PositionErrors { get; } = scope.Counter(
        "loki_source_file_positions_errors_total", "Number of stored positions that were found damaged.");

    public Gauge Polled { get; } = scope.Gauge(
        "loki_source_file_files_polled", "Number of files that are polled because the system does not report their changes.");

    public Gauge Failing { get; } = scope.Gauge("loki_source_file_files_failing", "Number of targets that cannot be read.");

    /// <summary>The series of one path, shared by all tails on it, and gone with the last of them.</summary>
    public PathMetrics Acquire(string path)
    {
        lock (_gate)
        {
            if (!_byPath.TryGetValue(path, out PathMetrics? metrics))
            {
                _byPath.Add(path, metrics = new PathMetrics(scope.Child(new KeyValuePair<string, string>("path", path))));
            }
            metrics.Users++;
            return metrics;
        }
    }

    public void Release(string path)
    {
        lock (_gate)
        {
            if (_byPath.TryGetValue(path, out PathMetrics? metrics) && --metrics.Users == 0)
            {
                _byPath.Remove(path);
                metrics.Dispose();
            }
        }
    }

    internal sealed class PathMetrics(MetricScope scope) : IDisposable
    {
        public int Users { get; set; }

        public Counter ReadLines { get; } = scope.Counter("loki_source_file_read_lines_total", "Number of lines read.");

        // Gauges in spite of their names, as Alloy has them.
        public Gauge ReadBytes { get; } = scope.Gauge("loki_source_file_read_bytes_total", "Number of bytes read.");

        public Gauge FileBytes { get; } = scope.Gauge("loki_source_file_file_bytes_total", "Number of bytes total.");

        public void Dispose() => scope.Dispose();
    }
}
