using System.Buffers;
using System.Runtime.InteropServices;
using Agent.Components.Loki.Process.Stages;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceFile;

/// <summary>What one block held.</summary>
/// <param name="Start">Where the file stood before.</param>
/// <param name="IsAtEnd">Nothing more can be had now; an incomplete line may be left.</param>
internal readonly record struct BlockResult(long Start, bool IsAtEnd);

/// <summary>Reads files block by block into one batch at a time. One per worker: memory does not grow with the number of files.</summary>
internal sealed class BlockReader : IDisposable
{
    /// <summary>Bytes read at once.</summary>
    public const int BlockSize = 64 * 1024;

    /// <summary>Longest line, in bytes of the file. What is longer is cut here, and the rest of it left out and counted.</summary>
    public const int LongestLine = 1024 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
    private int _size = BlockSize;

    /// <summary>The lines of the last block; they point into it, and are valid until the next one is read.</summary>
    public LogBatch Batch { get; } = new();

    /// <summary>Bytes of overlong lines that the last block left out.</summary>
    public long Skipped { get; private set; }

    /// <summary>True where the last block held the start of an overlong line.</summary>
    public bool HasCut { get; private set; }

    /// <summary>Reads the next block and moves the file's offset over its complete lines.</summary>
    /// <param name="file">Where to read.</param>
    /// <param name="labels">The stream of the lines.</param>
    /// <param name="timestamp">The time of the first line; each further one is a nanosecond later, so that equal lines stay apart.</param>
    public BlockResult Read(OpenFile file, LabelSet labels, long timestamp)
    {
        Batch.Clear();
        Skipped = 0;
        HasCut = false;
        long start = file.Offset;
        if (file.Format is null && !TryChooseFormat(file))
        {
            return new BlockResult(start, IsAtEnd: true);
        }
        while (true)
        {
            int filled = file.Content.Read(_buffer.AsSpan(0, _size), file.Offset);
            bool isShort = filled < _size;
            int at = file.IsSkipping ? Skip(file, _buffer.AsSpan(0, filled), isShort) : 0;
            int end = Split(file, at, filled - at, labels, timestamp);
            bool hasPartials = end < 0;
            at = Math.Abs(end);
            file.Offset += at;
            if (at > 0)
            {
                // The larger array is kept for the next long line; there is one per worker.
                _size = BlockSize;
                return new BlockResult(start, IsAtEnd: !hasPartials && isShort && (at == filled || !file.IsFinishing));
            }
            if (isShort)
            {
                Finish(file, filled, labels, timestamp);
                return new BlockResult(start, IsAtEnd: true);
            }
            if (_size >= LongestLine)
            {
                Cut(file, labels, timestamp);
                return new BlockResult(start, IsAtEnd: false);
            }
            Grow();
        }
    }

    public void Dispose()
    {
        Batch.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    // Lines that a container wrote in parts are held until their end comes, and the position waits for all of their batch. Where a
    // block ends with such parts, they get a batch of their own, so that after a restart nothing else is read again.
    private int Split(OpenFile file, int from, int count, LabelSet labels, long timestamp)
    {
        long first = timestamp;
        int end = from + file.Format!.Split(_buffer.AsMemory(from, count), labels, ref timestamp, Batch);
        if (!ReferenceEquals(file.Format, LineFormat.Utf8) || !TryFindPartials(Batch.Entries, out ReadOnlyMemory<byte> partial)
            || !MemoryMarshal.TryGetArray(partial, out ArraySegment<byte> place))
        {
            return end;
        }
        Batch.Clear();
        return -(from + file.Format.Split(_buffer.AsMemory(from, place.Offset - from), labels, ref first, Batch));
    }

    private static bool TryFindPartials(ReadOnlySpan<LogEntry> lines, out ReadOnlyMemory<byte> first)
    {
        int at = lines.Length;
        while (at > 0 && CriLine.TryParse(lines[at - 1].Line.Span, out CriLine line) && line.IsPartial)
        {
            at--;
        }
        first = at < lines.Length ? lines[at].Line : default;
        return at > 0 && at < lines.Length;
    }

    // A position from before a restart lies behind the mark, which still says how to read what follows.
    private bool TryChooseFormat(OpenFile file)
    {
        Span<byte> start = stackalloc byte[4];
        int read = file.Content.Read(start, 0);
        // The first byte or two of a mark are not enough to know it.
        bool isUnclear = read is > 0 and < 4 && start[0] is 0xEF or 0xFE or 0xFF or 0;
        if (read == 0 || (isUnclear && !file.IsFinishing))
        {
            return false;
        }
        int mark = file.ChooseFormat(start[..read]);
        file.Offset = Math.Max(file.Offset, mark);
        return true;
    }

    private int Skip(OpenFile file, ReadOnlySpan<byte> block, bool isShort)
    {
        int newline = file.Format!.IndexOfNewline(block);
        int skipped = newline >= 0 ? newline + file.Format.Unit : block.Length - (block.Length % file.Format.Unit);
        file.IsSkipping = newline < 0 && !(isShort && file.IsFinishing);
        Skipped += skipped;
        return skipped;
    }

    private void Finish(OpenFile file, int filled, LabelSet labels, long timestamp)
    {
        if (file.IsFinishing && filled > 0)
        {
            file.Format!.AddLine(_buffer.AsMemory(0, filled), labels, timestamp, Batch);
            file.Offset += filled;
        }
    }

    private void Cut(OpenFile file, LabelSet labels, long timestamp)
    {
        int length = LongestLine - (LongestLine % file.Format!.Unit);
        file.Format.AddLine(_buffer.AsMemory(0, length), labels, timestamp, Batch);
        file.Offset += length;
        file.IsSkipping = true;
        _size = BlockSize;
        HasCut = true;
    }

    private void Grow()
    {
        _size = Math.Min(_size * 4, LongestLine);
        if (_buffer.Length < _size)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(_size);
        }
    }
}
