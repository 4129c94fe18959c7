using System.Text.Unicode;
using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>Reads OpenMetrics 1.0 text.</summary>
/// <remarks>
/// Accepts and refuses what Prometheus's parser does (model/textparse). Beginnings of counters, summaries and histograms
/// (<c>_created</c> series under a matching type) are entries of their own until <see cref="ReadStartTimestamp"/> is first
/// called for such a series, or <see cref="SkipCreated"/> is set; from then on they are only what that method looks up.
/// </remarks>
public ref struct OpenMetricsReader(ReadOnlySpan<byte> text, ExpositionScratch scratch) : IExpositionReader
{
    private readonly ReadOnlySpan<byte> _text = text;
    private OpenMetricsCreated _created;
    private int _start;
    private int _next;
    private int _familyLength;
    private bool _brokenTail;
    private OpenMetricsTail _tail;

    /// <summary>Leave out <c>_created</c> series from the start.</summary>
    public bool SkipCreated { get; set; }

    public ExpositionEntry Entry { get; private set; }

    public ReadOnlySpan<byte> Family { get; private set; }

    public ReadOnlySpan<byte> Text { get; private set; }

    public MetricType Type { get; private set; }

    public ReadOnlySpan<byte> Series { get; private set; }

    public readonly double Value => _tail.Value;

    public readonly bool HasTimestamp => _tail.HasTimestamp;

    public readonly long Timestamp => _tail.Timestamp;

    public readonly HistogramView Histogram => default;

    public ExpositionError? Error { get; private set; }

    private readonly bool HasStart => Type is MetricType.Counter or MetricType.Summary or MetricType.Histogram;

    public bool Next() => Next(default);

    public bool Next(scoped ReadOnlySpan<byte> expected)
    {
        do
        {
            Entry = ExpositionEntry.None;
            if (Error is not null || !((!expected.IsEmpty && TryExpected(expected)) || ReadEntry()))
            {
                return false;
            }
        }
        while (SkipCreated && Entry == ExpositionEntry.Series && HasStart && OpenMetricsCreated.IsCreated(Series));
        return true;
    }

    public bool TryReadLabels(SeriesLabels labels)
    {
        if (Entry != ExpositionEntry.Series)
        {
            return false;
        }
        return SeriesText.TryReadLabels(Series, LabelGrammar.OpenMetrics, Type, labels, out string? error, out int at) || Fail(error!, _start + at);
    }

    /// <summary>At most one a series. Its labels keep their backslashes: Prometheus does not resolve them here.</summary>
    public bool TryReadExemplar(ExemplarBuffer exemplar)
    {
        if (Entry != ExpositionEntry.Series || _tail.ExemplarStart == 0)
        {
            return false;
        }
        exemplar.Labels.Clear();
        var lexer = new LabelLexer(_text, LabelGrammar.Exemplar);
        bool hasName = false;
        lexer.TryRead(_tail.ExemplarStart, ref hasName, exemplar.Labels);
        exemplar.Labels.Sort();
        exemplar.Value = _tail.ExemplarValue;
        exemplar.HasTimestamp = _tail.HasExemplarTimestamp;
        exemplar.Timestamp = _tail.ExemplarTimestamp;
        _tail.ExemplarStart = 0;
        return true;
    }

    /// <summary>
    /// Looks ahead for the <c>_created</c> line that belongs to the series: it may stand behind other series of the family, but not behind
    /// the <c>_created</c> line of another one. Each line is looked at once or twice in all.
    /// </summary>
    public long ReadStartTimestamp()
    {
        if (Entry != ExpositionEntry.Series || !HasStart)
        {
            _created.Forget();
            return 0;
        }
        SkipCreated = true;
        if (_created.TryKnown(this, out long start))
        {
            return start;
        }
        if (!_created.IsLookedUp(_next))
        {
            OpenMetricsReader ahead = this;
            ahead.SkipCreated = false;
            bool found = false;
            while (!found && ahead.Error is null && ahead.ReadEntry() && ahead.Entry == ExpositionEntry.Series)
            {
                found = OpenMetricsCreated.IsCreated(ahead.Series);
            }
            _created.Remember(found ? ahead : default, ahead._start, found);
        }
        return _created.Match(this);
    }

    internal readonly int Start => _start;

    internal readonly int FamilyLength => _familyLength;

    /// <summary>The line begins with the series expected: nothing of it needs to be searched.</summary>
    private bool TryExpected(scoped ReadOnlySpan<byte> expected)
    {
        ReadOnlySpan<byte> rest = _text[_next..];
        if (_brokenTail || rest.Length <= expected.Length || rest[expected.Length] != ' ' || !rest.StartsWith(expected))
        {
            return false;
        }
        ReadOnlySpan<byte> tail = rest[expected.Length..];
        int length = tail.IndexOf((byte)'\n');
        // A tail with an exemplar is no pair of numbers, and goes the long way.
        if (length < 0 || !_tail.TryReadQuickly(tail[..length]))
        {
            return false;
        }
        _start = _next;
        _next += expected.Length + length + 1;
        Series = rest[..expected.Length];
        Entry = ExpositionEntry.Series;
        return true;
    }

    private bool ReadEntry()
    {
        _start = _next;
        if (_brokenTail)
        {
            return Fail("expected a valid start token", _start);
        }
        if (_start == _text.Length)
        {
            return Fail("data does not end with # EOF", _start, withText: false);
        }
        return _text[_start] == '#' ? ReadMetadata() : ReadSeries();
    }

    private bool ReadSeries()
    {
        ReadOnlySpan<byte> line = _text[_start..];
        int length = line.IndexOf((byte)'\n');
        // Exemplars go the long way, and so does a # in a label.
        if (length > 0 && !line[..length].Contains((byte)'#'))
        {
            line = line[..length];
            int series = SeriesText.QuickLength(line);
            if (series > 0 && _tail.TryReadQuickly(line[series..]))
            {
                Series = line[..series];
                _next = _start + length + 1;
                Entry = ExpositionEntry.Series;
                return true;
            }
        }
        return ReadSeriesSlowly();
    }

    private bool ReadSeriesSlowly()
    {
        ReadOnlySpan<byte> text = _text[_start..];
        int at = SeriesText.NameEnd(text, LabelGrammar.OpenMetrics, out int brace);
        bool hasName = at > 0;
        if (brace >= 0)
        {
            var lexer = new LabelLexer(text, LabelGrammar.OpenMetrics);
            if (!lexer.TryRead(brace + 1, ref hasName, into: null))
            {
                return Fail(lexer.Error!, _start + lexer.Position);
            }
            at = lexer.Position;
        }
        else if (!hasName)
        {
            return Fail("expected a valid start token", _start);
        }
        if (!hasName)
        {
            return Fail("metric name not set", _start + at);
        }
        Series = text[..at];
        if (!_tail.TryRead(_text, _start + at, out _next, out string? error))
        {
            return error is null ? Fail("data does not end with # EOF", _next, withText: false) : Fail(error, _next, _tail.ShowsText);
        }
        _brokenTail = _tail.IsBroken;
        Entry = ExpositionEntry.Series;
        return true;
    }

    private bool ReadMetadata()
    {
        ReadOnlySpan<byte> rest = _text[_start..];
        if (rest.StartsWith("# EOF"u8))
        {
            _next = _text.Length;
            int end = rest.Length > 5 && rest[5] == '\n' ? 6 : 5;
            return end < rest.Length && Fail("unexpected data after # EOF", _start + end, withText: false);
        }
        ExpositionEntry entry = rest.StartsWith("# HELP "u8) ? ExpositionEntry.Help
            : rest.StartsWith("# TYPE "u8) ? ExpositionEntry.Type
            : rest.StartsWith("# UNIT "u8) ? ExpositionEntry.Unit : ExpositionEntry.None;
        if (entry == ExpositionEntry.None)
        {
            return Fail("expected a valid start token", _start);
        }
        int at = _start + 7;
        rest = _text[at..];
        int length = LabelLexer.MetricNameLength(rest);
        Family = rest[..length];
        if (length == 0)
        {
            length = LabelLexer.QuotedLength(rest, allowBreak: true, allowZero: false);
            Family = length > 0 ? rest[1..(length - 1)] : default;
        }
        string keyword = entry switch { ExpositionEntry.Help => "HELP", ExpositionEntry.Type => "TYPE", _ => "UNIT" };
        if (length == 0)
        {
            return Fail($"expected metric name after {keyword}", at);
        }
        _familyLength = Family.Length;
        at += length;
        rest = _text[at..];
        int lineEnd = rest.IndexOf((byte)'\n');
        if (lineEnd < 0 || rest[0] != ' ')
        {
            return Fail($"expected text in {keyword}", at, withText: false);
        }
        Text = rest[1..lineEnd];
        _next = at + lineEnd + 1;
        return entry switch
        {
            ExpositionEntry.Help => FinishHelp(at),
            ExpositionEntry.Type => FinishType(at),
            _ => FinishUnit(at),
        };
    }

    private bool FinishHelp(int at)
    {
        if (!Utf8.IsValid(Text))
        {
            return Fail("help text is not a valid utf8 string", at, withText: false);
        }
        if (Text.Contains((byte)'\\'))
        {
            scratch.Text.Clear();
            TextEscapes.Append(scratch.Text, Text, withQuotes: true);
            Text = scratch.Text.Written;
        }
        Entry = ExpositionEntry.Help;
        return true;
    }

    private bool FinishType(int at)
    {
        if (!OpenMetricsTypes.TryRead(Text, out MetricType type))
        {
            return Fail($"invalid metric type {ExpositionError.Quoted(Text)}", at, withText: false);
        }
        Type = type;
        Entry = ExpositionEntry.Type;
        return true;
    }

    private bool FinishUnit(int at)
    {
        bool fits = Text.IsEmpty || (Family.Length > Text.Length && Family.EndsWith(Text) && Family[^(Text.Length + 1)] == '_');
        Entry = fits ? ExpositionEntry.Unit : ExpositionEntry.None;
        return fits || Fail($"unit {ExpositionError.Quoted(Text)} not a suffix of metric {ExpositionError.Quoted(Family)}", at, withText: false);
    }

    private bool Fail(string expectation, int at, bool withText = true)
    {
        string message = withText ? $"{expectation}, got {ExpositionError.Shown(_text, at)}" : expectation;
        Error ??= ExpositionError.At(_text, at, message);
        Entry = ExpositionEntry.None;
        return false;
    }
}
