namespace Agent.Components.Loki.SourceFile;

/// <summary>How far the delivery of one file is behind it. Written by the file's tail, read by whoever asks.</summary>
internal sealed class FileLag
{
    // When a sink stands still, neighbours are merged: what is oldest stays exact.
    private const int MostMarks = 16;

    private readonly Lock _gate = new();
    private readonly List<(long End, long At)> _marks = [];
    private DeliveredOffset _delivered;
    private long _end;

    public FileLag(DeliveredOffset delivered)
    {
        _delivered = delivered;
        _end = delivered.Offset;
    }

    /// <summary>Nothing of it will ever be behind again.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _delivered.IsFinal;
            }
        }
    }

    /// <summary>Takes note that there is something to deliver up to <paramref name="end"/>.</summary>
    /// <param name="end">The size of the file.</param>
    /// <param name="at">When that was seen, as a timestamp of the clock.</param>
    public void Grow(long end, long at)
    {
        lock (_gate)
        {
            _marks.RemoveAll(mark => mark.End <= _delivered.Offset);
            if (end <= _end)
            {
                return;
            }
            _end = end;
            if (_marks.Count < MostMarks)
            {
                _marks.Add((end, at));
            }
            else
            {
                _marks[^1] = _marks[^1] with { End = end };
            }
        }
    }

    /// <summary>The file was read to <paramref name="end"/>; what follows is an incomplete line and does not count.</summary>
    public void EndAt(long end)
    {
        lock (_gate)
        {
            _end = end;
            if (_marks.Count > 0 && _marks[^1].End > end)
            {
                _marks[^1] = _marks[^1] with { End = end };
            }
        }
    }

    /// <summary>The file was truncated.</summary>
    public void Restart(DeliveredOffset delivered)
    {
        lock (_gate)
        {
            _delivered = delivered;
            _end = 0;
            _marks.Clear();
        }
    }

    /// <summary>Bytes that are not delivered, and since when the oldest of them are there, as a timestamp of the clock.</summary>
    public (long Bytes, long? Since) Get()
    {
        lock (_gate)
        {
            long delivered = _delivered.Offset;
            if (delivered >= _end)
            {
                return (0, null);
            }
            foreach ((long end, long at) in _marks)
            {
                if (end > delivered)
                {
                    return (_end - delivered, at);
                }
            }
            return (_end - delivered, null);
        }
    }
}
