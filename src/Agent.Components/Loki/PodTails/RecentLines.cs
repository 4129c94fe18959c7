namespace Agent.Components.Loki.PodTails;

/// <summary>The lines that a tail has read lately, in order. The tail adds, whoever saves positions takes snapshots.</summary>
internal sealed class RecentLines
{
    private const int SmallestRing = 16;

    private readonly Lock _gate = new();
    private readonly long _floor;
    private KnownLine[] _ring;
    private int _head;
    private int _count;
    private long _lines;
    private long _last;

    public RecentLines(PodPosition start)
    {
        _floor = start.Floor;
        _last = start.Last;
        _ring = [.. start.Known];
        _count = _ring.Length;
        Start = start;
    }

    public PodPosition Start { get; }

    public LineMark Mark
    {
        get
        {
            lock (_gate)
            {
                return new LineMark(_lines, _last);
            }
        }
    }

    /// <summary>Lines that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Takes note of a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="unfinished">The time of the oldest line of which only a part was read; <see cref="long.MaxValue"/> for none.</param>
    public void Add(KnownLine line, long unfinished = long.MaxValue)
    {
        lock (_gate)
        {
            if (_count == _ring.Length)
            {
                Grow();
            }
            _ring[(_head + _count++) % _ring.Length] = line;
            _lines++;
            _last = Math.Min(line.Timestamp, unfinished);
        }
    }

    /// <summary>Forgets what will not be sent again, once it was delivered up to a mark.</summary>
    public void Forget(LineMark delivered)
    {
        lock (_gate)
        {
            long since = Oldest(delivered);
            long undelivered = _lines - delivered.Lines;
            while (_count > undelivered && _ring[_head].Timestamp < since)
            {
                Drop();
            }
            if (_ring.Length > SmallestRing && _count < _ring.Length / 4)
            {
                Resize(Math.Max(SmallestRing, _ring.Length / 2));
            }
        }
    }

    /// <summary>What is to be kept on disk, for a mark up to which everything was delivered.</summary>
    public PodPosition Snapshot(LineMark delivered, int restarts)
    {
        lock (_gate)
        {
            long since = Oldest(delivered);
            var known = new List<KnownLine>();
            long count = _count - (_lines - delivered.Lines);
            for (int i = 0; i < count; i++)
            {
                KnownLine line = _ring[(_head + i) % _ring.Length];
                if (line.Timestamp >= since)
                {
                    known.Add(line);
                }
            }
            return new PodPosition(restarts, delivered.Last, _floor, known);
        }
    }

    /// <summary>Tells the lines that were read so far from others, for somebody who begins again at <see cref="Since"/>.</summary>
    public Replay Replay()
    {
        lock (_gate)
        {
            var known = new Dictionary<ulong, int>();
            long since = PodPosition.SinceOf(_last, _floor);
            long latest = 0;
            for (int i = 0; i < _count; i++)
            {
                KnownLine line = _ring[(_head + i) % _ring.Length];
                if (line.Timestamp >= since)
                {
                    known[line.Hash] = known.GetValueOrDefault(line.Hash) + 1;
                    latest = Math.Max(latest, line.Timestamp);
                }
            }
            return new Replay(known, Math.Max(since, _floor), latest);
        }
    }

    /// <summary>From when on to ask for lines.</summary>
    public long Since
    {
        get
        {
            lock (_gate)
            {
                return PodPosition.SinceOf(_last, _floor);
            }
        }
    }

    // The next line may be older than the last one, and a connection that ends there begins again that much earlier.
    private long Oldest(LineMark delivered) => PodPosition.SinceOf(delivered.Last - PodLimits.LongestDisorder, _floor);

    private void Grow()
    {
        if (_count >= PodLimits.RememberedLines)
        {
            // Rather repeat a line after a disconnect than fill the memory.
            Drop();
            return;
        }
        Resize(Math.Max(SmallestRing, _ring.Length * 2));
    }

    private void Drop()
    {
        _head = (_head + 1) % _ring.Length;
        _count--;
    }

    private void Resize(int length)
    {
        var ring = new KnownLine[length];
        for (int i = 0; i < _count; i++)
        {
            ring[i] = _ring[(_head + i) % _ring.Length];
        }
        _ring = ring;
        _head = 0;
    }
}
