using System.Buffers;
using System.Text;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Cuts blocks of one encoding into lines and hands them on as UTF-8.</summary>
internal sealed class LineFormat
{
    private readonly Encoding? _encoding;
    private readonly byte[] _newline;
    private readonly byte[] _return;

    /// <param name="encoding">Null for UTF-8, whose lines point into the block.</param>
    public LineFormat(Encoding? encoding)
    {
        _encoding = encoding;
        _newline = (encoding ?? Encoding.UTF8).GetBytes("\n");
        _return = (encoding ?? Encoding.UTF8).GetBytes("\r");
    }

    public static LineFormat Utf8 { get; } = new(null);

    /// <summary>Bytes in which a newline is written; blocks begin at a multiple of it.</summary>
    public int Unit => _newline.Length;

    /// <summary>Adds every complete line of the block.</summary>
    /// <returns>Where the first incomplete line begins.</returns>
    public int Split(ReadOnlyMemory<byte> block, LabelSet labels, ref long timestamp, LogBatch batch)
    {
        if (_encoding is null)
        {
            return SplitUtf8(block, labels, ref timestamp, batch);
        }
        ReadOnlySpan<byte> bytes = block.Span;
        int start = 0;
        int length;
        while ((length = IndexOfNewline(bytes[start..])) >= 0)
        {
            AddLine(block.Slice(start, length), labels, timestamp++, batch);
            start += length + _newline.Length;
        }
        return start;
    }

    /// <summary>Where the next newline begins, or -1.</summary>
    public int IndexOfNewline(ReadOnlySpan<byte> bytes)
    {
        if (_newline.Length == 1)
        {
            return bytes.IndexOf(_newline[0]);
        }
        int from = 0;
        int found;
        while ((found = bytes[from..].IndexOf(_newline)) >= 0)
        {
            // The second half of one letter and the first of the next can look like a newline.
            if ((from + found) % _newline.Length == 0)
            {
                return from + found;
            }
            from += found + 1;
        }
        return -1;
    }

    /// <summary>Adds one line, without its newline; a carriage return at its end goes too.</summary>
    public void AddLine(ReadOnlyMemory<byte> line, LabelSet labels, long timestamp, LogBatch batch)
    {
        ReadOnlySpan<byte> bytes = line.Span;
        if (_encoding is null)
        {
            int length = bytes is [.., (byte)'\r'] ? bytes.Length - 1 : bytes.Length;
            batch.Add(new LogEntry(labels, timestamp, line[..length]));
            return;
        }
        if (bytes.EndsWith(_return))
        {
            bytes = bytes[..^_return.Length];
        }
        batch.Add(new LogEntry(labels, timestamp, Decode(bytes, batch.Bytes)));
    }

    // The loop that every ordinary line goes through: it takes the block's span once, since that costs more than the rest of a line.
    private static int SplitUtf8(ReadOnlyMemory<byte> block, LabelSet labels, ref long timestamp, LogBatch batch)
    {
        ReadOnlySpan<byte> bytes = block.Span;
        int start = 0;
        while (true)
        {
            int length = bytes[start..].IndexOf((byte)'\n');
            if (length < 0)
            {
                return start;
            }
            int shown = length > 0 && bytes[start + length - 1] == '\r' ? length - 1 : length;
            batch.Add(new LogEntry(labels, timestamp++, block.Slice(start, shown)));
            start += length + 1;
        }
    }

    private Memory<byte> Decode(ReadOnlySpan<byte> bytes, PooledBytes memory)
    {
        char[] letters = ArrayPool<char>.Shared.Rent(_encoding!.GetMaxCharCount(bytes.Length));
        int count = _encoding.GetChars(bytes, letters);
        Memory<byte> line = memory.Take(Encoding.UTF8.GetByteCount(letters.AsSpan(0, count)));
        Encoding.UTF8.GetBytes(letters.AsSpan(0, count), line.Span);
        ArrayPool<char>.Shared.Return(letters);
        return line;
    }
}
