using System.Collections.Concurrent;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus;

/// <summary>Remembers what series became, by the instance. Safe on any thread; a hit takes no lock and allocates nothing.</summary>
/// <remarks>
/// Full, it forgets what was not used since it was last looked at: a second chance (the CLOCK algorithm) in place of an exact order of use,
/// which would make each sample write to a list that all producers share.
/// </remarks>
internal sealed class SeriesCache(int capacity)
{

    // Made with the first series: most components of a large configuration are idle.
    private ConcurrentDictionary<MetricSeries, Entry>? _entries;

    private readonly LinkedList<Entry> _ring = [];
    private readonly Lock _gate = new();
    private int _count;
    private int _capacity = capacity;

    public int Count => Volatile.Read(ref _count);

    /// <param name="series">As it came.</param>
    /// <param name="now">The time at hand, in ticks of the component's clock.</param>
    public Entry? Find(MetricSeries series, long now)
    {
        if (Volatile.Read(ref _entries) is not { } entries || !entries.TryGetValue(series, out Entry? entry))
        {
            return null;
        }
        if (entry.Used != now)
        {
            entry.Used = now;
        }
        return entry;
    }

    /// <summary>Remembers a result, or finds the one that another thread was first to remember: a series must not become two.</summary>
    public Entry Add(MetricSeries series, MetricSeries? result, long now)
    {
        lock (_gate)
        {
            if (_entries is null)
            {
                Volatile.Write(ref _entries, new(ReferenceEqualityComparer.Instance));
            }
            if (_entries!.TryGetValue(series, out Entry? entry))
            {
                return entry;
            }
            _entries[series] = entry = new Entry(series, result, now);
            _ring.AddLast(entry.Node);
            _count++;
            Trim();
            return entry;
        }
    }

    /// <summary>Some of the series that are known, those that came last first.</summary>
    public IReadOnlyList<MetricSeries> Known(int most)
    {
        lock (_gate)
        {
            var known = new List<MetricSeries>(Math.Min(most, _count));
            for (LinkedListNode<Entry>? node = _ring.Last; node is not null && known.Count < most; node = node.Previous)
            {
                known.Add(node.Value.Series);
            }
            return known;
        }
    }

    /// <summary>False where it was gone already.</summary>
    public bool Remove(Entry entry)
    {
        lock (_gate)
        {
            return Forget(entry);
        }
    }

    public void Resize(int capacity)
    {
        lock (_gate)
        {
            _capacity = capacity;
            Trim();
        }
    }

    /// <summary>Forgets what was last used before <paramref name="oldest"/>, and returns how much that was.</summary>
    public int RemoveUnusedSince(long oldest)
    {
        int removed = 0;
        lock (_gate)
        {
            LinkedListNode<Entry>? next;
            for (LinkedListNode<Entry>? node = _ring.First; node is not null; node = next)
            {
                next = node.Next;
                if (node.Value.Used < oldest)
                {
                    Forget(node.Value);
                    removed++;
                }
            }
        }
        return removed;
    }

    private void Trim()
    {
        while (_count > _capacity)
        {
            Entry first = _ring.First!.Value;
            if (first.Used == first.Placed)
            {
                Forget(first);
            }
            else
            {
                first.Placed = first.Used;
                _ring.RemoveFirst();
                _ring.AddLast(first.Node);
            }
        }
    }

    private bool Forget(Entry entry)
    {
        if (entry.Node.List is null)
        {
            return false;
        }
        _entries!.TryRemove(entry.Series, out _);
        _ring.Remove(entry.Node);
        _count--;
        return true;
    }

    /// <summary>One series and what it became.</summary>
    public sealed class Entry
    {
        private const string NameLabel = "__name__";

        private long _used;
        private MetricMetadata? _described;

        public Entry(MetricSeries series, MetricSeries? result, long now)
        {
            Series = series;
            Result = result;
            Placed = _used = now;
            Node = new LinkedListNode<Entry>(this);
        }

        public MetricSeries Series { get; }

        /// <summary>Null where it is dropped.</summary>
        public MetricSeries? Result { get; }

        public LinkedListNode<Entry> Node { get; }

        /// <summary>When it was last used as it took its place in the ring.</summary>
        public long Placed { get; set; }

        public long Used
        {
            get => Volatile.Read(ref _used);
            set => Volatile.Write(ref _used, value);
        }

        /// <summary>Carries over to the result what has become known of the metric since, under the name it has there.</summary>
        public void Describe()
        {
            if (!ReferenceEquals(_described, Series.Metadata))
            {
                DescribeAnew();
            }
        }

        private void DescribeAnew()
        {
            MetricMetadata? metadata = _described = Series.Metadata;
            if (metadata is null || Result is null || ReferenceEquals(Result, Series))
            {
                return;
            }
            string from = Series.Labels[NameLabel];
            string to = Result.Labels[NameLabel];
            if (from == to)
            {
                Result.Metadata = metadata;
                return;
            }
            // foo_bucket of foo that is now bar_bucket belongs to bar.
            string suffix = from.StartsWith(metadata.Family, StringComparison.Ordinal) ? from[metadata.Family.Length..] : "";
            Result.Metadata = metadata with { Family = to.EndsWith(suffix, StringComparison.Ordinal) ? to[..^suffix.Length] : to };
        }
    }
}
