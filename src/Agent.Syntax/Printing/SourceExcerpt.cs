using System.Globalization;
using System.Text;

namespace Agent.Syntax;

/// <summary>The source lines around a span. One line is underlined with carets; several are held by a bracket at the margin.</summary>
internal sealed class SourceExcerpt
{
    private const int TabWidth = 4;

    private readonly TextWriter _output;
    private readonly SourceText _source;
    private readonly LinePosition _first;
    private readonly LinePosition _last;
    private readonly bool _severalLines;

    public SourceExcerpt(TextWriter output, SourceText source, TextSpan span)
    {
        _output = output;
        _source = source;
        _first = span.StartPosition;
        _last = LastPosition(span);
        _severalLines = _last.Line > _first.Line;
    }

    /// <summary>Where the last character that a span covers stands; an empty span covers the one at its start.</summary>
    public static LinePosition LastPosition(TextSpan span) =>
        span.Source is null ? default : span.Source.Position(Math.Max(span.Start, span.End - 1));

    public void Print(int contextLines)
    {
        int from = Math.Max(_first.Line - contextLines, 1);
        int to = Math.Min(_last.Line + contextLines, _source.LineCount);
        int numberWidth = to.ToString(CultureInfo.InvariantCulture).Length;
        for (int line = from; line <= to; line++)
        {
            ReadOnlySpan<byte> bytes = _source.LineBytes(line).TrimEnd((byte)'\n');
            _output.Write(line.ToString(CultureInfo.InvariantCulture).PadLeft(numberWidth));
            _output.Write(" | ");
            if (_severalLines)
            {
                _output.Write(line > _first.Line && line <= _last.Line ? "| " : "  ");
            }
            PrintLine(bytes);
            if (line == _first.Line || (_severalLines && line == _last.Line))
            {
                _output.Write(new string(' ', numberWidth));
                _output.Write(!_severalLines ? " | " : line == _first.Line ? " |  _" : " | |_");
                PrintMarks(bytes, line);
            }
        }
    }

    private void PrintLine(ReadOnlySpan<byte> line)
    {
        while (!line.IsEmpty)
        {
            int length = Utf8Text.Decode(line, out int rune);
            switch (rune)
            {
                case '\r':
                    break;
                case '\t' or '\v':
                    _output.Write(new string(' ', TabWidth));
                    break;
                case Utf8Text.Invalid:
                    _output.Write((char)Rune.ReplacementChar.Value);
                    break;
                default:
                    _output.Write(new Rune(rune).ToString());
                    break;
            }
            line = line[length..];
        }
        _output.Write('\n');
    }

    private void PrintMarks(ReadOnlySpan<byte> text, int line)
    {
        char blank = _severalLines ? '_' : ' ';
        int column = 1;
        while (column <= text.Length && !(line == _last.Line && column > _last.Column))
        {
            byte character = text[column - 1];
            int length = Utf8Text.Decode(text[(column - 1)..], out _);
            if (character is (byte)'\t' or (byte)'\v')
            {
                _output.Write(new string(blank, TabWidth));
            }
            else
            {
                _output.Write(IsMarked(line, column) ? '^' : blank);
            }
            column += length;
        }
        _output.Write('\n');
    }

    // Called for the first and the last line of the span only.
    private bool IsMarked(int line, int column) =>
        line == _first.Line ? column >= _first.Column : column <= _last.Column;
}
