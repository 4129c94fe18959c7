using System.Text;

namespace Agent.Syntax;

/// <summary>Walks over the characters of a source and reports those that no source may hold.</summary>
internal sealed class CharReader
{
    public const int EndOfFile = -1;
    private const int ByteOrderMark = 0xFEFF;

    private readonly SourceText _source;
    private readonly DiagnosticBag _diagnostics;
    private int _next;

    public CharReader(SourceText source, DiagnosticBag diagnostics)
    {
        _source = source;
        _diagnostics = diagnostics;
        Advance();
        if (Current == ByteOrderMark)
        {
            Advance();
        }
    }

    /// <summary>The character at <see cref="Offset"/>, or <see cref="EndOfFile"/>. A byte that is no UTF-8 reads as U+FFFD.</summary>
    public int Current { get; private set; }

    /// <summary>The byte offset of <see cref="Current"/>.</summary>
    public int Offset { get; private set; }

    /// <summary>The byte behind the current character; 0 at the end.</summary>
    public byte Peek => _next < _source.Bytes.Length ? _source.Bytes[_next] : (byte)0;

    public static bool IsByteOrderMark(int character) => character == ByteOrderMark;

    public void Advance()
    {
        ReadOnlySpan<byte> bytes = _source.Bytes;
        Offset = _next;
        if (_next >= bytes.Length)
        {
            Offset = bytes.Length;
            Current = EndOfFile;
            return;
        }
        Current = bytes[_next];
        int length = 1;
        if (Current == 0)
        {
            Error(Offset, "illegal character NUL");
        }
        else if (Current >= 0x80)
        {
            length = Utf8Text.Decode(bytes[_next..], out int rune);
            Current = rune;
            CheckDecoded();
        }
        _next += length;
    }

    /// <summary>Back to a place that was read before. What is wrong from there on is reported again, as Alloy does.</summary>
    public void Rewind(int offset)
    {
        _next = offset;
        Advance();
    }

    public void Error(int offset, string message) =>
        _diagnostics.Error(SyntaxCode.BadToken, new TextSpan(_source, offset, offset), message);

    /// <summary>A character in Go's <c>%#U</c> form, such as <c>U+0040 '@'</c>.</summary>
    public static string Describe(int character)
    {
        var rune = new Rune(character);
        return Utf8Text.IsPrintable(rune) ? $"U+{character:X4} '{rune}'" : $"U+{character:X4}";
    }

    private void CheckDecoded()
    {
        if (Current == Utf8Text.Invalid)
        {
            Current = Rune.ReplacementChar.Value;
            Error(Offset, "illegal UTF-8 encoding");
        }
        else if (Current == ByteOrderMark && Offset > 0)
        {
            Error(Offset, "illegal byte order mark");
        }
    }
}
