using System.Collections.Immutable;

namespace Agent.Sdk.Metrics;

/// <summary>One series of a family: label names and values in step, and the instrument behind it.</summary>
public abstract class MetricSeries
{
    private protected MetricSeries()
    {
    }

    public string[] LabelNames { get; internal set; } = [];

    public string[] LabelValues { get; internal set; } = [];

    public Instrument Instrument => (Instrument)this;
}

/// <summary>All series of one metric name.</summary>
/// <remarks>A family without series may become another type: a reload can turn a counter that users define into a gauge.</remarks>
public sealed class MetricFamily(string name, string help, MetricType type)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Instrument> _series = new(SeriesComparer.Instance);
    private ImmutableArray<MetricSeries>? _listed;

    public string Name { get; } = name;

    public string Help { get; private set; } = help;

    public MetricType Type { get; private set; } = type;

    public bool HasSeries
    {
        get
        {
            lock (_gate)
            {
                return _series.Count > 0;
            }
        }
    }

    /// <summary>A snapshot.</summary>
    public ImmutableArray<MetricSeries> Series
    {
        get
        {
            lock (_gate)
            {
                return _listed ??= [.. _series];
            }
        }
    }

    /// <summary>The instrument of a series, made where it is new; null where the family has series of another type.</summary>
    internal Instrument? GetOrAdd(SeriesKey key, MetricKind kind, Func<Instrument> create, out bool added)
    {
        added = false;
        lock (_gate)
        {
            if (_series.Count == 0)
            {
                (Help, Type) = (kind.Help, kind.Type);
            }
            if (Type != kind.Type)
            {
                return null;
            }
            if (_series.GetAlternateLookup<SeriesKey>().TryGetValue(key, out Instrument? known))
            {
                return known;
            }
            added = true;
            Instrument made = create();
            (made.Family, made.LabelNames, made.LabelValues) = (this, key.Names, key.Values);
            _series.Add(made);
            _listed = null;
            return made;
        }
    }

    /// <summary>Puts another instrument behind the series of one; it may be the same.</summary>
    internal void Replace(Instrument instrument, Instrument next)
    {
        lock (_gate)
        {
            _series.Remove(instrument);
            (next.Family, next.LabelNames, next.LabelValues) = (this, instrument.LabelNames, instrument.LabelValues);
            _series.Add(next);
            _listed = null;
        }
    }

    internal void Remove(Instrument instrument)
    {
        lock (_gate)
        {
            _series.Remove(instrument);
            _listed = null;
        }
    }
}
