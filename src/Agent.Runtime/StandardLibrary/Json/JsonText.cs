using System.Globalization;
using System.Text;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.Json;

/// <summary>Reads JSON as Go's encoding/json does: a repeated key overwrites, a lone surrogate becomes U+FFFD.</summary>
internal ref struct JsonText
{
    private const int MaxDepth = 1000;
    private const string UnexpectedEnd = "unexpected end of JSON input";

    private readonly ReadOnlySpan<char> _text;
    private readonly JsonNumbers _numbers;
    private int _at;
    private int _depth;

    private JsonText(ReadOnlySpan<char> text, JsonNumbers numbers)
    {
        _text = text;
        _numbers = numbers;
    }

    /// <exception cref="FormatException">The text is no JSON document, or one that is nested too deep.</exception>
    public static Value Parse(string text, JsonNumbers numbers)
    {
        var reader = new JsonText(text, numbers);
        reader.SkipSpace();
        Value value = reader.ReadValue();
        reader.SkipSpace();
        return reader._at == text.Length ? value : throw reader.Unexpected("after top-level value");
    }

    private Value ReadValue()
    {
        switch (Peek())
        {
            case '{':
                return Nested(ReadObject());
            case '[':
                return Nested(ReadArray());
            case '"':
                return new StringValue(ReadText());
            case 't':
                return ReadWord("true", Value.True);
            case 'f':
                return ReadWord("false", Value.False);
            case 'n':
                return ReadWord("null", Value.Null);
            case '-' or (>= '0' and <= '9'):
                return ReadNumber();
            default:
                throw Unexpected("looking for beginning of value");
        }
    }

    private Value Nested(Value value)
    {
        _depth--;
        return value;
    }

    private void Enter()
    {
        _at++;
        if (++_depth > MaxDepth)
        {
            throw new FormatException("exceeded max depth");
        }
        SkipSpace();
    }

    private MapValue ReadObject()
    {
        var fields = new Dictionary<string, Value>(StringComparer.Ordinal);
        Enter();
        if (Peek() == '}')
        {
            _at++;
            return new MapValue(fields);
        }
        while (true)
        {
            if (Peek() != '"')
            {
                throw Unexpected("looking for beginning of object key string");
            }
            string key = ReadText();
            SkipSpace();
            Expect(':', "after object key");
            SkipSpace();
            fields[key] = ReadValue();
            SkipSpace();
            if (Peek() == '}')
            {
                _at++;
                return new MapValue(fields);
            }
            Expect(',', "after object key:value pair");
            SkipSpace();
        }
    }

    private ListValue ReadArray()
    {
        var items = new List<Value>();
        Enter();
        if (Peek() == ']')
        {
            _at++;
            return new ListValue(items);
        }
        while (true)
        {
            items.Add(ReadValue());
            SkipSpace();
            if (Peek() == ']')
            {
                _at++;
                return new ListValue(items);
            }
            Expect(',', "after array element");
            SkipSpace();
        }
    }

    private string ReadText()
    {
        _at++;
        int end = _text[_at..].IndexOfAny('"', '\\');
        if (end >= 0 && _text[_at + end] == '"' && _text.Slice(_at, end).IndexOfAnyInRange('\0', '\x1f') < 0)
        {
            _at += end + 1;
            return _text.Slice(_at - end - 1, end).ToString();
        }
        var text = new StringBuilder();
        while (Peek() != '"')
        {
            char next = _text[_at];
            if (next < ' ')
            {
                throw Unexpected("in string literal");
            }
            _at++;
            text.Append(next == '\\' ? ReadEscape() : next);
        }
        _at++;
        return WithoutLoneSurrogates(text.ToString());
    }

    private char ReadEscape()
    {
        char kind = Peek();
        _at++;
        switch (kind)
        {
            case '"' or '\\' or '/': return kind;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when _at + 4 > _text.Length:
                throw new FormatException(UnexpectedEnd);
            case 'u' when ushort.TryParse(_text.Slice(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code):
                _at += 4;
                return (char)code;
            default:
                _at--;
                throw Unexpected("in string escape code");
        }
    }

    // Surrogates that do not pair up have no UTF-8 form.
    private static string WithoutLoneSurrogates(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            clean.Append(rune.ToString());
        }
        return clean.ToString();
    }

    private NumberValue ReadNumber()
    {
        int start = _at;
        bool whole = true;
        if (Peek() == '-')
        {
            _at++;
        }
        if (Peek() == '0')
        {
            _at++;
        }
        else
        {
            SkipDigits("in numeric literal");
        }
        if (_at < _text.Length && _text[_at] == '.')
        {
            whole = false;
            _at++;
            SkipDigits("after decimal point in numeric literal");
        }
        if (_at < _text.Length && _text[_at] is 'e' or 'E')
        {
            whole = false;
            _at++;
            if (_at < _text.Length && _text[_at] is '+' or '-')
            {
                _at++;
            }
            SkipDigits("in exponent of numeric literal");
        }
        ReadOnlySpan<char> literal = _text[start.._at];
        if (whole && _numbers == JsonNumbers.KeepIntegers && long.TryParse(literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
        {
            return new NumberValue(integer);
        }
        double value = double.Parse(literal, CultureInfo.InvariantCulture);
        return double.IsFinite(value)
            ? new NumberValue(value)
            : throw new FormatException($"cannot read number {literal}: it does not fit a float64");
    }

    private void SkipDigits(string context)
    {
        if (!char.IsAsciiDigit(Peek()))
        {
            throw Unexpected(context);
        }
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }
    }

    private Value ReadWord(string word, Value value)
    {
        foreach (char expected in word)
        {
            if (Peek() != expected)
            {
                throw Unexpected($"in literal {word} (expecting '{expected}')");
            }
            _at++;
        }
        return value;
    }

    private void Expect(char expected, string context)
    {
        if (Peek() != expected)
        {
            throw Unexpected(context);
        }
        _at++;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\n' or '\r')
        {
            _at++;
        }
    }

    private readonly char Peek() => _at < _text.Length ? _text[_at] : throw new FormatException(UnexpectedEnd);

    private readonly FormatException Unexpected(string context)
    {
        Rune.DecodeFromUtf16(_text[_at..], out Rune rune, out _);
        string quoted = rune.Value == '\'' ? "\\'" : StringLiteral.Quote(rune.ToString())[1..^1];
        return new FormatException($"invalid character '{quoted}' {context}");
    }
}
