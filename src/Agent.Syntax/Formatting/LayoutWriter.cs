using System.Buffers;
using System.Text;

namespace Agent.Syntax;

/// <summary>Collects the formatted text as cells for <see cref="ElasticTabs"/> and puts comments in where they stood.</summary>
/// <remarks>
/// The writer follows its place in the source: exactly where <see cref="At"/> tells it, else estimated from the text
/// written since. A comment goes in before the first text whose place is behind it. White space is held back until the
/// next text, because a comment in between may take its place.
/// </remarks>
internal sealed class LayoutWriter(IReadOnlyList<IReadOnlyList<Comment>> commentGroups)
{
    /// <summary>Marks text that is not cut into cells or trimmed; the byte occurs in no UTF-8 text.</summary>
    public const byte Escape = 0xFF;

    private const int MostLineBreaks = 2;

    /// <summary>More marks than this between two texts are written at once, as Alloy's printer does.</summary>
    private const int MostMarks = 16;

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly List<LayoutMark> _marks = new(MostMarks);
    private SourcePlace _place = new(0, 1);
    private SourcePlace _last;
    private int _nextGroup;
    private int _indent;
    private int _column = 1;

    public void At(TextSpan span) => _place = SourcePlace.StartOf(span);

    public void Add(LayoutMark mark)
    {
        if (_marks.Count == MostMarks)
        {
            WriteMarks(_marks.Count);
        }
        _marks.Add(mark);
    }

    public void Text(string text)
    {
        SourcePlace next = _place;
        if (CommentBefore(next))
        {
            WriteComments(next);
        }
        else
        {
            WriteMarks(_marks.Count);
        }
        WriteText(next, text, escaped: false);
    }

    /// <summary>Writes the comments that are left and gives everything written.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        if (CommentBefore(SourcePlace.End))
        {
            WriteComments(SourcePlace.End);
        }
        return _output.WrittenSpan;
    }

    private bool CommentBefore(SourcePlace next) =>
        _nextGroup < commentGroups.Count && commentGroups[_nextGroup][0].Span.Start <= next.Offset;

    private void WriteComments(SourcePlace next)
    {
        Comment? last = null;
        while (CommentBefore(next))
        {
            foreach (Comment comment in commentGroups[_nextGroup])
            {
                SourcePlace place = SourcePlace.StartOf(comment.Span);
                WriteGapBefore(place, next);
                WriteText(place, comment.Text, escaped: true);
                last = comment;
            }
            _nextGroup++;
        }
        // Nothing follows the last comment of a file, so no blank lines do.
        if (next != SourcePlace.End)
        {
            WriteGapAfter(last!, next);
        }
    }

    private void WriteGapBefore(SourcePlace comment, SourcePlace next)
    {
        if (_output.WrittenCount == 0)
        {
            return;
        }
        if (comment.Line == _last.Line)
        {
            // Comments behind text are aligned; those between two texts of a line are not.
            WriteBytes(comment.Line == next.Line ? (byte)' ' : (byte)'\t', 1);
            return;
        }
        // Indentation applies to the comment already; the first other mark is replaced by the comment's own line breaks.
        int indents = _marks.FindIndex(static mark => mark is not (LayoutMark.Indent or LayoutMark.Unindent));
        if (indents >= 0)
        {
            _marks[indents] = LayoutMark.None;
            WriteMarks(indents);
        }
        int lines = _last.Line > 0 ? comment.Line - _last.Line : 0;
        if (lines > 0)
        {
            WriteBytes((byte)'\f', Math.Min(lines, MostLineBreaks));
        }
    }

    private void WriteGapAfter(Comment comment, SourcePlace next)
    {
        // The length without carriage returns places the end of a comment as Alloy does.
        int end = comment.Span.Start + Encoding.UTF8.GetByteCount(comment.Text) - 1;
        if (comment.IsBlock && next.Line == comment.Span.Source!.Position(end).Line)
        {
            WriteBytes((byte)' ', 1);
        }
        int lines = next.Line - _last.Line;
        bool section = _marks.Contains(LayoutMark.Section);
        for (int i = 0; i < _marks.Count; i++)
        {
            if (_marks[i] is not (LayoutMark.Indent or LayoutMark.Unindent))
            {
                _marks[i] = LayoutMark.None;
            }
        }
        WriteMarks(_marks.Count);
        if (lines > 0)
        {
            WriteBytes(section ? (byte)'\f' : (byte)'\n', Math.Min(lines, MostLineBreaks));
        }
    }

    private void WriteMarks(int count)
    {
        for (int i = 0; i < count; i++)
        {
            switch (_marks[i])
            {
                case LayoutMark.None:
                    break;
                case LayoutMark.Indent:
                    _indent++;
                    break;
                case LayoutMark.Unindent:
                    _indent--;
                    break;
                default:
                    WriteBytes((byte)_marks[i], 1);
                    break;
            }
        }
        _marks.RemoveRange(0, count);
    }

    private void WriteText(SourcePlace place, string text, bool escaped)
    {
        WriteIndent();
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (escaped)
        {
            _output.Write([Escape]);
        }
        _output.Write(bytes);
        if (escaped)
        {
            _output.Write([Escape]);
        }
        int lines = 0;
        int lastBreak = -1;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] is (byte)'\n' or (byte)'\f')
            {
                lines++;
                lastBreak = i;
            }
        }
        _column = lines > 0 ? bytes.Length - lastBreak : _column + bytes.Length;
        _place = new SourcePlace(place.Offset + bytes.Length, place.Line + lines);
        _last = _place;
    }

    private void WriteIndent()
    {
        if (_column != 1)
        {
            return;
        }
        for (int i = 0; i < _indent; i++)
        {
            _output.Write("\t"u8);
        }
        _place.Offset += _indent;
        _column += _indent;
    }

    private void WriteBytes(byte character, int count)
    {
        WriteIndent();
        for (int i = 0; i < count; i++)
        {
            _output.Write([character]);
        }
        _place.Offset += count;
        if (character is (byte)'\n' or (byte)'\f')
        {
            _place.Line += count;
            _column = 1;
        }
        else
        {
            _column += count;
        }
    }
}
