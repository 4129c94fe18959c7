using System.Collections.Immutable;

namespace Agent.Sdk.Metrics;

/// <summary>One series of a family: label names and values in step, and the instrument behind it.</summary>
public sealed record MetricSeries(string[] LabelNames, string[] LabelValues, Instrument Instrument);

/// <summary>All series of one metric name.</summary>
public sealed class MetricFamily(string name, string help, MetricType type)
{
    private readonly Lock _gate = new();
    private ImmutableArray<MetricSeries> _series = [];

    public string Name { get; } = name;

    public string Help { get; } = help;

    public MetricType Type { get; } = type;

    public bool HasSeries => !_series.IsEmpty;

    /// <summary>A snapshot.</summary>
    public ImmutableArray<MetricSeries> Series => _series;

    internal Instrument GetOrAdd(string[] names, string[] values, Func<Instrument> create, out bool added)
    {
        lock (_gate)
        {
            foreach (MetricSeries series in _series)
            {
                if (series.LabelValues.AsSpan().SequenceEqual(values) && series.LabelNames.AsSpan().SequenceEqual(names))
                {
                    added = false;
                    return series.Instrument;
                }
            }
            added = true;
            Instrument instrument = create();
            _series = _series.Add(new MetricSeries(names, values, instrument));
            return instrument;
        }
    }

    internal void Remove(string[] values)
    {
        lock (_gate)
        {
            _series = _series.RemoveAll(series => ReferenceEquals(series.LabelValues, values));
        }
    }
}
