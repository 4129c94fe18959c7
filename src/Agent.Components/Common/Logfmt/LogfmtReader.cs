using System.Text;

namespace Agent.Components.Common.Logfmt;

/// <summary>Reads logfmt as go-logfmt does: records are lines, pairs are <c>key=value</c>, <c>key="quoted \"value\""</c>, or a bare key.</summary>
/// <remarks>
/// Call <see cref="NextRecord"/>, then <see cref="Read"/> until it is false; then look at <see cref="Error"/>, after which nothing more is
/// read. Keys and values point into the text, except a value with escapes, which is decoded into an array of its own.
/// </remarks>
public ref struct LogfmtReader(ReadOnlySpan<byte> utf8)
{
    private ReadOnlySpan<byte> _rest = utf8;
    private ReadOnlySpan<byte> _line;
    private int _lineNumber;
    private int _at;

    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>Without quotes and escapes; empty when absent.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>False for a bare key, for <c>key=</c>, and for <c>key=""</c>.</summary>
    public readonly bool HasValue => !Value.IsEmpty;

    /// <summary>What is wrong, worded as go-logfmt words it, or null.</summary>
    public string? Error { get; private set; }

    public bool NextRecord()
    {
        if (Error is not null || _rest.IsEmpty)
        {
            return false;
        }
        int end = _rest.IndexOf((byte)'\n');
        _line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        _line = _line is [.., (byte)'\r'] ? _line[..^1] : _line;
        _lineNumber++;
        _at = 0;
        return true;
    }

    public bool Read()
    {
        Key = default;
        Value = default;
        // Bytes up to the space, controls among them, separate pairs.
        int skip = _line[_at..].IndexOfAnyExceptInRange((byte)0, (byte)' ');
        if (Error is not null || skip < 0)
        {
            _at = Error is null ? _line.Length : _at;
            return false;
        }
        int start = _at + skip;
        _at = start;
        while (_at < _line.Length && _line[_at] > ' ' && _line[_at] is not ((byte)'=' or (byte)'"'))
        {
            _at++;
        }
        if (_at < _line.Length && (_line[_at] == (byte)'"' || (_line[_at] == (byte)'=' && _at == start)))
        {
            return Unexpected();
        }
        Key = _line[start.._at];
        if (!IsText(Key))
        {
            return Fail("invalid key");
        }
        if (_at == _line.Length || _line[_at] != (byte)'=')
        {
            return true;
        }
        _at++;
        return _at == _line.Length || _line[_at] <= ' ' || (_line[_at] == (byte)'"' ? ReadQuoted() : ReadBare());
    }

    private bool ReadBare()
    {
        int start = _at;
        while (_at < _line.Length && _line[_at] > ' ')
        {
            if (_line[_at] is (byte)'=' or (byte)'"')
            {
                return Unexpected();
            }
            _at++;
        }
        Value = _line[start.._at];
        return true;
    }

    private bool ReadQuoted()
    {
        int start = _at + 1;
        int end = start;
        bool escaped = false;
        while (true)
        {
            int skip = _line[end..].IndexOfAny((byte)'"', (byte)'\\');
            end = skip < 0 ? _line.Length : end + skip;
            if (skip < 0 || (_line[end] == (byte)'\\' && end + 1 == _line.Length))
            {
                _at = _line.Length;
                return Fail("unterminated quoted value");
            }
            if (_line[end] == (byte)'"')
            {
                break;
            }
            escaped = true;
            end += 2;
        }
        _at = end + 1;
        if (!escaped)
        {
            Value = _line[start..end];
            return true;
        }
        if (!LogfmtEscapes.TryDecode(_line[start..end], out byte[] decoded))
        {
            return Fail("invalid quoted value");
        }
        Value = decoded;
        return true;
    }

    private bool Unexpected() => Fail($"unexpected '{(char)_line[_at]}'");

    private bool Fail(string problem)
    {
        Key = default;
        Value = default;
        Error = $"logfmt syntax error at pos {_at + 1} on line {_lineNumber}: {problem}";
        return false;
    }

    // U+FFFD is refused like the invalid bytes it stands for.
    private static bool IsText(ReadOnlySpan<byte> key) =>
        Ascii.IsValid(key) || (System.Text.Unicode.Utf8.IsValid(key) && key.IndexOf("\uFFFD"u8) < 0);
}
