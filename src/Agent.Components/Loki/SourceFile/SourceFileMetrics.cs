using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.SourceFile;

/// <summary>The component's self-metrics; the first four are Alloy's.</summary>
internal sealed class SourceFileMetrics(MetricScope scope, TimeProvider time)
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

    public Counter RotatedFound { get; } = scope.Counter(
        "loki_source_file_rotated_files_found_total", "Number of files that were rotated away unseen, and were found and read.");

    public Counter RotatedUnreadable { get; } = scope.Counter(
        "loki_source_file_rotated_files_unreadable_total", "Number of files that were rotated away unseen, and could not be looked for or read.");

    public Counter Errors { get; } = scope.Counter("loki_source_file_errors_total", "Number of errors when files were opened or read.");

    public Counter PositionErrors { get; } = scope.Counter(
        "loki_source_file_positions_errors_total", "Number of stored positions that were found damaged.");

    public Gauge Polled { get; } = scope.Gauge(
        "loki_source_file_files_polled", "Number of files that are polled because the system does not report their changes.");

    public Gauge Failing { get; } = scope.Gauge("loki_source_file_files_failing", "Number of targets that cannot be read.");

    /// <summary>The series of one path, shared by all tails on it, and gone with the last of them.</summary>
    public PathMetrics Acquire(string path, TailLag lag)
    {
        lock (_gate)
        {
            if (!_byPath.TryGetValue(path, out PathMetrics? metrics))
            {
                _byPath.Add(path, metrics = new PathMetrics(scope.Child(new KeyValuePair<string, string>("path", path)), time));
            }
            metrics.Lags = [.. metrics.Lags, lag];
            return metrics;
        }
    }

    public void Release(string path, TailLag lag)
    {
        lock (_gate)
        {
            if (!_byPath.TryGetValue(path, out PathMetrics? metrics))
            {
                return;
            }
            metrics.Lags = Array.FindAll(metrics.Lags, other => other != lag);
            if (metrics.Lags.Length == 0)
            {
                _byPath.Remove(path);
                metrics.Dispose();
            }
        }
    }

    internal sealed class PathMetrics : IDisposable
    {
        private readonly MetricScope _scope;
        private readonly TimeProvider _time;
        private volatile TailLag[] _lags = [];

        public PathMetrics(MetricScope scope, TimeProvider time)
        {
            _scope = scope;
            _time = time;
            ReadLines = scope.Counter("loki_source_file_read_lines_total", "Number of lines read.");
            ReadBytes = scope.Gauge("loki_source_file_read_bytes_total", "Number of bytes read.");
            FileBytes = scope.Gauge("loki_source_file_file_bytes_total", "Number of bytes total.");
            scope.ObservedGauge(
                "loki_source_file_lag_bytes", "Number of bytes that were written and are not delivered, rotated files included.", LagBytes);
            scope.ObservedGauge(
                "loki_source_file_lag_seconds", "Time since the oldest bytes that are not delivered were seen.", LagSeconds);
        }

        /// <summary>Those of the tails on the path.</summary>
        public TailLag[] Lags
        {
            get => _lags;
            set => _lags = value;
        }

        public Counter ReadLines { get; }

        // Gauges in spite of their names, as Alloy has them.
        public Gauge ReadBytes { get; }

        public Gauge FileBytes { get; }

        public void Dispose() => _scope.Dispose();

        private double LagBytes() => _lags.Sum(static lag => lag.Get().Bytes);

        private double LagSeconds()
        {
            double longest = 0;
            foreach (TailLag lag in _lags)
            {
                longest = lag.Get().Since is { } since ? Math.Max(longest, _time.GetElapsedTime(since).TotalSeconds) : longest;
            }
            return longest;
        }
    }
}
