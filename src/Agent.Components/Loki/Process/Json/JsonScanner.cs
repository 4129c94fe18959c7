using System.Buffers;

namespace Agent.Components.Loki.Process.Json;

/// <summary>Walks over JSON without making anything of it: a malformed line costs a return value, not an exception.</summary>
/// <remarks>As strict as encoding/json about grammar; does not look at UTF-8. Positions are byte offsets into the text.</remarks>
internal ref struct JsonScanner(ReadOnlySpan<byte> text)
{
    // Below what the JMESPath reader takes, and far from the end of the stack.
    private const int MaxDepth = 500;
    private static readonly SearchValues<byte> StringEnds = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static i => (byte)i), (byte)'"', (byte)'\\']);
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private readonly ReadOnlySpan<byte> _text = text;
    private int _depth;

    /// <summary>Where the next thing starts.</summary>
    public int Position { get; private set; }

    /// <summary>The next byte that is no white space, or 0 at the end.</summary>
    public byte Peek()
    {
        while (Position < _text.Length)
        {
            byte next = _text[Position];
            if (next is not ((byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r'))
            {
                return next;
            }
            Position++;
        }
        return 0;
    }

    /// <summary>True where nothing but white space is left.</summary>
    public bool IsAtEnd() => Peek() == 0 && Position >= _text.Length;

    /// <summary>Takes a sign that must come next.</summary>
    public bool TryTake(byte sign)
    {
        if (Peek() != sign)
        {
            return false;
        }
        Position++;
        return true;
    }

    /// <summary>Steps to the next member of an object whose brace has been taken, past its key and colon; takes the closing brace at the end.</summary>
    /// <param name="first">True before the first member; becomes false.</param>
    /// <param name="key">Between the quotes, still escaped.</param>
    /// <param name="isEscaped">Whether the key holds escapes.</param>
    /// <param name="done">True where the object has ended.</param>
    public bool TryNextMember(ref bool first, out ReadOnlySpan<byte> key, out bool isEscaped, out bool done)
    {
        key = default;
        isEscaped = false;
        byte next = Peek();
        done = next == '}';
        if (done)
        {
            Position++;
            return true;
        }
        if (!first)
        {
            if (next != ',')
            {
                return false;
            }
            Position++;
            next = Peek();
        }
        first = false;
        if (next != '"')
        {
            return false;
        }
        int start = Position + 1;
        if (!TrySkipString(out isEscaped))
        {
            return false;
        }
        key = _text[start..(Position - 1)];
        return TryTake((byte)':');
    }

    /// <summary>Takes a whole value.</summary>
    public bool TrySkipValue()
    {
        switch (Peek())
        {
            case (byte)'"':
                return TrySkipString(out _);
            case (byte)'{':
                return TrySkipObject();
            case (byte)'[':
                return TrySkipArray();
            case (byte)'t':
                return TrySkipWord("true"u8);
            case (byte)'f':
                return TrySkipWord("false"u8);
            case (byte)'n':
                return TrySkipWord("null"u8);
            default:
                return TrySkipNumber();
        }
    }

    private bool TrySkipString(out bool isEscaped)
    {
        isEscaped = false;
        Position++;
        while (true)
        {
            int length = _text[Position..].IndexOfAny(StringEnds);
            if (length < 0)
            {
                return false;
            }
            Position += length;
            if (_text[Position] == '"')
            {
                Position++;
                return true;
            }
            if (_text[Position] != '\\' || !TrySkipEscape())
            {
                return false;
            }
            isEscaped = true;
        }
    }

    private bool TrySkipEscape()
    {
        ReadOnlySpan<byte> rest = _text[Position..];
        if (rest.Length < 2)
        {
            return false;
        }
        if (rest[1] != 'u')
        {
            Position += 2;
            return "\"\\/bfnrt"u8.Contains(rest[1]);
        }
        Position += 6;
        return rest.Length >= 6 && !rest[2..6].ContainsAnyExcept(HexDigits);
    }

    private bool TrySkipObject()
    {
        Position++;
        if (++_depth > MaxDepth)
        {
            return false;
        }
        bool first = true;
        while (TryNextMember(ref first, out _, out _, out bool done))
        {
            if (done)
            {
                _depth--;
                return true;
            }
            if (!TrySkipValue())
            {
                return false;
            }
        }
        return false;
    }

    private bool TrySkipArray()
    {
        Position++;
        if (++_depth > MaxDepth)
        {
            return false;
        }
        if (TryTake((byte)']'))
        {
            _depth--;
            return true;
        }
        while (TrySkipValue())
        {
            if (TryTake((byte)']'))
            {
                _depth--;
                return true;
            }
            if (!TryTake((byte)','))
            {
                return false;
            }
        }
        return false;
    }

    private bool TrySkipWord(ReadOnlySpan<byte> word)
    {
        bool found = _text[Position..].StartsWith(word);
        Position += word.Length;
        return found;
    }

    private bool TrySkipNumber()
    {
        int at = Position;
        if (at < _text.Length && _text[at] == '-')
        {
            at++;
        }
        int digits = Digits(at);
        if (digits == 0 || (digits > 1 && _text[at] == '0'))
        {
            return false;
        }
        at += digits;
        if (at < _text.Length && _text[at] == '.')
        {
            digits = Digits(at + 1);
            at += digits + 1;
            if (digits == 0)
            {
                return false;
            }
        }
        if (at < _text.Length && _text[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < _text.Length && _text[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }
            digits = Digits(at);
            at += digits;
            if (digits == 0)
            {
                return false;
            }
        }
        Position = at;
        return true;
    }

    private readonly int Digits(int from)
    {
        int at = from;
        while (at < _text.Length && _text[at] is >= (byte)'0' and <= (byte)'9')
        {
            at++;
        }
        return at - from;
    }
}
