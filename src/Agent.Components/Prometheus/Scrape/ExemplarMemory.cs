using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>The last exemplar of each series: targets repeat them until there is a newer one. Not thread safe.</summary>
internal sealed class ExemplarMemory
{
    private readonly Dictionary<MetricSeries, Last> _last = [];

    /// <summary>True where the series did not have this exemplar last, nor, where exemplars have times, a newer one.</summary>
    /// <param name="series">Whose it is.</param>
    /// <param name="exemplar">As read.</param>
    /// <param name="timestamp">Its time, which is the scrape's where it has none.</param>
    public bool IsNew(MetricSeries series, ExemplarBuffer exemplar, long timestamp)
    {
        var next = new Last(exemplar.HasTimestamp ? timestamp : 0, exemplar.Value, HashOf(exemplar.Labels));
        if (_last.TryGetValue(series, out Last last) && (last == next || (exemplar.HasTimestamp && timestamp < last.Timestamp)))
        {
            return false;
        }
        _last[series] = next;
        return true;
    }

    public void Forget(List<MetricSeries> gone)
    {
        if (_last.Count > 0)
        {
            foreach (MetricSeries series in gone)
            {
                _last.Remove(series);
            }
        }
    }

    public void Clear() => _last.Clear();

    private static int HashOf(SeriesLabels labels)
    {
        var hash = default(HashCode);
        for (int i = 0; i < labels.Count; i++)
        {
            hash.AddBytes(labels.Name(i));
            hash.Add(i);
            hash.AddBytes(labels.Value(i));
        }
        return hash.ToHashCode();
    }

    private readonly record struct Last(long Timestamp, double Value, int Labels);
}
