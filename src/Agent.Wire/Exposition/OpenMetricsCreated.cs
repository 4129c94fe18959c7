using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>Finds the <c>_created</c> line that belongs to a series, remembering where the last search ended.</summary>
internal ref struct OpenMetricsCreated
{
    private const string Suffix = "_created";

    // The line that the last search found, with the family's length and type in force there.
    private ReadOnlySpan<byte> _series;
    private MetricType _type;
    private long _start;
    private int _lookedUpTo;
    private bool _found;

    // The series that was last given a start: those of the same labels behind the line have it too.
    private ReadOnlySpan<byte> _known;
    private int _knownFamily;
    private long _knownStart;

    public static bool IsCreated(ReadOnlySpan<byte> series) =>
        NameOf(series) is { Length: >= 8 } name && name.EndsWith("_created"u8);

    /// <summary>A series without a type that has beginnings ends what is known.</summary>
    public void Forget() => _known = default;

    /// <summary>The search from here would end where the last one did.</summary>
    public readonly bool IsLookedUp(int from) => from <= _lookedUpTo && _lookedUpTo > 0;

    public void Remember(in OpenMetricsReader at, int stop, bool found)
    {
        _found = found;
        _lookedUpTo = stop;
        if (found)
        {
            _series = at.Series;
            _type = at.Type;
            // Seconds, as all times of OpenMetrics.
            _start = NumberText.ToMilliseconds(at.Value);
        }
    }

    public readonly bool TryKnown(in OpenMetricsReader series, out long start)
    {
        start = _knownStart;
        return !_known.IsEmpty && _knownStart > 0 && FamilyOf(series).SequenceEqual(NameOf(_known)[.._knownFamily])
            && SameLabels(series.Series, _known, series.Type);
    }

    public long Match(in OpenMetricsReader series)
    {
        ReadOnlySpan<byte> created = _found ? NameOf(_series) : default;
        if (!_found || !FamilyOf(series).SequenceEqual(created[..^Suffix.Length]) || !SameLabels(series.Series, _series, _type))
        {
            _known = default;
            return 0;
        }
        _known = _series;
        _knownFamily = created.Length - Suffix.Length;
        _knownStart = _start;
        return _start;
    }

    /// <summary>The part of the series' name that is the family's; Prometheus goes by its length alone.</summary>
    private static ReadOnlySpan<byte> FamilyOf(in OpenMetricsReader series)
    {
        ReadOnlySpan<byte> name = NameOf(series.Series);
        return name.Length >= series.FamilyLength ? name[..series.FamilyLength] : default;
    }

    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> series)
    {
        int end = SeriesText.NameEnd(series, LabelGrammar.OpenMetrics, out _);
        if (end > 0)
        {
            return series[..end];
        }
        // In braces: mostly the first text there, else the one that no = follows.
        int at = 1;
        while (at < series.Length)
        {
            int length = LabelLexer.QuotedLength(series[at..], allowBreak: true, allowZero: true);
            int behind = at + length;
            if (length > 0 && (behind == series.Length || series[behind] != '='))
            {
                return series[(at + 1)..(behind - 1)];
            }
            at = behind + NextComma(series[behind..]);
        }
        return default;
    }

    /// <summary>Bytes up to behind the next comma outside of quotes.</summary>
    private static int NextComma(ReadOnlySpan<byte> rest)
    {
        int at = 0;
        while (at < rest.Length && rest[at] != ',')
        {
            int quoted = LabelLexer.QuotedLength(rest[at..], allowBreak: true, allowZero: true);
            at += Math.Max(1, quoted);
        }
        return Math.Min(at + 1, Math.Max(1, rest.Length));
    }

    /// <summary>Same labels in the same order, but for those that only tell the parts of one summary or histogram apart.</summary>
    private static bool SameLabels(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, MetricType type)
    {
        ReadOnlySpan<byte> skipped = type == MetricType.Summary ? "quantile"u8 : type == MetricType.Histogram ? "le"u8 : default;
        var one = new RawLabels(first);
        var other = new RawLabels(second);
        while (true)
        {
            bool more = one.MoveNext(skipped);
            if (more != other.MoveNext(skipped))
            {
                return false;
            }
            if (!more)
            {
                return true;
            }
            if (!one.Name.SequenceEqual(other.Name) || !one.Value.SequenceEqual(other.Value))
            {
                return false;
            }
        }
    }

    /// <summary>Name and value as written. For labels not checked yet it may stop early.</summary>
    private ref struct RawLabels
    {
        private ReadOnlySpan<byte> _rest;

        public RawLabels(ReadOnlySpan<byte> series)
        {
            SeriesText.NameEnd(series, LabelGrammar.OpenMetrics, out int brace);
            _rest = brace < 0 ? default : series[(brace + 1)..];
            Name = default;
            Value = default;
        }

        public ReadOnlySpan<byte> Name { get; private set; }

        public ReadOnlySpan<byte> Value { get; private set; }

        public bool MoveNext(ReadOnlySpan<byte> skipped)
        {
            while (!_rest.IsEmpty && _rest[0] != '}')
            {
                int quoted = LabelLexer.QuotedLength(_rest, allowBreak: true, allowZero: true);
                int name = quoted > 0 ? quoted : LabelLexer.MetricNameLength(_rest);
                ReadOnlySpan<byte> behind = _rest[name..];
                if (behind.IsEmpty || behind[0] != '=')
                {
                    // The metric's name, or nothing that could be read.
                    _rest = name > 0 && !behind.IsEmpty && behind[0] == ',' ? behind[1..] : name > 0 ? behind : default;
                    continue;
                }
                int value = LabelLexer.QuotedLength(behind[1..], allowBreak: true, allowZero: true);
                Name = quoted > 0 ? _rest[1..(name - 1)] : _rest[..name];
                Value = behind.Slice(1, value);
                behind = behind[(1 + value)..];
                _rest = value == 0 ? default : !behind.IsEmpty && behind[0] == ',' ? behind[1..] : behind;
                if (skipped.IsEmpty || !Name.SequenceEqual(skipped))
                {
                    return true;
                }
            }
            return false;
        }
    }
}
