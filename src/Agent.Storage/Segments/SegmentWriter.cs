namespace Agent.Storage.Segments;

/// <summary>Appends blocks and begins new segments. One thread at a time; the log sees to that.</summary>
internal sealed class SegmentWriter(IFileSystem files, string folder, SegmentSet segments, TimeProvider time)
{
    // Blocks up to this size go out with one write; of larger ones the body is written from where it is.
    private const int OneWrite = 64 << 10;

    private byte[] _scratch = new byte[4096];

    public bool NeedsSegment(int length, long segmentBytes) =>
        segments.Tail is not { } tail || (tail.End > tail.First && (tail.Length + length > segmentBytes || tail.IsDoubtful));

    public long Append(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> body)
    {
        Segment tail = segments.Tail!;
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var header = new BlockHeader(segments.Next, now, metadata.Length, body.Length, Crc32C.Of(body));
        try
        {
            Write(tail, header, metadata, body);
        }
        catch (IOException)
        {
            CutBack(tail);
            throw;
        }
        segments.Publish(tail, header.Length, now);
        return header.Number;
    }

    /// <summary>Begins a new segment. It fails without a trace.</summary>
    public void Roll(long synced)
    {
        long first = segments.Next;
        string path = Path.Combine(folder, SegmentNames.OfSegment(first));
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // A file of that name has no valid block, or its number would be higher: replacing it loses nothing.
        IFile file = files.Create(path);
        try
        {
            var header = new SegmentHeader(BitConverter.ToInt64(Guid.NewGuid().ToByteArray()), first, now, synced);
            byte[] bytes = header.ToBytes();
            file.Write(bytes, 0);
            segments.Add(new Segment(first, path) { File = file, Header = bytes, Seed = header.Seed, Length = bytes.Length, End = first, Created = now });
        }
        catch (IOException)
        {
            file.Dispose();
            TryDelete(path);
            throw;
        }
    }

    private void Write(Segment tail, BlockHeader header, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> body)
    {
        int first = header.Length <= OneWrite ? header.Length : header.BodyOffset;
        if (_scratch.Length < first)
        {
            _scratch = new byte[Math.Max(first, OneWrite)];
        }
        metadata.CopyTo(_scratch.AsSpan(BlockHeader.Size));
        header.Write(_scratch, tail.Seed);
        if (first == header.Length)
        {
            body.CopyTo(_scratch.AsSpan(header.BodyOffset));
            tail.File!.Write(_scratch.AsSpan(0, first), tail.Length);
            return;
        }
        tail.File!.Write(_scratch.AsSpan(0, first), tail.Length);
        tail.File.Write(body, tail.Length + first);
    }

    private static void CutBack(Segment tail)
    {
        try
        {
            tail.File!.Truncate(tail.Length);
        }
        catch (IOException)
        {
            // Then the next block is written over what is there; and if there is none, the next start cuts it.
        }
    }

    private void TryDelete(string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (IOException)
        {
            // It holds no block, and the next attempt replaces it.
        }
    }
}
