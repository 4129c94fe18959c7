using System.Buffers;

namespace Agent.Storage.Segments;

/// <summary>Finds blocks in one open segment after the other. One thread at a time.</summary>
internal sealed class BlockScanner
{
    private const int FirstRead = 4096;
    private const int SearchChunk = 64 << 10;
    private const int DiskPage = 4096;

    private byte[] _buffer = new byte[FirstRead];
    private IFile? _file;
    private uint _seed;
    private int _buffered;

    /// <summary>Reads that failed. What could not be read counts as damaged; whoever must not mistake one for the other looks here.</summary>
    public int FailedReads { get; private set; }

    /// <summary>Metadata of the header that was read last.</summary>
    public ReadOnlyMemory<byte> Metadata { get; private set; }

    /// <summary>Takes up another segment; false where its header is damaged.</summary>
    public bool TryAttach(IFile file, long first, out SegmentHeader header)
    {
        _file = file;
        int read = Read(_buffer.AsSpan(0, SegmentHeader.Size), 0);
        bool intact = SegmentHeader.TryRead(_buffer.AsSpan(0, read), first, out header);
        _seed = header.Seed;
        return intact;
    }

    /// <summary>Reads header and metadata at an offset; false where there is no whole block between it and the limit. The body is not looked at.</summary>
    public bool TryReadHeader(long offset, long limit, out BlockHeader header)
    {
        header = default;
        long available = limit - offset;
        if (available < BlockHeader.Size)
        {
            return false;
        }
        _buffered = Read(_buffer.AsSpan(0, (int)Math.Min(FirstRead, available)), offset);
        if (!BlockHeader.TryReadFields(_buffer.AsSpan(0, _buffered), out header) || header.Length > available)
        {
            return false;
        }
        if (header.BodyOffset > _buffered && !TryReadRest(offset, header.BodyOffset))
        {
            return false;
        }
        Metadata = _buffer.AsMemory(BlockHeader.Size, header.MetadataLength);
        return header.IsIntact(_buffer, _seed);
    }

    /// <summary>Reads the body of the header that was read last; false where it is damaged.</summary>
    public bool TryReadBody(long offset, BlockHeader header, Span<byte> body)
    {
        int have = Math.Min(_buffered - header.BodyOffset, body.Length);
        _buffer.AsSpan(header.BodyOffset, have).CopyTo(body);
        if (have < body.Length && Read(body[have..], offset + header.BodyOffset + have) < body.Length - have)
        {
            return false;
        }
        return Crc32C.Of(body) == header.BodyChecksum;
    }

    /// <summary>The same without keeping the body.</summary>
    public bool IsBodyIntact(long offset, BlockHeader header)
    {
        byte[] body = ArrayPool<byte>.Shared.Rent(header.BodyLength);
        try
        {
            return TryReadBody(offset, header, body.AsSpan(0, header.BodyLength));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    /// <summary>Offset of the first intact header at or after an offset, or the limit where there is none.</summary>
    public long FindHeader(long offset, long limit)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(SearchChunk);
        try
        {
            while (limit - offset >= BlockHeader.Size)
            {
                int read = Read(chunk.AsSpan(0, (int)Math.Min(SearchChunk, limit - offset)), offset);
                if (read < BlockHeader.Size)
                {
                    offset += DiskPage;
                    continue;
                }
                int at = IndexOfHeader(chunk.AsSpan(0, read), offset, limit);
                if (at >= 0)
                {
                    return offset + at;
                }
                // The end of a chunk may hold the start of a header.
                offset += read - (BlockHeader.Size - 1);
            }
            return limit;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private int IndexOfHeader(ReadOnlySpan<byte> chunk, long offset, long limit)
    {
        int at = 0;
        while (true)
        {
            int found = chunk[at..].IndexOf(BlockHeader.Magic);
            if (found < 0)
            {
                return -1;
            }
            at += found;
            if (BlockHeader.TryReadFields(chunk[at..], out _) && TryReadHeader(offset + at, limit, out _))
            {
                return at;
            }
            at++;
        }
    }

    private int Read(Span<byte> buffer, long offset)
    {
        try
        {
            return _file!.Read(buffer, offset);
        }
        catch (IOException)
        {
            FailedReads++;
            return 0;
        }
    }

    private bool TryReadRest(long offset, int length)
    {
        if (_buffer.Length < length)
        {
            byte[] larger = new byte[length];
            _buffer.AsSpan(0, _buffered).CopyTo(larger);
            _buffer = larger;
        }
        _buffered += Read(_buffer.AsSpan(_buffered, length - _buffered), offset + _buffered);
        return _buffered == length;
    }
}
