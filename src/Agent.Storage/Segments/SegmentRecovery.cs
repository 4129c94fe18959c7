namespace Agent.Storage.Segments;

/// <summary>What a folder holds when a log is opened. Only the last segment is read.</summary>
internal sealed class SegmentRecovery(IFileSystem files, string folder, SegmentLogCounts counts)
{
    private readonly BlockScanner _scanner = new();
    private readonly List<Segment> _segments = [];
    private long _next;

    /// <summary>The segments that have blocks, oldest first; all of them sealed.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>The number that the next block gets.</summary>
    public long Next => _next;

    /// <summary>All blocks before this number are durable: the last process knew it when it began its last segment.</summary>
    public long Synced { get; private set; }

    public void Run(CursorFiles cursors)
    {
        foreach (FileEntry entry in files.List(folder))
        {
            Take(entry, cursors);
        }
        _segments.Sort(static (one, other) => one.First.CompareTo(other.First));
        for (int i = 0; i + 1 < _segments.Count; i++)
        {
            _segments[i].End = _segments[i + 1].First;
        }
        if (_segments.Count > 0)
        {
            Segment last = _segments[^1];
            if (!TryFinishLast(last))
            {
                _segments.RemoveAt(_segments.Count - 1);
            }
            _next = Math.Max(_next, last.End);
        }
        _next = Math.Max(_next, cursors.Highest);
        FindSynced();
    }

    private void Take(FileEntry entry, CursorFiles cursors)
    {
        if (SegmentNames.IsSegment(entry.Name, out long first, out int version))
        {
            _next = Math.Max(_next, first);
            if (version == SegmentNames.Version)
            {
                _segments.Add(new Segment(first, Path.Combine(folder, entry.Name)) { Length = entry.Length, IsSealed = true });
                return;
            }
            counts.AddNewerFile();
        }
        else if (SegmentNames.IsCursor(entry.Name, out long number, out version))
        {
            if (version != SegmentNames.Version)
            {
                counts.AddNewerFile();
            }
            else if (!cursors.TryLoad(entry.Name, number))
            {
                counts.AddDamagedCursor();
            }
        }
    }

    private void FindSynced()
    {
        for (int i = _segments.Count - 1; i >= 0; i--)
        {
            using IFile file = files.Open(_segments[i].Path, FileAccess.Read);
            if (_scanner.TryAttach(file, _segments[i].First, out SegmentHeader header))
            {
                _segments[i].Created = header.Created;
                Synced = Math.Min(header.Synced, _next);
                break;
            }
        }
        foreach (Segment segment in _segments)
        {
            if (segment.End <= Synced)
            {
                segment.SyncedLength = segment.Length;
                segment.IsDurable = true;
            }
        }
    }

    // False where it has no block: its file may stay, and is replaced by the first segment that gets the same number.
    private bool TryFinishLast(Segment last)
    {
        using IFile file = files.Open(last.Path, FileAccess.ReadWrite);
        long length = file.Length;
        long end = Scan(last, file, length, out long tornBlocks);
        if (_scanner.FailedReads > 0)
        {
            throw new IOException($"cannot open the queue in {folder}: {last.Path} cannot be read");
        }
        if (end < length)
        {
            file.Truncate(end);
            // Numbers of what is cut may be given again: it must not come back beside the new ones.
            file.Sync();
            counts.AddTorn(Math.Max(tornBlocks, 1), length - end);
        }
        last.Length = end;
        return end > SegmentHeader.Size;
    }

    // The end of the last whole block. What is damaged before it stays: it is for readers to skip and to count.
    private long Scan(Segment last, IFile file, long length, out long tornBlocks)
    {
        tornBlocks = 0;
        if (!_scanner.TryAttach(file, last.First, out SegmentHeader header))
        {
            return 0;
        }
        last.Created = header.Created;
        last.Newest = header.Created;
        last.End = last.First;
        long end = SegmentHeader.Size;
        long offset = end;
        while (offset < length)
        {
            if (!_scanner.TryReadHeader(offset, length, out BlockHeader block))
            {
                long next = _scanner.FindHeader(offset + 1, length);
                tornBlocks++;
                offset = next;
                continue;
            }
            tornBlocks++;
            if (_scanner.IsBodyIntact(offset, block))
            {
                end = offset + block.Length;
                last.End = block.Number + 1;
                last.Newest = block.Time;
                tornBlocks = 0;
            }
            offset += block.Length;
        }
        return end;
    }
}
