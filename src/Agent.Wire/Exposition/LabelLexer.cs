using System.Buffers;
using System.Text.Unicode;

namespace Agent.Wire.Exposition;

/// <summary>Reads what stands in braces behind a metric's name, token by token, and accepts and refuses what Prometheus does.</summary>
internal ref struct LabelLexer(ReadOnlySpan<byte> text, LabelGrammar grammar)
{
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz0123456789"u8);

    private static readonly SearchValues<byte> MetricBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz0123456789:"u8);

    private static readonly SearchValues<byte> QuoteEnds = SearchValues.Create("\"\\\n\0"u8);

    private readonly ReadOnlySpan<byte> _text = text;

    private enum Token
    {
        Invalid,
        Name,
        Quoted,
        Equal,
        Comma,
        Close,
    }

    /// <summary>Where reading is; with <see cref="Error"/> set, the place that failed.</summary>
    public int Position { get; private set; }

    /// <summary>What was expected, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>Bytes of an unquoted metric name at a place; 0 where none begins.</summary>
    public static int MetricNameLength(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || (uint)text[0] - '0' <= 9)
        {
            return 0;
        }
        int length = text.IndexOfAnyExcept(MetricBytes);
        return length < 0 ? text.Length : length;
    }

    /// <summary>Bytes of a text in double quotes at a place; 0 where it does not begin or end.</summary>
    public static int QuotedLength(ReadOnlySpan<byte> text, bool allowBreak, bool allowZero)
    {
        if (text.IsEmpty || text[0] != '"')
        {
            return 0;
        }
        int at = 1;
        while (true)
        {
            int special = text[at..].IndexOfAny(QuoteEnds);
            if (special < 0)
            {
                return 0;
            }
            at += special;
            switch (text[at++])
            {
                case (byte)'"':
                    return at;
                case (byte)'\\':
                    while (allowZero && at < text.Length && text[at] == 0)
                    {
                        at++;
                    }
                    if (at == text.Length || text[at] is (byte)'\n' or 0)
                    {
                        return 0;
                    }
                    at++;
                    break;
                case (byte)'\n' when !allowBreak:
                case 0 when !allowZero:
                    return 0;
            }
        }
    }

    /// <summary>Reads from behind the opening brace up to and with the closing one.</summary>
    /// <param name="start">Where the text behind the brace begins.</param>
    /// <param name="hasName">The metric's name stands before the brace; set once it is found inside.</param>
    /// <param name="into">Takes the labels, and a name inside of the braces as <c>__name__</c>; null only checks.</param>
    public bool TryRead(int start, ref bool hasName, SeriesLabels? into)
    {
        Position = start;
        Token token = Next(out ReadOnlySpan<byte> name);
        while (token != Token.Close)
        {
            if (token is not (Token.Name or Token.Quoted))
            {
                return Fail("expected label name");
            }
            Token following = Next(out _);
            if (token == Token.Quoted && following is (Token.Comma or Token.Close))
            {
                if (!TakeMetricName(name, ref hasName, into))
                {
                    return false;
                }
                if (following == Token.Close)
                {
                    return true;
                }
                token = Next(out name);
                continue;
            }
            if (following != Token.Equal)
            {
                return Fail("expected equal");
            }
            if (!TryValue(out ReadOnlySpan<byte> value))
            {
                return false;
            }
            into?.AddEscaped(name, value);
            if (!TrySeparator(ref token, ref name))
            {
                return false;
            }
        }
        return true;
    }

    private bool TakeMetricName(ReadOnlySpan<byte> name, ref bool hasName, SeriesLabels? into)
    {
        if (grammar == LabelGrammar.Exemplar)
        {
            return Fail("expected label name");
        }
        if (hasName)
        {
            return Fail("metric name already set");
        }
        hasName = true;
        into?.AddEscaped("__name__"u8, name);
        return true;
    }

    private bool TrySeparator(ref Token token, ref ReadOnlySpan<byte> name)
    {
        token = Next(out name);
        if (token == Token.Comma)
        {
            token = Next(out name);
        }
        else if (grammar != LabelGrammar.Prometheus && token != Token.Close)
        {
            return Fail("expected comma or brace close");
        }
        return true;
    }

    private bool TryValue(out ReadOnlySpan<byte> value)
    {
        value = default;
        SkipBlanks();
        bool allowZero = grammar != LabelGrammar.Exemplar;
        int length = QuotedLength(_text[Position..], allowBreak: grammar == LabelGrammar.Prometheus, allowZero);
        if (length == 0)
        {
            return Fail("expected label value");
        }
        value = _text.Slice(Position + 1, length - 2);
        if (!Utf8.IsValid(value))
        {
            return Fail("invalid UTF-8 label value");
        }
        Position += length;
        return true;
    }

    /// <summary>The next token; for names and quoted texts also what it says.</summary>
    private Token Next(out ReadOnlySpan<byte> content)
    {
        content = default;
        SkipBlanks();
        if (Position == _text.Length)
        {
            return Token.Invalid;
        }
        switch (_text[Position])
        {
            case (byte)'=':
                Position++;
                return Token.Equal;
            case (byte)',':
                Position++;
                return Token.Comma;
            case (byte)'}':
                Position++;
                return Token.Close;
            case (byte)'"':
                int quoted = QuotedLength(_text[Position..], allowBreak: grammar != LabelGrammar.Exemplar, allowZero: false);
                content = quoted == 0 ? default : _text.Slice(Position + 1, quoted - 2);
                Position += quoted;
                return quoted == 0 ? Token.Invalid : Token.Quoted;
            default:
                int length = NameLength();
                content = _text.Slice(Position, length);
                Position += length;
                return length == 0 ? Token.Invalid : Token.Name;
        }
    }

    private readonly int NameLength()
    {
        ReadOnlySpan<byte> rest = _text[Position..];
        if ((uint)rest[0] - '0' <= 9)
        {
            return 0;
        }
        int length = rest.IndexOfAnyExcept(NameBytes);
        return length < 0 ? rest.Length : length;
    }

    private void SkipBlanks()
    {
        while (grammar == LabelGrammar.Prometheus && Position < _text.Length && _text[Position] is ((byte)' ' or (byte)'\t'))
        {
            Position++;
        }
    }

    private bool Fail(string expectation)
    {
        Error = expectation;
        return false;
    }
}
