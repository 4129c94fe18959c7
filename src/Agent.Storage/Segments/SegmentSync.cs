using System.Buffers;

namespace Agent.Storage.Segments;

/// <summary>Makes segments durable. One thread at a time; the log sees to that. Appends go on meanwhile.</summary>
internal sealed class SegmentSync(IFileSystem files, SegmentSet segments, string folder)
{
    private const int Chunk = 1 << 20;

    private readonly List<Segment> _work = [];
    private readonly BlockScanner _scanner = new();
    private readonly List<(Segment Segment, long Length)> _synced = [];
    private long _upTo;

    /// <summary>All blocks before this number are durable.</summary>
    public long UpTo => Volatile.Read(ref _upTo);

    public void Start(long synced) => _upTo = synced;

    /// <exception cref="IOException">Something could not be synced. The rest was, as far as the disk let us.</exception>
    public void Run()
    {
        _work.Clear();
        _synced.Clear();
        long upTo = segments.Unsynced(_work);
        IOException? failure = null;
        foreach (Segment segment in _work)
        {
            try
            {
                SyncIfThere(segment);
            }
            catch (IOException cannot)
            {
                failure ??= cannot;
                upTo = Math.Min(upTo, segment.First);
            }
        }
        FinishSynced();
        Volatile.Write(ref _upTo, Math.Max(_upTo, upTo));
        if (failure is not null)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    // Files first, folder second: a name in a durable folder then never leads to a file whose header is missing.
    private void FinishSynced()
    {
        if (_synced.Exists(static done => !done.Segment.IsDurable))
        {
            files.SyncFolder(folder);
        }
        foreach ((Segment segment, long length) in _synced)
        {
            segment.IsDurable = true;
            if (segment.IsSealed && segment.Length == length)
            {
                segment.File?.Dispose();
                segment.File = null;
                segment.Header = null;
            }
        }
    }

    private void SyncIfThere(Segment segment)
    {
        long length = segment.Length;
        try
        {
            if (segment.File is { } file)
            {
                Sync(segment, file, length);
            }
            else
            {
                using IFile opened = files.Open(segment.Path, FileAccess.ReadWrite);
                Sync(segment, opened, length);
            }
            _synced.Add((segment, length));
        }
        catch (ObjectDisposedException) when (segment.IsDropped)
        {
            // Dropped meanwhile.
        }
        catch (FileNotFoundException)
        {
            segments.Forget(segment);
        }
    }

    private void Sync(Segment segment, IFile file, long length)
    {
        if (segment.Header is null)
        {
            RewriteAll(segment, file, length);
        }
        else if (segment.IsDoubtful)
        {
            Rewrite(segment, file, length, segment.Header);
        }
        try
        {
            file.Sync();
        }
        catch (IOException)
        {
            segment.IsDoubtful = true;
            throw;
        }
        segment.IsDoubtful = false;
        segment.SyncedLength = length;
    }

    // Of a process before this one: whether its last sync failed is not known. What is damaged stays damaged, but no more may be lost
    // from one attempt to the next.
    private static void RewriteAll(Segment segment, IFile file, long length)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            uint checksum = 0;
            for (long offset = 0; offset < length; offset += Chunk)
            {
                Span<byte> part = chunk.AsSpan(0, (int)Math.Min(Chunk, length - offset));
                part = part[..file.Read(part, offset)];
                checksum = Crc32C.Append(checksum, part);
                file.Write(part, offset);
            }
            segment.FoundChecksum ??= checksum;
            if (segment.FoundChecksum != checksum)
            {
                throw new IOException($"cannot sync {segment.Path}: some of it was lost when a sync failed before");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    // After a failed sync the kernel holds the pages for clean. Written again, they are dirty, and the next sync says the truth.
    private void Rewrite(Segment segment, IFile file, long length, byte[] header)
    {
        file.Write(header, 0);
        if (!_scanner.TryAttach(file, segment.First, out _))
        {
            throw new IOException($"cannot sync {segment.Path}: its header was lost when a sync failed before");
        }
        long offset = Math.Max(segment.SyncedLength, SegmentHeader.Size);
        while (offset < length)
        {
            if (!_scanner.TryReadHeader(offset, length, out BlockHeader block) || !_scanner.IsBodyIntact(offset, block))
            {
                throw new IOException($"cannot sync {segment.Path}: blocks from offset {offset} on were lost when a sync failed before");
            }
            Rewrite(file, offset, block.Length);
            offset += block.Length;
        }
    }

    private static void Rewrite(IFile file, long offset, int length)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            int read = file.Read(buffer.AsSpan(0, length), offset);
            file.Write(buffer.AsSpan(0, read), offset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
