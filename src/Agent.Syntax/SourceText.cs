using System.Text;

namespace Agent.Syntax;

/// <summary>One configuration source: a name for diagnostics and its UTF-8 bytes.</summary>
/// <remarks>Offsets and columns count bytes, as Alloy's do; lines and columns are 1-based.</remarks>
public sealed class SourceText
{
    private readonly byte[] _bytes;
    private int[]? _lineStarts;

    public SourceText(string name, string text)
        : this(name, Encoding.UTF8.GetBytes(text))
    {
    }

    public SourceText(string name, byte[] bytes)
    {
        Name = name;
        _bytes = bytes;
    }

    /// <summary>File path or module path, as it is shown in diagnostics.</summary>
    public string Name { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public int LineCount => LineStarts.Length;

    private int[] LineStarts => _lineStarts ??= FindLineStarts(_bytes);

    /// <summary>The line and column of a byte offset, both 1-based.</summary>
    public LinePosition Position(int offset)
    {
        int index = Array.BinarySearch(LineStarts, offset);
        int line = index >= 0 ? index : ~index - 1;
        return new LinePosition(line + 1, offset - LineStarts[line] + 1);
    }

    /// <summary>The text of a 1-based line, without its line break.</summary>
    public string Line(int line) => Encoding.UTF8.GetString(LineBytes(line).TrimEnd("\r\n"u8));

    /// <summary>The bytes of a 1-based line with its line break.</summary>
    public ReadOnlySpan<byte> LineBytes(int line)
    {
        int start = LineStarts[line - 1];
        int end = line < LineStarts.Length ? LineStarts[line] : _bytes.Length;
        return _bytes.AsSpan(start, end - start);
    }

    public string Text(TextSpan span) => Encoding.UTF8.GetString(_bytes.AsSpan(span.Start, span.End - span.Start));

    private static int[] FindLineStarts(byte[] bytes)
    {
        var starts = new List<int> { 0 };
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == (byte)'\n')
            {
                starts.Add(i + 1);
            }
        }
        return [.. starts];
    }
}

/// <summary>A 1-based line and a 1-based column in bytes.</summary>
public readonly record struct LinePosition(int Line, int Column)
{
    public override string ToString() => $"{Line}:{Column}";
}

/// <summary>A range of bytes in a source; <paramref name="End"/> is exclusive. A default span points nowhere.</summary>
public readonly record struct TextSpan(SourceText? Source, int Start, int End)
{
    public LinePosition StartPosition => Source is null ? default : Source.Position(Start);

    public LinePosition EndPosition => Source is null ? default : Source.Position(End);

    /// <summary>The span from the start of this one to the end of <paramref name="other"/>.</summary>
    public TextSpan To(TextSpan other) => this with { End = other.End };

    public override string ToString() => Source is null ? "" : $"{Source.Name}:{StartPosition}";
}
