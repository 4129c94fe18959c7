using System.Collections.Concurrent;
using Agent.Sdk.Metrics;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.CustomMetrics;

/// <summary>Name, help and type of a metric that a user defined; buckets where it is a histogram.</summary>
internal sealed record CustomMetric(string Name, string Help, MetricType Type, double[] Buckets);

/// <summary>All series of one metric that a user defined: one for each set of labels, up to a limit, until it has been idle for long.</summary>
internal sealed class CustomFamily(CustomMetric metric, MetricScope metrics, TimeProvider time)
{
    /// <summary>Beyond it, entries with further labels are not counted, but their number is.</summary>
    public const int MaxSeries = 10_000;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<LabelSet, CustomSeries> _byStream = new();
    private readonly Dictionary<LabelSet, CustomSeries> _series = [];
    private bool _isClosed;

    public MetricType Type => metric.Type;

    /// <summary>How long a series stays without a change; the longest one that was asked for.</summary>
    public TimeSpan MaxIdle { get; set; }

    /// <summary>The series of an entry with these labels; null, counted, where there can be none.</summary>
    public CustomSeries? Of(LabelSet stream, out bool isFirst)
    {
        isFirst = false;
        if (!_byStream.TryGetValue(stream, out CustomSeries? series))
        {
            series = Add(stream, out isFirst);
        }
        if (series is not null)
        {
            series.LastUsed = time.GetTimestamp();
        }
        return series;
    }

    /// <summary>In how long the next series will have been idle for too long; null where there is none.</summary>
    public TimeSpan? DueIn()
    {
        lock (_gate)
        {
            return _series.Count == 0 ? null : MaxIdle - _series.Values.Max(series => time.GetElapsedTime(series.LastUsed));
        }
    }

    /// <summary>Removes series that have been idle for too long.</summary>
    public void Prune() => RemoveWhere(series => time.GetElapsedTime(series.LastUsed) >= MaxIdle);

    /// <summary>Removes all series, for good: another pipeline starts with none.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
        RemoveWhere(static _ => true);
    }

    /// <summary>Counts what could not be recorded; the series of a reason appears with its first entry.</summary>
    public void CountError(string reason) => metrics.Counter(
        "loki_process_custom_metric_errors_total",
        "Entries that could not be counted in a metric of stage.metrics",
        ("reason", reason)).Increment();

    private CustomSeries? Add(LabelSet stream, out bool isFirst)
    {
        isFirst = false;
        LabelSet labels = Listed(stream);
        lock (_gate)
        {
            if (_isClosed)
            {
                return null;
            }
            if (!_series.TryGetValue(labels, out CustomSeries? series))
            {
                series = Create(labels);
                if (series is null)
                {
                    return null;
                }
                _series.Add(labels, series);
                isFirst = _series.Count == 1;
            }
            // Entries that differ only in labels which are not listed come to the same series; their sets are bounded with it.
            if (_byStream.Count < 2 * MaxSeries && _byStream.TryAdd(stream, series))
            {
                series.Streams.Add(stream);
            }
            series.LastUsed = time.GetTimestamp();
            return series;
        }
    }

    private CustomSeries? Create(LabelSet labels)
    {
        if (_series.Count >= MaxSeries)
        {
            CountError("too_many_series");
            return null;
        }
        Instrument made = metric.Type == MetricType.Histogram ? new Histogram(metric.Buckets) : new Gauge();
        (string, string)[] pairs = [.. labels.Select(static label => (label.Name, label.Value))];
        Instrument? found = metrics.TryAdd(metric.Name, metric.Help, metric.Type, made, pairs);
        if (ReferenceEquals(found, made))
        {
            return new CustomSeries(made, labels);
        }
        CountError("name_taken");
        return null;
    }

    // Internal labels are left out, and so are those that the metric has already; what Prometheus does not take in names becomes "_".
    private LabelSet Listed(LabelSet stream)
    {
        var builder = new LabelSetBuilder();
        foreach (Label label in stream.Span)
        {
            string name = MetricNames.Of(label.Name, allowsColons: false);
            bool isTaken = metrics.HasLabel(name) || (metric.Type == MetricType.Histogram && name == "le") || builder.Get(name).Length > 0;
            if (!label.Name.StartsWith("__", StringComparison.Ordinal) && !isTaken)
            {
                builder.Set(name, label.Value);
            }
        }
        return builder.ToLabelSet();
    }

    private void RemoveWhere(Predicate<CustomSeries> isMeant)
    {
        lock (_gate)
        {
            foreach (CustomSeries series in _series.Values.Where(series => isMeant(series)).ToArray())
            {
                foreach (LabelSet stream in series.Streams)
                {
                    _byStream.TryRemove(stream, out _);
                }
                _series.Remove(series.Labels);
                metrics.Remove(series.Instrument);
            }
        }
    }
}
