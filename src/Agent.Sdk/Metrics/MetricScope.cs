namespace Agent.Sdk.Metrics;

/// <summary>Creates self-metrics in the process's registry, each with the labels of the scope's owner.</summary>
/// <remarks>
/// Asking again for a name with the same labels gives the same instrument. A series exists, at zero, from the moment its instrument
/// is made, so that rates are right from the first event on. Disposing of the scope removes its series.
/// </remarks>
public sealed class MetricScope : IDisposable
{
    private readonly MetricRegistry _registry;
    private readonly List<(MetricFamily Family, string[] Labels)> _owned = [];
    private readonly Lock _gate = new();
    private readonly KeyValuePair<string, string>[] _constant;

    internal MetricScope(MetricRegistry registry, KeyValuePair<string, string>[] constant)
    {
        _registry = registry;
        _constant = constant;
    }

    public Counter Counter(string name, string help, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Counter, labels, static _ => new Counter());

    public Gauge Gauge(string name, string help, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Gauge, labels, static _ => new Gauge());

    /// <summary>A gauge that is read when somebody scrapes; <paramref name="read"/> must be quick and safe on any thread.</summary>
    public void ObservedGauge(string name, string help, Func<double> read, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Gauge, labels, _ => new ObservedValue(read));

    /// <summary>A counter that is read when somebody scrapes.</summary>
    public void ObservedCounter(string name, string help, Func<double> read, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Counter, labels, _ => new ObservedValue(read));

    /// <param name="name">Without <c>_bucket</c>.</param>
    /// <param name="help">One sentence.</param>
    /// <param name="buckets">Upper bounds, ascending, without +Inf.</param>
    /// <param name="labels">Labels of this series.</param>
    public Histogram Histogram(string name, string help, double[] buckets, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Histogram, labels, _ => new Histogram(buckets));

    /// <summary>Sum and count of durations in seconds.</summary>
    public Summary Summary(string name, string help, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Summary, labels, static _ => new Summary());

    /// <summary>A scope whose instruments carry further labels, and whose series go when it is disposed of, before its parent's do.</summary>
    public MetricScope Child(params KeyValuePair<string, string>[] labels) => new(_registry, [.. _constant, .. labels]);

    public void Dispose()
    {
        lock (_gate)
        {
            foreach ((MetricFamily family, string[] labels) in _owned)
            {
                family.Remove(labels);
            }
            _owned.Clear();
        }
    }

    private T Make<T>(
        string name, string help, MetricType type, ReadOnlySpan<(string Name, string Value)> labels, Func<MetricFamily, T> create)
        where T : Instrument
    {
        string[] names = new string[_constant.Length + labels.Length];
        string[] values = new string[names.Length];
        for (int i = 0; i < _constant.Length; i++)
        {
            (names[i], values[i]) = _constant[i];
        }
        for (int i = 0; i < labels.Length; i++)
        {
            (names[_constant.Length + i], values[_constant.Length + i]) = labels[i];
        }
        MetricFamily family = _registry.Family(name, help, type);
        Instrument instrument = family.GetOrAdd(names, values, () => create(family), out bool added);
        if (added)
        {
            lock (_gate)
            {
                _owned.Add((family, values));
            }
        }
        return (T)instrument;
    }
}
