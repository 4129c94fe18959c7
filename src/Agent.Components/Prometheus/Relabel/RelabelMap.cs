using Agent.Components.Common.Metrics;
using Agent.Components.Common.Relabel;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Relabel;

/// <summary>What the rules make of the series of one batch.</summary>
internal struct RelabelMap(Relabeler relabeler, SeriesCache cache, RelabelCounters counters, long now) : ISeriesMap
{
    private const string NameLabel = "__name__";

    private int _processed;
    private int _misses;
    private int _deletes;
    private int _written;

    public MetricSeries? Map(MetricSeries series, SeriesUse use)
    {
        _processed++;
        SeriesCache.Entry? entry = cache.Find(series, now);
        if (entry is null)
        {
            _misses++;
            entry = cache.Add(series, Compute(series), now);
        }
        // The mark itself goes on: whoever stores the series must learn of its end.
        if (use == SeriesUse.End && cache.Remove(entry))
        {
            _deletes++;
        }
        if (entry.Result is null)
        {
            return null;
        }
        if (use != SeriesUse.Exemplar)
        {
            _written++;
        }
        entry.Describe();
        return entry.Result;
    }

    public readonly void Finish()
    {
        counters.Processed.Add(_processed);
        counters.Misses.Add(_misses);
        counters.Hits.Add(_processed - _misses);
        counters.Deletes.Add(_deletes);
        counters.Written.Add(_written);
    }

    /// <summary>Rules see a family by its name alone. One that they would drop stays: what they drop may be some of its series only.</summary>
    public readonly MetricMetadata Map(MetricMetadata metadata)
    {
        var labels = new LabelSetBuilder();
        labels.Set(NameLabel, metadata.Family);
        string name = relabeler.Apply(labels) ? labels.Get(NameLabel) : "";
        return name.Length == 0 || name == metadata.Family ? metadata : metadata with { Family = name };
    }

    private readonly MetricSeries? Compute(MetricSeries series)
    {
        var builder = new LabelSetBuilder(series.Labels);
        if (!relabeler.Apply(builder) || builder.Count == 0)
        {
            return null;
        }
        LabelSet labels = builder.ToLabelSet();
        return labels.Equals(series.Labels) ? series : MetricSeries.Compact(labels, like: series);
    }
}
