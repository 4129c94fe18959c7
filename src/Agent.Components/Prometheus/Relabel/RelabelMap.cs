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
        if (!ReferenceEquals(entry.Described, series.Metadata))
        {
            Describe(entry);
        }
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
        return labels.Equals(series.Labels) ? series : new MetricSeries(labels);
    }

    /// <summary>Carries over what has become known of the metric since, under the name it has now.</summary>
    private static void Describe(SeriesCache.Entry entry)
    {
        MetricMetadata? metadata = entry.Series.Metadata;
        entry.Described = metadata;
        MetricSeries result = entry.Result!;
        if (metadata is null || ReferenceEquals(result, entry.Series))
        {
            return;
        }
        string from = entry.Series.Labels[NameLabel];
        string to = result.Labels[NameLabel];
        if (from == to)
        {
            result.Metadata = metadata;
            return;
        }
        // foo_bucket of foo that is now bar_bucket belongs to bar.
        string suffix = from.StartsWith(metadata.Family, StringComparison.Ordinal) ? from[metadata.Family.Length..] : "";
        result.Metadata = metadata with { Family = to.EndsWith(suffix, StringComparison.Ordinal) ? to[..^suffix.Length] : to };
    }
}
