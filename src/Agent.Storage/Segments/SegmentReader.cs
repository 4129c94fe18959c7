using System.Buffers;

namespace Agent.Storage.Segments;

/// <summary>Reads the blocks of a log in order. One thread at a time, which may be another one than the writer's.</summary>
public sealed class SegmentReader : IDisposable
{
    private readonly IFileSystem _files;
    private readonly SegmentSet _segments;
    private readonly SegmentLogCounts _counts;
    private readonly BlockScanner _scanner = new();
    private Segment? _segment;
    private IFile? _file;
    private BlockHeader _header;
    private bool _hasHeader;
    private bool _crossedDamage;
    private long _offset;
    private long _number;

    internal SegmentReader(IFileSystem files, SegmentSet segments, SegmentLogCounts counts, long number)
    {
        _files = files;
        _segments = segments;
        _counts = counts;
        _number = Math.Clamp(number, segments.First, segments.Next);
    }

    /// <summary>Number of the block that comes next, as far as it is known: blocks in between may turn out to be damaged.</summary>
    public long Number => _hasHeader ? _header.Number : _number;

    /// <summary>Numbers that were skipped because their blocks were damaged or missing. Blocks that the log dropped are not among them.</summary>
    public long Skipped { get; private set; }

    /// <summary>
    /// Reads the next block; false at the end, until more is appended. Damaged blocks are skipped and counted. Where the
    /// log dropped what would come next, reading goes on at the oldest block there is: the number of the block tells.
    /// </summary>
    /// <exception cref="IOException">A segment cannot be opened; the next call tries again.</exception>
    public bool TryRead(out SegmentBlock block)
    {
        while (TryMoveToBlock())
        {
            byte[] body = ArrayPool<byte>.Shared.Rent(_header.BodyLength);
            if (_scanner.TryReadBody(_offset, _header, body.AsSpan(0, _header.BodyLength)))
            {
                var time = DateTimeOffset.FromUnixTimeMilliseconds(_header.Time);
                block = new SegmentBlock(_header.Number, time, _scanner.Metadata, body, _header.BodyLength);
                Advance();
                return true;
            }
            ArrayPool<byte>.Shared.Return(body);
            Skipped++;
            _counts.AddCorrupt(1, _header.Length);
            Advance();
        }
        block = default;
        return false;
    }

    /// <summary>
    /// Looks at the next block without reading its body, which may still turn out to be damaged; false at the end. The metadata are
    /// valid until the reader is used again.
    /// </summary>
    /// <exception cref="IOException">A segment cannot be opened; the next call tries again.</exception>
    public bool TryPeekMetadata(out long number, out ReadOnlyMemory<byte> metadata)
    {
        bool found = TryMoveToBlock();
        number = found ? _header.Number : _number;
        metadata = found ? _scanner.Metadata : default;
        return found;
    }

    /// <summary>Passes over the next block, if there is one, without reading its body.</summary>
    public void Skip()
    {
        if (TryMoveToBlock())
        {
            Advance();
        }
    }

    public void Dispose() => Leave();

    private void Advance()
    {
        _offset += _header.Length;
        _number = _header.Number + 1;
        _hasHeader = false;
    }

    private bool TryMoveToBlock()
    {
        while (!_hasHeader)
        {
            if (_segment is { IsDropped: true })
            {
                Leave();
            }
            if (_segment is null && !TryEnter())
            {
                return false;
            }
            // In this order: once a segment is sealed, its length is final.
            bool isSealed = _segment!.IsSealed;
            long limit = _segment.Length;
            if (_offset < limit)
            {
                TakeHeader(limit);
            }
            else if (isSealed)
            {
                SkipTo(_segment.End);
                Leave();
            }
            else
            {
                return false;
            }
        }
        return true;
    }

    private void TakeHeader(long limit)
    {
        // A number that belongs to the next segment is a block that was cut once, and a disk that brought it back.
        if (!_scanner.TryReadHeader(_offset, limit, out _header) || _header.Number >= _segment!.End)
        {
            long next = _scanner.FindHeader(_offset + 1, limit);
            _counts.AddCorrupt(0, next - _offset);
            _crossedDamage = true;
            _offset = next;
            return;
        }
        if (_header.Number < _number)
        {
            // On the way to the block where reading is to begin.
            _offset += _header.Length;
            return;
        }
        SkipTo(_header.Number);
        _hasHeader = true;
    }

    private void SkipTo(long number)
    {
        long skipped = number - _number;
        if (skipped > 0)
        {
            Skipped += skipped;
            _number = number;
            if (_crossedDamage)
            {
                _counts.AddCorrupt(skipped, 0);
            }
            else
            {
                _counts.AddMissing(skipped);
            }
        }
        _crossedDamage = false;
    }

    private bool TryEnter()
    {
        while (_segments.Find(_number) is { } segment)
        {
            // Lower means dropped, which its log has counted. A gap further on is counted when a block turns up behind it.
            _number = Math.Max(_number, _segments.First);
            try
            {
                _file = _files.Open(segment.Path, FileAccess.Read);
            }
            catch (FileNotFoundException) when (segment.IsDropped)
            {
                continue;
            }
            catch (FileNotFoundException) when (segment.IsSealed)
            {
                _segments.Forget(segment);
                continue;
            }
            _segment = segment;
            _offset = SegmentHeader.Size;
            if (!_scanner.TryAttach(_file, segment.First, out _))
            {
                // Nothing in it can be told from anything else.
                _counts.AddCorrupt(0, segment.Length);
                _crossedDamage = true;
                _offset = long.MaxValue;
            }
            return true;
        }
        return false;
    }

    private void Leave()
    {
        _file?.Dispose();
        _file = null;
        _segment = null;
    }
}
