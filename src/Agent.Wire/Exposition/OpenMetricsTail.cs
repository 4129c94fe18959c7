namespace Agent.Wire.Exposition;

/// <summary>What stands behind the labels of an OpenMetrics line: value, time, exemplar.</summary>
internal struct OpenMetricsTail
{
    public double Value;
    public bool HasTimestamp;
    public long Timestamp;

    /// <summary>Where the exemplar's labels begin, behind their brace; 0 where there is no exemplar (any more).</summary>
    public int ExemplarStart;
    public double ExemplarValue;
    public bool HasExemplarTimestamp;
    public long ExemplarTimestamp;

    /// <summary>The value is good, but no time, exemplar or line break follows: the series counts, the next entry is an error.</summary>
    public bool IsBroken;

    /// <summary>After a failure: the text at the place helps to understand it.</summary>
    public bool ShowsText;

    /// <summary>A tail without exemplar and without its line break; false also where only the long way can tell.</summary>
    public bool TryReadQuickly(ReadOnlySpan<byte> tail)
    {
        ExemplarStart = 0;
        IsBroken = false;
        HasTimestamp = false;
        if (tail.Length < 2 || tail[0] != ' ')
        {
            return false;
        }
        tail = tail[1..];
        int end = tail.IndexOf((byte)' ');
        if (end >= 0)
        {
            if (!NumberText.TryParse(tail[(end + 1)..], out double seconds) || !double.IsFinite(seconds))
            {
                return false;
            }
            HasTimestamp = true;
            Timestamp = NumberText.ToMilliseconds(seconds);
            tail = tail[..end];
        }
        return NumberText.TryParse(tail, out Value);
    }

    /// <summary>Token by token. <paramref name="next"/> is behind the line, or the place of the failure.</summary>
    /// <param name="error">Null, with a false result, where the text ends too early.</param>
    public bool TryRead(ReadOnlySpan<byte> text, int at, out int next, out string? error)
    {
        ExemplarStart = 0;
        IsBroken = false;
        HasTimestamp = false;
        if (!TryNumber(text, at, "expected value after metric", out next, out Value, out error))
        {
            return false;
        }
        if (TryEnd(text, next, out bool isEnd) && isEnd)
        {
            next++;
            return true;
        }
        if (next == text.Length)
        {
            return false;
        }
        if (!StartsExemplar(text, next))
        {
            if (TokenLength(text, next) == 0)
            {
                IsBroken = true;
                return true;
            }
            if (!TryTime(text, next, "invalid timestamp", out next, out Timestamp, out error))
            {
                return false;
            }
            HasTimestamp = true;
            if (TryEnd(text, next, out isEnd) && isEnd)
            {
                next++;
                return true;
            }
            if (!StartsExemplar(text, next))
            {
                error = "expected next entry after timestamp";
                return false;
            }
        }
        return TryExemplar(text, next + 4, out next, out error);
    }

    private bool TryExemplar(ReadOnlySpan<byte> text, int at, out int next, out string? error)
    {
        var lexer = new LabelLexer(text, LabelGrammar.Exemplar);
        bool hasName = false;
        if (!lexer.TryRead(at, ref hasName, into: null))
        {
            next = lexer.Position;
            error = lexer.Error;
            ShowsText = true;
            return false;
        }
        ExemplarStart = at;
        if (!TryNumber(text, lexer.Position, "expected value after exemplar labels", out next, out ExemplarValue, out error))
        {
            return false;
        }
        HasExemplarTimestamp = next < text.Length && text[next] != '\n';
        if (HasExemplarTimestamp)
        {
            if (TokenLength(text, next) == 0)
            {
                error = "expected timestamp or comment";
                ShowsText = true;
                return false;
            }
            if (!TryTime(text, next, "invalid exemplar timestamp", out next, out ExemplarTimestamp, out error))
            {
                return false;
            }
            if (next == text.Length || text[next] != '\n')
            {
                error = "expected next entry after exemplar timestamp";
                ShowsText = true;
                return false;
            }
        }
        if (next == text.Length)
        {
            return false;
        }
        next++;
        return true;
    }

    private static bool StartsExemplar(ReadOnlySpan<byte> text, int at) => text[at..].StartsWith(" # {"u8);

    private static bool TryEnd(ReadOnlySpan<byte> text, int at, out bool isEnd)
    {
        isEnd = at < text.Length && text[at] == '\n';
        return at < text.Length;
    }

    /// <summary>Length of a space and the bytes up to the next one; 0 where there is none, or where it would begin an exemplar.</summary>
    private static int TokenLength(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> rest = text[at..];
        if (rest.Length < 2 || rest[0] != ' ' || rest.StartsWith(" # "u8))
        {
            return 0;
        }
        int end = rest[1..].IndexOfAny((byte)' ', (byte)'\n', (byte)0);
        return end == 0 ? 0 : end < 0 ? rest.Length : end + 1;
    }

    private bool TryNumber(ReadOnlySpan<byte> text, int at, string expectation, out int next, out double value, out string? error)
    {
        error = null;
        value = 0;
        next = at;
        int length = ValueLength(text, at);
        if (length == 0)
        {
            error = expectation;
            ShowsText = true;
            return false;
        }
        ReadOnlySpan<byte> token = text.Slice(at + 1, length - 1);
        if (!NumberText.TryParse(token, out value))
        {
            error = NumberText.Cause(token);
            ShowsText = false;
            return false;
        }
        next = at + length;
        return true;
    }

    private static int ValueLength(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> rest = text[at..];
        if (rest.Length < 2 || rest[0] != ' ')
        {
            return 0;
        }
        int end = rest[1..].IndexOfAny((byte)' ', (byte)'\n', (byte)0);
        return end == 0 ? 0 : end < 0 ? rest.Length : end + 1;
    }

    private bool TryTime(ReadOnlySpan<byte> text, int at, string invalid, out int next, out long time, out string? error)
    {
        next = at;
        error = null;
        time = 0;
        ReadOnlySpan<byte> token = text.Slice(at + 1, TokenLength(text, at) - 1);
        ShowsText = false;
        if (!NumberText.TryParse(token, out double seconds))
        {
            error = NumberText.Cause(token);
            return false;
        }
        if (!double.IsFinite(seconds))
        {
            error = $"{invalid} {(double.IsNaN(seconds) ? "NaN" : seconds > 0 ? "+Inf" : "-Inf")}";
            return false;
        }
        time = NumberText.ToMilliseconds(seconds);
        next = at + token.Length + 1;
        return true;
    }
}
