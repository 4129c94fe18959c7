using System.Diagnostics;
using Agent.Telemetry.Metrics;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.ReceiveHttp;

/// <summary>The series that senders have sent of late, by their labels in bytes. Safe on any thread; a hit allocates nothing.</summary>
/// <remarks>A series not sent for ten minutes is forgotten. Beyond a million, further ones are made anew for every request.</remarks>
internal sealed class SeriesTable
{
    public const int DefaultMaxSeries = 1_000_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ScanInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly HashSet<Entry> _entries = new(new ByLabels());
    private readonly HashSet<Entry>.AlternateLookup<ReadOnlySpan<byte>> _byLabels;
    private readonly int _maxSeries;
    private long _scanned;

    public SeriesTable(TimeProvider time, int maxSeries = DefaultMaxSeries)
    {
        Time = time;
        _maxSeries = maxSeries;
        _byLabels = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
        _scanned = time.GetTimestamp();
    }

    public TimeProvider Time { get; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The time of a request that begins, for the other methods. Forgets what has not come for long.</summary>
    public long Begin()
    {
        long now = Time.GetTimestamp();
        if (Time.GetElapsedTime(Volatile.Read(ref _scanned), now) >= ScanInterval)
        {
            Forget(now);
        }
        return now;
    }

    public Entry? Find(ReadOnlySpan<byte> labels, long now)
    {
        lock (_gate)
        {
            if (!_byLabels.TryGetValue(labels, out Entry? entry))
            {
                return null;
            }
            entry.LastSeen = now;
            return entry;
        }
    }

    /// <summary>Adds a series, or finds the one that has its labels already: what was sent may differ from what is kept, by empty labels.</summary>
    public Entry Add(MetricSeries series, long now)
    {
        lock (_gate)
        {
            if (_byLabels.TryGetValue(series.ReadLabelBlock(), out Entry? entry))
            {
                entry.LastSeen = now;
                return entry;
            }
            entry = new Entry(series) { LastSeen = now };
            if (_entries.Count < _maxSeries)
            {
                _entries.Add(entry);
            }
            return entry;
        }
    }

    private void Forget(long now)
    {
        lock (_gate)
        {
            _scanned = now;
            int before = _entries.Count;
            _entries.RemoveWhere(entry => Time.GetElapsedTime(entry.LastSeen, now) >= Lifetime);
            if (_entries.Count < before / 2)
            {
                _entries.TrimExcess();
            }
        }
    }

    /// <summary>One series. Requests that race to describe it describe it alike.</summary>
    public sealed class Entry(MetricSeries series)
    {
        private Description? _description;

        public MetricSeries Series => series;

        public long LastSeen { get; set; }

        public bool IsDescribedBy(WriteMetadataView metadata) => Volatile.Read(ref _description) is { } known && known.Says(metadata);

        public void Describe(Description description)
        {
            Volatile.Write(ref _description, description);
            series.Metadata = description.Metadata;
        }
    }

    private sealed class ByLabels : IEqualityComparer<Entry>, IAlternateEqualityComparer<ReadOnlySpan<byte>, Entry>
    {
        public bool Equals(Entry? x, Entry? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && x.Series.ReadLabelBlock().SequenceEqual(y.Series.ReadLabelBlock()));

        public int GetHashCode(Entry obj) => GetHashCode(obj.Series.ReadLabelBlock());

        public bool Equals(ReadOnlySpan<byte> alternate, Entry other) => alternate.SequenceEqual(other.Series.ReadLabelBlock());

        // Seeded anew by every process: senders cannot aim at one bucket.
        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public Entry Create(ReadOnlySpan<byte> alternate) => throw new UnreachableException("BUG: series are not added by their labels");
    }
}
