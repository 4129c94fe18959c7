using System.Buffers;

namespace Agent.Syntax;

/// <summary>Aligns text that is cut into cells, by the elastic tabstop rules of Go's text/tabwriter.</summary>
/// <remarks>
/// <c>\t</c> and <c>\v</c> end a cell, <c>\n</c> and <c>\f</c> end a line. A column is a run of lines that have a cell
/// at that place and is one blank wider than its widest cell. A column of empty cells that all ended with <c>\v</c> has
/// no width; leading empty cells are written as tabs. <c>\f</c> and a line of one cell end all columns.
/// </remarks>
internal sealed class ElasticTabs
{
    private const int TabWidth = 8;
    private const int Padding = 1;

    private readonly byte[] _input;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly List<List<Cell>> _lines = [[]];
    private readonly List<int> _widths = [];
    private Cell _cell;

    private ElasticTabs(byte[] input) => _input = input;

    public static byte[] Align(ReadOnlySpan<byte> text)
    {
        var tabs = new ElasticTabs(text.ToArray());
        tabs.Run();
        return tabs._output.WrittenSpan.ToArray();
    }

    private void Run()
    {
        bool escaped = false;
        for (int i = 0; i < _input.Length; i++)
        {
            byte character = _input[i];
            if (character == LayoutWriter.Escape)
            {
                escaped = !escaped;
            }
            if (escaped || character is not ((byte)'\t' or (byte)'\v' or (byte)'\n' or (byte)'\f'))
            {
                AddToCell(i, character);
                continue;
            }
            EndCell(byTab: character == (byte)'\t');
            _cell = new Cell(i + 1, 0, 0, false);
            if (character is (byte)'\n' or (byte)'\f')
            {
                EndLine(section: character == (byte)'\f');
            }
        }
        if (_cell.Length > 0)
        {
            EndCell(byTab: false);
        }
        Flush();
    }

    private void AddToCell(int offset, byte character)
    {
        if (_cell.Length == 0)
        {
            _cell = new Cell(offset, 0, 0, false);
        }
        // Width counts characters: continuation bytes and escape marks add none.
        bool starts = (character & 0xC0) != 0x80 && character != LayoutWriter.Escape;
        _cell = _cell with { Length = _cell.Length + 1, Width = _cell.Width + (starts ? 1 : 0) };
    }

    private void EndCell(bool byTab) => _lines[^1].Add(_cell with { EndedByTab = byTab });

    private void EndLine(bool section)
    {
        int cells = _lines[^1].Count;
        _lines.Add([]);
        if (section || cells == 1)
        {
            Flush();
        }
    }

    private void Flush()
    {
        WriteColumns(0, _lines.Count);
        _lines.Clear();
        _lines.Add([]);
    }

    /// <summary>Writes lines whose columns up to the known widths are settled, finding the next column's runs.</summary>
    private void WriteColumns(int first, int end)
    {
        int column = _widths.Count;
        int written = first;
        for (int line = first; line < end; line++)
        {
            if (column >= _lines[line].Count - 1)
            {
                continue;
            }
            WriteLines(written, line);
            int runEnd = line;
            int width = 0;
            bool vanishes = true;
            for (; runEnd < end && column < _lines[runEnd].Count - 1; runEnd++)
            {
                Cell cell = _lines[runEnd][column];
                width = Math.Max(width, cell.Width + Padding);
                vanishes &= cell.Width == 0 && !cell.EndedByTab;
            }
            _widths.Add(vanishes ? 0 : width);
            WriteColumns(line, runEnd);
            _widths.RemoveAt(_widths.Count - 1);
            written = runEnd;
            // The line behind the run has no cell in this column.
            line = runEnd;
        }
        WriteLines(written, end);
    }

    private void WriteLines(int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            bool leading = true;
            List<Cell> line = _lines[i];
            for (int column = 0; column < line.Count; column++)
            {
                Cell cell = line[column];
                leading &= cell.Length == 0;
                _output.Write(_input.AsSpan(cell.Start, cell.Length));
                if (column < _widths.Count)
                {
                    Pad(cell.Width, _widths[column], leading);
                }
            }
            // The last line is still open: its line break comes with the next one.
            if (i + 1 < _lines.Count)
            {
                _output.Write("\n"u8);
            }
        }
    }

    private void Pad(int from, int width, bool withTabs)
    {
        int tabStop = (width + TabWidth - 1) / TabWidth * TabWidth;
        int count = withTabs ? (tabStop - from + TabWidth - 1) / TabWidth : width - from;
        for (int i = 0; i < count; i++)
        {
            _output.Write(withTabs ? "\t"u8 : " "u8);
        }
    }

    private readonly record struct Cell(int Start, int Length, int Width, bool EndedByTab);
}
