namespace Agent.Storage.Segments;

/// <summary>
/// The segments of a log in order, and its numbers. Everything is guarded by one lock that is held for moments only and never while
/// the disk is at work; the numbers are read without it.
/// </summary>
internal sealed class SegmentSet(IFileSystem files)
{
    private readonly Lock _gate = new();
    private readonly List<Segment> _segments = [];
    private readonly List<Segment> _undeleted = [];
    private long _first;
    private long _next;
    private long _bytes;
    private long _dropMark;

    public long First => Volatile.Read(ref _first);

    public long Next => Volatile.Read(ref _next);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Blocks before this number are wanted by nobody.</summary>
    public long DropMark => Volatile.Read(ref _dropMark);

    /// <summary>The segment that blocks are appended to; null before the first one.</summary>
    public Segment? Tail
    {
        get
        {
            lock (_gate)
            {
                return _segments.Count > 0 && !_segments[^1].IsSealed ? _segments[^1] : null;
            }
        }
    }

    /// <summary>Bytes of the last segment where nobody wants it any more: it goes as soon as it has a successor.</summary>
    public long ReclaimableTail
    {
        get
        {
            lock (_gate)
            {
                return _segments.Count > 0 && _segments[^1].End <= _dropMark ? _segments[^1].Length : 0;
            }
        }
    }

    /// <summary>Whether the oldest segment lies before the mark, and is there only because the one after it is not durable.</summary>
    public bool WaitsToDelete
    {
        get
        {
            lock (_gate)
            {
                return _segments.Count > 1 && _segments[0].End <= _dropMark && !_segments[1].IsDurable;
            }
        }
    }

    /// <summary>Takes over what was found when the log was opened.</summary>
    public void Start(IReadOnlyList<Segment> found, long next)
    {
        lock (_gate)
        {
            _segments.AddRange(found);
            _next = next;
            foreach (Segment segment in found)
            {
                _bytes += segment.Length;
            }
            MoveFirst();
        }
    }

    /// <summary>Adds a new tail and seals the one before.</summary>
    public void Add(Segment segment)
    {
        lock (_gate)
        {
            if (_segments.Count > 0)
            {
                _segments[^1].IsSealed = true;
            }
            _segments.Add(segment);
            _bytes += segment.Length;
            MoveFirst();
        }
    }

    /// <summary>Makes a block that was written part of the tail.</summary>
    public void Publish(Segment tail, int length, long time)
    {
        lock (_gate)
        {
            // In this order: a reader looks at the length first.
            tail.End = _next + 1;
            tail.Newest = time;
            tail.Length += length;
            Volatile.Write(ref _bytes, _bytes + length);
            Volatile.Write(ref _next, _next + 1);
        }
    }

    /// <summary>The segment to look for a number in: the one that spans it, else the one after it, else null.</summary>
    public Segment? Find(long number)
    {
        lock (_gate)
        {
            int low = 0;
            int high = _segments.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                // An unsealed segment may yet get the number.
                if (_segments[middle].End > number || !_segments[middle].IsSealed)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }
            return low < _segments.Count ? _segments[low] : null;
        }
    }

    /// <summary>Fills a list with the segments that are not wholly synced, and says up to which number they go.</summary>
    public long Unsynced(List<Segment> unsynced)
    {
        lock (_gate)
        {
            foreach (Segment segment in _segments)
            {
                if (segment.SyncedLength < segment.Length || !segment.IsDurable)
                {
                    unsynced.Add(segment);
                }
            }
            return _next;
        }
    }

    /// <summary>The oldest segments, to judge their age or to drop one; the second is null where there is one only.</summary>
    public (Segment? Oldest, Segment? Second) Oldest()
    {
        lock (_gate)
        {
            return (_segments.Count > 0 ? _segments[0] : null, _segments.Count > 1 ? _segments[1] : null);
        }
    }

    public void Mark(long number)
    {
        lock (_gate)
        {
            Volatile.Write(ref _dropMark, Math.Max(_dropMark, Math.Min(number, _next)));
        }
    }

    /// <summary>Deletes the segments that lie before the mark and have a durable one after them.</summary>
    public void DeleteUnwanted()
    {
        while (true)
        {
            Segment segment;
            lock (_gate)
            {
                if (_segments.Count < 2 || _segments[0].End > _dropMark || !_segments[1].IsDurable)
                {
                    break;
                }
                segment = TakeOldest();
            }
            Delete(segment);
        }
        RetryDeletions();
    }

    /// <summary>Takes out a segment, if it is still the oldest one, and deletes it.</summary>
    public bool TryDrop(Segment segment)
    {
        lock (_gate)
        {
            if (_segments.Count == 0 || _segments[0] != segment)
            {
                return false;
            }
            TakeOldest();
        }
        Delete(segment);
        return true;
    }

    /// <summary>Forgets a segment whose file somebody else deleted.</summary>
    public void Forget(Segment segment)
    {
        lock (_gate)
        {
            if (_segments.Remove(segment))
            {
                segment.IsDropped = true;
                Volatile.Write(ref _bytes, _bytes - segment.Length);
                MoveFirst();
            }
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            foreach (Segment segment in _segments)
            {
                segment.IsSealed = true;
                segment.File?.Dispose();
            }
        }
    }

    private Segment TakeOldest()
    {
        Segment segment = _segments[0];
        _segments.RemoveAt(0);
        segment.IsDropped = true;
        MoveFirst();
        return segment;
    }

    private void MoveFirst() => Volatile.Write(ref _first, _segments.Count > 0 ? Math.Min(_segments[0].First, _next) : _next);

    // What cannot be deleted goes on counting as bytes on disk, and is tried again with the next deletion.
    private void Delete(Segment segment)
    {
        segment.File?.Dispose();
        try
        {
            files.Delete(segment.Path);
        }
        catch (IOException)
        {
            lock (_gate)
            {
                _undeleted.Add(segment);
            }
            return;
        }
        lock (_gate)
        {
            Volatile.Write(ref _bytes, _bytes - segment.Length);
        }
    }

    private void RetryDeletions()
    {
        Segment[] again;
        lock (_gate)
        {
            if (_undeleted.Count == 0)
            {
                return;
            }
            again = [.. _undeleted];
            _undeleted.Clear();
        }
        foreach (Segment segment in again)
        {
            Delete(segment);
        }
    }
}
