using System.Text;

namespace Agent.Components.Loki.Process.Selectors;

/// <summary>Cuts a selector into tokens as Go's text/scanner does: Go's names, numbers, strings and comments.</summary>
internal sealed class SelectorLexer(string text)
{
    private int _at;

    /// <summary>What is wrong with the text, once <see cref="Next"/> has met it.</summary>
    public string? Error { get; private set; }

    public SelectorToken Next()
    {
        if (!SkipBlanks() || _at >= text.Length)
        {
            return new SelectorToken(SelectorTokenKind.End, "", _at + 1);
        }
        int start = _at;
        Rune first = Rune.TryGetRuneAt(text, _at, out Rune rune) ? rune : Rune.ReplacementChar;
        if (text[_at] == '"')
        {
            return ReadText(start);
        }
        if (text[_at] is '`' or '\'')
        {
            return ReadQuotedWord(start);
        }
        if (Rune.IsDigit(first) && first.IsAscii)
        {
            while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            {
                _at++;
            }
            return Word(start);
        }
        if (IsNameRune(first))
        {
            while (Rune.TryGetRuneAt(text, _at, out rune) && (IsNameRune(rune) || Rune.IsDigit(rune)))
            {
                _at += rune.Utf16SequenceLength;
                if (_at >= text.Length)
                {
                    break;
                }
            }
            return Word(start);
        }
        return ReadSign(start, first.Utf16SequenceLength);
    }

    private static bool IsNameRune(Rune rune) => rune.Value == '_' || Rune.IsLetter(rune);

    private SelectorToken Word(int start) => new(SelectorTokenKind.Word, text[start.._at], start + 1);

    private SelectorToken ReadSign(int start, int length)
    {
        char second = start + 1 < text.Length ? text[start + 1] : '\0';
        SelectorTokenKind two = (text[start], second) switch
        {
            ('!', '=') => SelectorTokenKind.NotEqual,
            ('=', '~') => SelectorTokenKind.Match,
            ('!', '~') => SelectorTokenKind.NotMatch,
            ('|', '=') => SelectorTokenKind.Contains,
            ('|', '~') => SelectorTokenKind.ContainsMatch,
            _ => SelectorTokenKind.End,
        };
        if (two != SelectorTokenKind.End)
        {
            _at += 2;
            return new SelectorToken(two, text[start.._at], start + 1);
        }
        _at += length;
        SelectorTokenKind one = text[start] switch
        {
            '{' => SelectorTokenKind.OpenBrace,
            '}' => SelectorTokenKind.CloseBrace,
            ',' => SelectorTokenKind.Comma,
            '.' => SelectorTokenKind.Dot,
            '=' => SelectorTokenKind.Equal,
            _ => SelectorTokenKind.Word,
        };
        return new SelectorToken(one, text[start.._at], start + 1);
    }

    // Between a pair of backticks or single quotes stands what counts as a name here, quotes included.
    private SelectorToken ReadQuotedWord(int start)
    {
        int end = text.IndexOf(text[start], start + 1);
        if (end < 0)
        {
            return Fail("literal not terminated");
        }
        _at = end + 1;
        return Word(start);
    }

    private SelectorToken ReadText(int start)
    {
        for (_at++; _at < text.Length && text[_at] is not ('"' or '\n'); _at++)
        {
            if (text[_at] == '\\')
            {
                _at++;
            }
        }
        if (_at >= text.Length || text[_at] == '\n')
        {
            return Fail("literal not terminated");
        }
        _at++;
        return GoString.TryUnquote(text.AsSpan(start + 1, _at - start - 2), out string? value)
            ? new SelectorToken(SelectorTokenKind.Text, value, start + 1)
            : Fail("invalid syntax");
    }

    private bool SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r')
            {
                _at++;
            }
            else if (text.AsSpan(_at).StartsWith("//"))
            {
                int end = text.IndexOf('\n', _at);
                _at = end < 0 ? text.Length : end + 1;
            }
            else if (text.AsSpan(_at).StartsWith("/*"))
            {
                int end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    Fail("comment not terminated");
                    return false;
                }
                _at = end + 2;
            }
            else
            {
                return true;
            }
        }
        return true;
    }

    private SelectorToken Fail(string message)
    {
        Error ??= message;
        _at = text.Length;
        return new SelectorToken(SelectorTokenKind.End, "", _at + 1);
    }
}
