using System.Globalization;
using System.Text;

namespace Agent.Components.Loki.SecretFilter.Toml;

/// <summary>The characters of a TOML document and what they form: keys, strings, words, blanks.</summary>
internal sealed class TomlText(string text)
{
    private int _at;

    public bool AtEnd => _at >= text.Length;

    /// <summary>The next character; NUL at the end.</summary>
    public char Peek => AtEnd ? '\0' : text[_at];

    public bool TryTake(char wanted)
    {
        if (Peek != wanted || AtEnd)
        {
            return false;
        }
        _at++;
        return true;
    }

    public void Expect(char wanted)
    {
        SkipBlanks();
        if (!TryTake(wanted))
        {
            throw Wrong($"expected {wanted}");
        }
    }

    public void SkipBlanks()
    {
        while (Peek is ' ' or '\t')
        {
            _at++;
        }
    }

    /// <summary>Skips blanks, line breaks and comments.</summary>
    public void SkipBlankLines()
    {
        while (Peek is ' ' or '\t' or '\r' or '\n' or '#' && !AtEnd)
        {
            if (Peek == '#')
            {
                SkipComment();
            }
            else
            {
                _at++;
            }
        }
    }

    public void EndLine()
    {
        SkipBlanks();
        if (Peek == '#')
        {
            SkipComment();
        }
        if (!AtEnd && Peek is not ('\r' or '\n'))
        {
            throw Wrong("expected the end of the line");
        }
    }

    public string Key()
    {
        if (Peek is '"' or '\'')
        {
            return Quoted();
        }
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Peek) || Peek is '_' or '-')
        {
            _at++;
        }
        return _at > start ? text[start.._at] : throw Wrong("expected a key");
    }

    /// <summary>What stands up to a blank, a separator or the end of the line.</summary>
    public string Word()
    {
        int start = _at;
        while (!AtEnd && !char.IsWhiteSpace(Peek) && Peek is not (',' or ']' or '}' or '#'))
        {
            _at++;
        }
        return _at > start ? text[start.._at] : throw Wrong("expected a value");
    }

    /// <summary>A string of any of the four kinds: in one or three quotes, basic (<c>"</c>, with escapes) or literal (<c>'</c>).</summary>
    public string Quoted()
    {
        char quote = Peek;
        string triple = new(quote, 3);
        if (text.AsSpan(_at).StartsWith(triple))
        {
            _at += 3;
            // A line break right behind the opening quotes is not part of the string.
            TryTake('\r');
            TryTake('\n');
            return Until(triple, quote == '"');
        }
        _at++;
        return Until(quote.ToString(), quote == '"');
    }

    public FormatException Wrong(string problem)
    {
        int line = text.AsSpan(0, Math.Min(_at, text.Length)).Count('\n') + 1;
        return new FormatException($"line {line}: {problem}");
    }

    private void SkipComment()
    {
        while (!AtEnd && Peek != '\n')
        {
            _at++;
        }
    }

    private string Until(string end, bool escapes)
    {
        var result = new StringBuilder();
        while (!AtEnd)
        {
            if (text.AsSpan(_at).StartsWith(end, StringComparison.Ordinal))
            {
                _at += end.Length;
                // Three quotes may be preceded by up to two that belong to the string.
                while (end.Length == 3 && Peek == end[0])
                {
                    result.Append(end[0]);
                    _at++;
                }
                return result.ToString();
            }
            if (end.Length == 1 && Peek == '\n')
            {
                break;
            }
            char next = text[_at++];
            if (escapes && next == '\\')
            {
                Escape(result);
            }
            else
            {
                result.Append(next);
            }
        }
        throw Wrong("the string does not end");
    }

    private void Escape(StringBuilder result)
    {
        char kind = Peek;
        _at++;
        switch (kind)
        {
            case 'b': result.Append('\b'); break;
            case 't': result.Append('\t'); break;
            case 'n': result.Append('\n'); break;
            case 'f': result.Append('\f'); break;
            case 'r': result.Append('\r'); break;
            case '"' or '\\': result.Append(kind); break;
            case 'u': result.Append(Rune(4)); break;
            case 'U': result.Append(Rune(8)); break;
            case ' ' or '\t' or '\r' or '\n':
                // A backslash at the end of a line joins it to the next.
                while (char.IsWhiteSpace(Peek))
                {
                    _at++;
                }
                break;
            default: throw Wrong($"unknown escape sequence \\{kind}");
        }
    }

    private string Rune(int digits)
    {
        ReadOnlySpan<char> hex = text.AsSpan(_at, Math.Min(digits, text.Length - _at));
        if (hex.Length < digits || !int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
            || !System.Text.Rune.IsValid(code))
        {
            throw Wrong("unknown character in an escape sequence");
        }
        _at += digits;
        return new Rune(code).ToString();
    }
}
