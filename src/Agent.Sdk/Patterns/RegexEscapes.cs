namespace Agent.Sdk.Patterns;

/// <summary>Escapes that stand for one code point, for <c>\d \s \w</c>, and for <c>\p{...}</c>.</summary>
internal static class RegexEscapes
{
    private static readonly RuneSet Digits = Ready((0x30, 0x39));
    private static readonly RuneSet Spaces = Ready((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20));
    private static readonly RuneSet Words = Ready((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A));

    /// <summary>Reads the code point at <paramref name="at"/>, a surrogate pair as one.</summary>
    public static int NextRune(string text, ref int at)
    {
        int rune = text[at];
        if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        {
            rune = char.ConvertToUtf32(text[at], text[at + 1]);
            at++;
        }
        else if (char.IsSurrogate(text[at]))
        {
            rune = 0xFFFD;
        }
        at++;
        return rune;
    }

    /// <summary>Reads an escape that stands for one code point; <paramref name="at"/> is at the backslash.</summary>
    public static int ReadRune(string text, ref int at)
    {
        int start = at++;
        if (at == text.Length)
        {
            throw new PatternSyntaxException("trailing backslash at end of expression", "");
        }
        int rune = NextRune(text, ref at);
        int value = rune switch
        {
            >= '1' and <= '7' => at < text.Length && text[at] is >= '0' and <= '7' ? ReadOctal(text, ref at, rune) : -1,
            '0' => ReadOctal(text, ref at, rune),
            'x' => ReadHex(text, ref at),
            'a' => 7,
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            < 0x80 when !char.IsAsciiLetterOrDigit((char)rune) => rune,
            _ => -1,
        };
        return value >= 0 ? value : throw new PatternSyntaxException("invalid escape sequence", text[start..at]);
    }

    /// <summary>Reads <c>\d \D \s \S \w \W</c>; false, without moving, for anything else.</summary>
    public static bool TryReadPerlSet(string text, ref int at, bool ignoreCase, out RuneSet set)
    {
        set = Digits;
        if (at + 1 >= text.Length || text[at] != '\\')
        {
            return false;
        }
        char name = text[at + 1];
        RuneSet? found = char.ToLowerInvariant(name) switch { 'd' => Digits, 's' => Spaces, 'w' => Words, _ => null };
        if (found is null)
        {
            return false;
        }
        at += 2;
        found = ignoreCase ? found.Folded() : found;
        set = char.IsAsciiLetterUpper(name) ? found.Negated() : found;
        return true;
    }

    /// <summary>Reads <c>\pL</c>, <c>\p{Greek}</c>, <c>\P{^Lu}</c>; false, without moving, for anything else.</summary>
    public static bool TryReadUnicodeSet(string text, ref int at, bool ignoreCase, out RuneSet set)
    {
        set = Digits;
        if (at + 1 >= text.Length || text[at] != '\\' || text[at + 1] is not ('p' or 'P'))
        {
            return false;
        }
        int start = at;
        bool negated = text[at + 1] == 'P';
        at += 2;
        if (at == text.Length)
        {
            throw new PatternSyntaxException("invalid character class range", text[start..]);
        }
        string name;
        if (text[at] == '{')
        {
            int end = text.IndexOf('}', at);
            if (end < 0)
            {
                throw new PatternSyntaxException("invalid character class range", text[start..]);
            }
            name = text[(at + 1)..end];
            at = end + 1;
        }
        else
        {
            int from = at;
            NextRune(text, ref at);
            name = text[from..at];
        }
        if (name is ['^', ..])
        {
            negated = !negated;
            name = name[1..];
        }
        if (!UnicodeTables.TryGet(name, out RuneSet found))
        {
            throw new PatternSyntaxException("invalid character class range", text[start..at]);
        }
        found = ignoreCase ? found.Folded() : found;
        set = negated ? found.Negated() : found;
        return true;
    }

    private static int ReadOctal(string text, ref int at, int first)
    {
        int value = first - '0';
        for (int i = 1; i < 3 && at < text.Length && text[at] is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + text[at++] - '0';
        }
        return value;
    }

    private static int ReadHex(string text, ref int at)
    {
        if (at == text.Length)
        {
            return -1;
        }
        int value = 0;
        if (NextIs(text, ref at, '{'))
        {
            int digits = 0;
            while (at < text.Length)
            {
                char c = text[at++];
                if (c == '}')
                {
                    return digits > 0 ? value : -1;
                }
                if (!char.IsAsciiHexDigit(c) || (value = (value * 16) + Convert.ToInt32(c.ToString(), 16)) > RuneSet.MaxRune)
                {
                    return -1;
                }
                digits++;
            }
            return -1;
        }
        for (int i = 0; i < 2; i++)
        {
            if (at == text.Length || !char.IsAsciiHexDigit(text[at]))
            {
                at = Math.Min(at + 1, text.Length);
                return -1;
            }
            value = (value * 16) + Convert.ToInt32(text[at++].ToString(), 16);
        }
        return value;
    }

    private static bool NextIs(string text, ref int at, char wanted)
    {
        bool found = at < text.Length && text[at] == wanted;
        at += found ? 1 : 0;
        return found;
    }

    // Shared by all patterns, so it must be normalised before any thread reads it.
    private static RuneSet Ready(params ReadOnlySpan<(int Low, int High)> ranges)
    {
        RuneSet set = RuneSet.Of(ranges);
        _ = set.Ranges;
        return set;
    }
}
