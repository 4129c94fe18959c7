using System.Text.Unicode;
using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>Reads the Prometheus text format, versions 0.0.4 and 1.0.0.</summary>
/// <remarks>
/// Accepts and refuses what Prometheus's parser does (model/textparse), oddities included: a zero byte at the start of a line ends the
/// text, blanks before a metric's name become part of it, NaN takes no sign, timestamps are whole numbers without sign.
/// A line of a known series costs four searches and a number: its labels are not looked at.
/// </remarks>
public ref struct PrometheusTextReader(ReadOnlySpan<byte> text, ExpositionScratch scratch) : IExpositionReader
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _start;
    private int _next;

    public ExpositionEntry Entry { get; private set; }

    public ReadOnlySpan<byte> Family { get; private set; }

    public ReadOnlySpan<byte> Text { get; private set; }

    public MetricType Type { get; private set; }

    public ReadOnlySpan<byte> Series { get; private set; }

    public double Value { get; private set; }

    public bool HasTimestamp { get; private set; }

    public long Timestamp { get; private set; }

    public readonly HistogramView Histogram => default;

    public ExpositionError? Error { get; private set; }

    public bool Next() => Next(default);

    public bool Next(scoped ReadOnlySpan<byte> expected)
    {
        Entry = ExpositionEntry.None;
        if (!expected.IsEmpty && Error is null && TryExpected(expected))
        {
            return true;
        }
        while (Error is null)
        {
            _start = _next;
            int at = SeriesText.Blanks(_text, _start);
            // A zero byte where a line begins ends the text, and so it does for Prometheus.
            if (at == _text.Length || _text[at] == 0)
            {
                _next = _text.Length;
                return false;
            }
            switch (_text[at])
            {
                case (byte)'\n':
                    _next = at + 1;
                    continue;
                case (byte)'#':
                    return ReadComment(at);
                default:
                    return ReadSeries();
            }
        }
        return false;
    }

    public bool TryReadLabels(SeriesLabels labels)
    {
        if (Entry != ExpositionEntry.Series)
        {
            return false;
        }
        return SeriesText.TryReadLabels(Series, LabelGrammar.Prometheus, Type, labels, out string? error, out int at) || Fail(error!, _start + at);
    }

    /// <summary>The format has none.</summary>
    public readonly bool TryReadExemplar(ExemplarBuffer exemplar) => false;

    /// <summary>The format has none.</summary>
    public readonly long ReadStartTimestamp() => 0;

    /// <summary>The line begins with the series expected: nothing of it needs to be searched.</summary>
    private bool TryExpected(scoped ReadOnlySpan<byte> expected)
    {
        ReadOnlySpan<byte> rest = _text[_next..];
        if (rest.Length <= expected.Length || rest[expected.Length] != ' ' || !rest.StartsWith(expected))
        {
            return false;
        }
        ReadOnlySpan<byte> tail = rest[expected.Length..];
        int length = tail.IndexOf((byte)'\n');
        if (length < 0 || !TryReadTail(tail[..length]))
        {
            return false;
        }
        _start = _next;
        _next += expected.Length + length + 1;
        Series = rest[..expected.Length];
        Entry = ExpositionEntry.Series;
        return true;
    }

    private bool ReadSeries()
    {
        ReadOnlySpan<byte> line = _text[_start..];
        int length = line.IndexOf((byte)'\n');
        line = length < 0 ? line : line[..length];
        int series = SeriesText.QuickLength(line);
        if (series > 0)
        {
            ReadOnlySpan<byte> tail = line[series..];
            if (TryReadTail(tail))
            {
                Series = line[..series];
                _next = _start + Math.Min(line.Length + 1, _text.Length - _start);
                Entry = ExpositionEntry.Series;
                return true;
            }
        }
        return ReadSeriesSlowly();
    }

    /// <summary>Value and time of a line; false also where only the long way can tell.</summary>
    private bool TryReadTail(ReadOnlySpan<byte> tail)
    {
        int at = SeriesText.Blanks(tail, 0);
        ReadOnlySpan<byte> value = tail[at..];
        int end = value.IndexOfAny((byte)' ', (byte)'\t');
        if (end < 0)
        {
            HasTimestamp = false;
        }
        else
        {
            ReadOnlySpan<byte> time = value[SeriesText.Blanks(value, end)..];
            value = value[..end];
            if (!TryReadTime(time))
            {
                return false;
            }
        }
        bool ok = NumberText.TryParse(value, out double number);
        Value = number;
        return ok;
    }

    private bool TryReadTime(ReadOnlySpan<byte> text)
    {
        HasTimestamp = false;
        long time = 0;
        int at = 0;
        for (; at < text.Length && (uint)text[at] - '0' <= 9; at++)
        {
            if (time > (long.MaxValue - 9) / 10)
            {
                return false;
            }
            time = (time * 10) + text[at] - '0';
        }
        HasTimestamp = at > 0;
        Timestamp = time;
        return SeriesText.Blanks(text, at) == text.Length;
    }

    /// <summary>Token by token, for labels that hold line breaks or backslashes, and to say what is wrong where.</summary>
    private bool ReadSeriesSlowly()
    {
        ReadOnlySpan<byte> text = _text[_start..];
        int name = SeriesText.NameEnd(text, LabelGrammar.Prometheus, out int brace);
        bool hasName = name > 0;
        int at = name;
        if (brace >= 0)
        {
            var lexer = new LabelLexer(text, LabelGrammar.Prometheus);
            if (!lexer.TryRead(brace + 1, ref hasName, into: null))
            {
                return Fail(lexer.Error!, _start + lexer.Position);
            }
            at = lexer.Position;
        }
        else if (!hasName)
        {
            return Fail("expected a valid start token", _start + SeriesText.Blanks(text, 0));
        }
        if (!hasName)
        {
            return Fail("metric name not set", _start + at);
        }
        Series = text[..at];
        return ReadValueSlowly(_start + SeriesText.Blanks(text, at));
    }

    private bool ReadValueSlowly(int at)
    {
        ReadOnlySpan<byte> rest = _text[at..];
        int end = rest.IndexOfAny(" \t\n{\0"u8);
        ReadOnlySpan<byte> token = end < 0 ? rest : rest[..end];
        if (token.IsEmpty)
        {
            return Fail("expected value after metric", at);
        }
        if (!NumberText.TryParse(token, out double value))
        {
            return Fail(NumberText.Cause(token), at, withText: false);
        }
        Value = value;
        at = SeriesText.Blanks(_text, at + token.Length);
        rest = _text[at..];
        int digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = digits < 0 ? rest.Length : digits;
        HasTimestamp = digits > 0;
        if (digits > 0)
        {
            if (!long.TryParse(rest[..digits], out long time))
            {
                return Fail($"parsing {ExpositionError.Quoted(rest[..digits])}: value out of range", at, withText: false);
            }
            Timestamp = time;
            at = SeriesText.Blanks(_text, at + digits);
        }
        if (at < _text.Length && _text[at] != '\n')
        {
            return Fail(HasTimestamp ? "expected next entry after timestamp" : "expected timestamp or new record", at);
        }
        _next = Math.Min(at + 1, _text.Length);
        Entry = ExpositionEntry.Series;
        return true;
    }

    private bool ReadComment(int hash)
    {
        int keyword = SeriesText.Blanks(_text, hash + 1);
        ReadOnlySpan<byte> rest = _text[keyword..];
        bool isBlank = keyword > hash + 1;
        bool isHelp = isBlank && rest.StartsWith("HELP"u8);
        bool isType = isBlank && rest.StartsWith("TYPE"u8);
        if ((isHelp || isType) && rest.Length > 4 && rest[4] is ((byte)' ' or (byte)'\t'))
        {
            return ReadMetadata(SeriesText.Blanks(_text, keyword + 4), isHelp);
        }
        ReadOnlySpan<byte> comment = Line(hash);
        // Prometheus takes a zero byte for the end of the text: anywhere in a comment right behind the #, else where the comment's text begins.
        int zero = comment.IndexOf((byte)0);
        if (zero >= 0 && (!isBlank || hash + zero == keyword))
        {
            _next = _text.Length;
            return false;
        }
        Text = comment;
        _next = Math.Min(hash + comment.Length + 1, _text.Length);
        Entry = ExpositionEntry.Comment;
        return true;
    }

    private bool ReadMetadata(int at, bool isHelp)
    {
        ReadOnlySpan<byte> rest = _text[at..];
        int length = LabelLexer.MetricNameLength(rest);
        Family = rest[..length];
        if (length == 0)
        {
            length = LabelLexer.QuotedLength(rest, allowBreak: true, allowZero: false);
            Family = length > 0 ? rest[1..(length - 1)] : default;
        }
        if (length == 0)
        {
            return Fail(isHelp ? "expected metric name after HELP" : "expected metric name after TYPE", at);
        }
        at += length;
        ReadOnlySpan<byte> line = Line(at);
        if (!line.IsEmpty && line[0] == 0)
        {
            return Fail("linebreak expected after metadata", at);
        }
        // One byte stands between name and text, whatever it is; blanks alone are no text.
        Text = SeriesText.Blanks(line, 0) == line.Length ? default : line[1..];
        _next = Math.Min(at + line.Length + 1, _text.Length);
        return isHelp ? FinishHelp(at) : FinishType(at);
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
            TextEscapes.Append(scratch.Text, Text, withQuotes: false);
            Text = scratch.Text.Written;
        }
        Entry = ExpositionEntry.Help;
        return true;
    }

    private bool FinishType(int at)
    {
        MetricType type;
        switch (Text)
        {
            case var text when text.SequenceEqual("counter"u8):
                type = MetricType.Counter;
                break;
            case var text when text.SequenceEqual("gauge"u8):
                type = MetricType.Gauge;
                break;
            case var text when text.SequenceEqual("histogram"u8):
                type = MetricType.Histogram;
                break;
            case var text when text.SequenceEqual("summary"u8):
                type = MetricType.Summary;
                break;
            case var text when text.SequenceEqual("untyped"u8):
                type = MetricType.Unknown;
                break;
            default:
                return Fail($"invalid metric type {ExpositionError.Quoted(Text)}", at, withText: false);
        }
        Type = type;
        Entry = ExpositionEntry.Type;
        return true;
    }

    private readonly ReadOnlySpan<byte> Line(int at)
    {
        ReadOnlySpan<byte> rest = _text[at..];
        int end = rest.IndexOf((byte)'\n');
        return end < 0 ? rest : rest[..end];
    }

    private bool Fail(string expectation, int at, bool withText = true)
    {
        string message = withText ? $"{expectation}, got {ExpositionError.Shown(_text, at)}" : expectation;
        Error ??= ExpositionError.At(_text, at, message);
        Entry = ExpositionEntry.None;
        return false;
    }
}
