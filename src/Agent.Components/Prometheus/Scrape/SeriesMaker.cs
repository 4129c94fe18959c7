using System.Buffers;
using System.Text;
using Agent.Telemetry.Metrics;
using Agent.Wire;
using Agent.Wire.Exposition;

namespace Agent.Components.Prometheus.Scrape;

/// <param name="Family">What is known of the metric, for the labels of type and unit; null where nothing is.</param>
/// <param name="Like">The series that was made last for the same target: much of its labels is the same.</param>
internal readonly record struct SeriesOrigin(MetricMetadata? Family, MetricSeries? Like);

/// <summary>Makes series of the labels that a target exposes and the target's own. Not thread safe.</summary>
internal sealed class SeriesMaker : IDisposable
{
    private const int ShownChars = 50;
    private static readonly SearchValues<byte> NameChars =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);

    private readonly SeriesLabels _labels = new();
    private readonly GrowableBuffer _name = new();
    private readonly GrowableBuffer _block = new();
    private readonly List<int> _conflicts = [];

    /// <summary>What is wrong with the labels of which <see cref="TryMake"/> made nothing.</summary>
    public string Error { get; private set; } = "";

    /// <summary>The labels were more or longer than the configuration allows.</summary>
    public bool IsOverLimit { get; private set; }

    /// <param name="exposed">As read, sorted.</param>
    /// <param name="target">The target's labels.</param>
    /// <param name="rules">How to put both together.</param>
    /// <param name="origin">What else is known of the series.</param>
    /// <returns>Null where <see cref="Error"/> says why.</returns>
    public MetricSeries? TryMake(SeriesLabels exposed, TargetLabels target, LabelRules rules, SeriesOrigin origin)
    {
        IsOverLimit = false;
        _labels.Clear();
        _conflicts.Clear();
        Merge(exposed, target, rules.HonorLabels);
        if (rules.WithTypeAndUnit && origin.Family is { } family)
        {
            AddTypeAndUnit(family);
        }
        _labels.Sort();
        if (!Check(rules))
        {
            return null;
        }
        int length = _labels.BlockLength();
        _block.Clear();
        _labels.WriteBlock(_block.Reserve(length));
        _block.Advance(length);
        return MetricSeries.OfBlock(_block.Written, origin.Like);
    }

    /// <summary>A series of the scraper's own about a target: the target's labels and a name.</summary>
    public MetricSeries Make(string name, TargetLabels target)
    {
        _labels.Clear();
        _labels.Add("__name__"u8, Encoding.UTF8.GetBytes(name));
        for (int i = 0; i < target.Count; i++)
        {
            _labels.Add(target.Name(i), target.Value(i));
        }
        _labels.Sort();
        byte[] block = new byte[_labels.BlockLength()];
        _labels.WriteBlock(block);
        return MetricSeries.OfBlock(block);
    }

    public void Dispose()
    {
        _labels.Dispose();
        _name.Dispose();
        _block.Dispose();
    }

    private void Merge(SeriesLabels exposed, TargetLabels target, bool honorLabels)
    {
        for (int i = 0; i < exposed.Count; i++)
        {
            ReadOnlySpan<byte> name = exposed.Name(i);
            if (exposed.Value(i).IsEmpty)
            {
                continue;
            }
            if (!honorLabels && target.Has(name))
            {
                _conflicts.Add(i);
                continue;
            }
            _labels.Add(name, exposed.Value(i));
        }
        for (int i = 0; i < target.Count; i++)
        {
            // An exposed label without a value keeps the target's off: that is how a target says that it has none.
            if (!honorLabels || !exposed.TryGet(target.Name(i), out _))
            {
                _labels.Add(target.Name(i), target.Value(i));
            }
        }
        if (_conflicts.Count > 0)
        {
            RenameConflicts(exposed);
        }
    }

    // The shortest name first, as Prometheus does: exported_exported_job then goes the same way everywhere.
    private void RenameConflicts(SeriesLabels exposed)
    {
        _conflicts.Sort((a, b) => exposed.Name(a).Length != exposed.Name(b).Length ? exposed.Name(a).Length - exposed.Name(b).Length : a - b);
        foreach (int conflict in _conflicts)
        {
            _name.Clear();
            _name.Write(exposed.Name(conflict));
            do
            {
                byte[] before = _name.Written.ToArray();
                _name.Clear();
                _name.Write("exported_"u8);
                _name.Write(before);
            }
            while (_labels.TryGet(_name.Written, out _));
            _labels.Add(_name.Written, exposed.Value(conflict));
        }
    }

    private void AddTypeAndUnit(MetricMetadata family)
    {
        if (family.Type != MetricType.Unknown && !_labels.TryGet("__type__"u8, out _))
        {
            _labels.Add("__type__"u8, MetricTypeName.Of(family.Type));
        }
        if (family.Unit.Length > 0 && !_labels.TryGet("__unit__"u8, out _))
        {
            _labels.Add("__unit__"u8, Encoding.UTF8.GetBytes(family.Unit));
        }
    }

    private bool Check(LabelRules rules)
    {
        if (!_labels.TryGet("__name__"u8, out ReadOnlySpan<byte> metric))
        {
            return Refuse("missing metric name (__name__ label)");
        }
        if (_labels.HasDuplicates)
        {
            return Refuse($"a label of {Shown(metric)} is not unique: invalid sample");
        }
        if (rules.IsLegacy && !HasLegacyNames(metric))
        {
            return Refuse($"invalid metric name or label names: {_labels.ToLabelSet()}");
        }
        if (_labels.Count > rules.Labels)
        {
            return RefuseLimit($"label_limit exceeded (metric: {Shown(metric)}, number of labels: {_labels.Count}, limit: {rules.Labels})");
        }
        for (int i = 0; i < _labels.Count; i++)
        {
            ReadOnlySpan<byte> name = _labels.Name(i);
            ReadOnlySpan<byte> value = _labels.Value(i);
            if (name.Length > rules.NameLength)
            {
                return RefuseLimit(
                    $"label_name_length_limit exceeded (metric: {Shown(metric)}, label name: {Shown(name)}, length: {name.Length}, limit: {rules.NameLength})");
            }
            if (value.Length > rules.ValueLength)
            {
                return RefuseLimit(
                    $"label_value_length_limit exceeded (metric: {Shown(metric)}, label name: {Shown(name)}, value: \"{Shown(value)}\", "
                    + $"length: {value.Length}, limit: {rules.ValueLength})");
            }
        }
        return true;
    }

    private bool HasLegacyNames(ReadOnlySpan<byte> metric)
    {
        if (!IsLegacyName(metric, withColons: true))
        {
            return false;
        }
        for (int i = 0; i < _labels.Count; i++)
        {
            if (!IsLegacyName(_labels.Name(i), withColons: false))
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsLegacyName(ReadOnlySpan<byte> name, bool withColons)
    {
        if (name.IsEmpty || name[0] is >= (byte)'0' and <= (byte)'9')
        {
            return false;
        }
        for (int at = name.IndexOfAnyExcept(NameChars); at >= 0;)
        {
            if (!withColons || name[at] != ':')
            {
                return false;
            }
            int next = name[(at + 1)..].IndexOfAnyExcept(NameChars);
            at = next < 0 ? -1 : at + 1 + next;
        }
        return true;
    }

    private bool Refuse(string error)
    {
        Error = error;
        return false;
    }

    private bool RefuseLimit(string error)
    {
        IsOverLimit = true;
        return Refuse(error);
    }

    private static string Shown(ReadOnlySpan<byte> text)
    {
        string all = Encoding.UTF8.GetString(text);
        return all.Length <= ShownChars ? all : all[..ShownChars];
    }
}
