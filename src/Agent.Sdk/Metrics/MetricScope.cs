namespace Agent.Sdk.Metrics;

/// <summary>Creates self-metrics in the process's registry, each with the labels of the scope's owner.</summary>
/// <remarks>
/// Asking again for a name with the same labels gives the same instrument. A series exists, at zero, from the moment its instrument
/// is made, so that rates are right from the first event on. Disposing of the scope removes its series, but for those that another scope has
/// asked for meanwhile: they are that one's then.
/// </remarks>
public sealed class MetricScope : IDisposable
{
    private readonly MetricRegistry _registry;
    private readonly string[] _names;
    private readonly string[] _values;

    // The head of the list of what the scope made.
    private Instrument? _owned;

    internal MetricScope(MetricRegistry registry, KeyValuePair<string, string>[] constant)
    {
        _registry = registry;
        _names = registry.Shared([.. constant.Select(static label => label.Key)]);
        _values = [.. constant.Select(static label => label.Value)];
    }

    /// <summary>The metrics of the whole process, those of other owners among them.</summary>
    public MetricRegistry Registry => _registry;

    public Counter Counter(string name, string help, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Counter, labels, static () => new Counter());

    public Gauge Gauge(string name, string help, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Gauge, labels, static () => new Gauge());

    /// <summary>A gauge that is read when somebody scrapes; <paramref name="read"/> must be quick and safe on any thread.</summary>
    public void ObservedGauge(string name, string help, Func<double> read, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Gauge, labels, () => new ComputedValue(read));

    /// <summary>A counter that is read when somebody scrapes.</summary>
    public void ObservedCounter(string name, string help, Func<double> read, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Counter, labels, () => new ComputedValue(read));

    /// <param name="name">Without <c>_bucket</c>.</param>
    /// <param name="help">One sentence.</param>
    /// <param name="buckets">Upper bounds, ascending, without +Inf.</param>
    /// <param name="labels">Labels of this series.</param>
    public Histogram Histogram(string name, string help, double[] buckets, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Histogram, labels, () => new Histogram(buckets));

    /// <summary>Sum and count of durations in seconds.</summary>
    public Summary Summary(string name, string help, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Make(name, help, MetricType.Summary, labels, static () => new Summary());

    /// <summary>A scope whose instruments carry further labels, and whose series go when it is disposed of, before its parent's do.</summary>
    public MetricScope Child(params KeyValuePair<string, string>[] labels) => new(_registry, [.. _names.Zip(_values, KeyValuePair.Create), .. labels]);

    public void Dispose()
    {
        lock (_registry.Heirs)
        {
            foreach (Instrument instrument in _registry.Heirs.Where(heir => heir.Value.Scope == this).Select(static heir => heir.Key).ToArray())
            {
                _registry.Heirs.Remove(instrument);
            }
            lock (_values)
            {
                while (_owned is { } first)
                {
                    Leave(first);
                }
            }
        }
    }

    /// <summary>Whether all instruments of the scope carry a label of that name.</summary>
    public bool HasLabel(string name) => Array.IndexOf(_names, name) >= 0;

    /// <summary>Removes one series that this scope made.</summary>
    public void Remove(Instrument instrument)
    {
        lock (_registry.Heirs)
        {
            lock (_values)
            {
                if (instrument.Owner == this)
                {
                    Leave(instrument);
                }
                else if (_registry.Heirs.TryGetValue(instrument, out (MetricScope Scope, Instrument Next) heir) && heir.Scope == this)
                {
                    _registry.Heirs.Remove(instrument);
                }
            }
        }
    }

    /// <summary>
    /// Makes a series of a metric that the user named; null where that name is taken by a metric of another type. A counter made this way
    /// is a <see cref="Metrics.Gauge"/> inside: what users count need not be whole numbers.
    /// </summary>
    /// <param name="name">The metric's name, valid as such.</param>
    /// <param name="help">One sentence.</param>
    /// <param name="type">A counter, a gauge or a histogram.</param>
    /// <param name="instrument">What stands behind the series where it is new.</param>
    /// <param name="labels">Labels of this series.</param>
    public Instrument? TryAdd(
        string name, string help, MetricType type, Instrument instrument, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Find(name, new MetricKind(help, type), labels, () => instrument);

    private T Make<T>(
        string name, string help, MetricType type, ReadOnlySpan<(string Name, string Value)> labels, Func<T> create)
        where T : Instrument
    {
        Instrument? instrument = Find(name, new MetricKind(help, type), labels, create);
        return instrument is not null ? (T)instrument : throw new InvalidOperationException($"BUG: metric {name} is not a {type} only");
    }

    private Instrument? Find(
        string name, MetricKind kind, ReadOnlySpan<(string Name, string Value)> labels, Func<Instrument> create)
    {
        string[] names = _names;
        string[] values = _values;
        if (labels.Length > 0)
        {
            names = new string[_names.Length + labels.Length];
            values = new string[names.Length];
            _names.CopyTo(names, 0);
            _values.CopyTo(values, 0);
            for (int i = 0; i < labels.Length; i++)
            {
                (names[_names.Length + i], values[_names.Length + i]) = labels[i];
            }
            names = _registry.Shared(names);
            // Series of the same thing are often made one after the other.
            values = Volatile.Read(ref _owned) is { } last && last.LabelValues.AsSpan().SequenceEqual(values) ? last.LabelValues : values;
        }
        Instrument? instrument = _registry.Family(name, kind).GetOrAdd(new SeriesKey(names, values), kind, create, out bool added);
        if (added)
        {
            Join(instrument!);
        }
        else if (instrument is { Owner: { } owner } && owner != this)
        {
            Inherit(instrument, create);
        }
        return instrument;
    }

    private void Inherit(Instrument instrument, Func<Instrument> create)
    {
        lock (_registry.Heirs)
        {
            if (instrument.Owner is { } owner && owner != this)
            {
                // What is read from the owner's state has to be read from the heir's.
                _registry.Heirs[instrument] = (this, instrument is ObservedValue ? create() : instrument);
            }
        }
    }

    private void Join(Instrument made)
    {
        lock (_values)
        {
            made.Owner = this;
            made.After = _owned;
            if (_owned is not null)
            {
                _owned.Before = made;
            }
            Volatile.Write(ref _owned, made);
        }
    }

    private void Leave(Instrument gone)
    {
        bool hasHeir = _registry.Heirs.Remove(gone, out (MetricScope Scope, Instrument Next) heir);
        if (!hasHeir)
        {
            gone.Family!.Remove(gone);
        }
        if (gone.Before is null)
        {
            _owned = gone.After;
        }
        else
        {
            gone.Before.After = gone.After;
        }
        if (gone.After is not null)
        {
            gone.After.Before = gone.Before;
        }
        (gone.Owner, gone.Before, gone.After) = (null, null, null);
        if (hasHeir)
        {
            gone.Family!.Replace(gone, heir.Next);
            heir.Scope.Join(heir.Next);
        }
    }
}
