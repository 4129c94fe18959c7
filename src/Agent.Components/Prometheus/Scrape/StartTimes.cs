using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>When each series began to count, as it was told last: a zero is sent once for each beginning. Not thread safe.</summary>
internal sealed class StartTimes
{
    private readonly Dictionary<MetricSeries, long> _starts = [];
    private readonly HistogramBuffer _zero = new();

    /// <summary>Adds a zero at the series' beginning, where that is news.</summary>
    public void AddZero(MetricBatch batch, MetricSeries series, long start, long timestamp)
    {
        if (IsNew(series, start, timestamp))
        {
            batch.Add(series, start, 0, start);
        }
    }

    /// <summary>The same for a histogram: an empty one of the same shape.</summary>
    public void AddZero(MetricBatch batch, in HistogramSample sample, HistogramView histogram)
    {
        if (!IsNew(sample.Series, sample.StartTimestamp, sample.Timestamp))
        {
            return;
        }
        _zero.Clear();
        _zero.Head = new HistogramHead
        {
            IsFloat = histogram.Head.IsFloat,
            Schema = histogram.Head.Schema,
            ZeroThreshold = histogram.Head.ZeroThreshold,
        };
        foreach (double bound in histogram.CustomValues)
        {
            _zero.AddCustomValue(bound);
        }
        batch.AddHistogram(sample with { Timestamp = sample.StartTimestamp }, _zero.View);
    }

    public void Forget(List<MetricSeries> gone)
    {
        if (_starts.Count > 0)
        {
            foreach (MetricSeries series in gone)
            {
                _starts.Remove(series);
            }
        }
    }

    public void Clear() => _starts.Clear();

    private bool IsNew(MetricSeries series, long start, long timestamp)
    {
        if (start == 0 || start >= timestamp || (_starts.TryGetValue(series, out long last) && start <= last))
        {
            return false;
        }
        _starts[series] = start;
        return true;
    }
}
