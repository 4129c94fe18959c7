using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>The series of one target by their text, and which of them have to be marked as ended.</summary>
/// <remarks>
/// A scrape is begun, sees series, and succeeds or fails; failing, it counts as one that brought nothing. Each series that the scrape
/// before had and this one lacks is then given once. Not thread safe.
/// </remarks>
internal sealed class SeriesCache : IDisposable
{
    /// <summary>What failing scrapes may add beyond a doubling before everything is forgotten, as in Prometheus.</summary>
    private const int FailedSlack = 1000;

    /// <summary>So many series that the target no longer has are not worth making the map anew.</summary>
    private const int FewUnused = 16;

    private readonly SeriesTextMap<ScrapedSeries> _map = new();
    private readonly List<MetricSeries> _orphans = [];
    private readonly List<MetricSeries> _new = [];
    private uint _scrape = 1;
    private uint _succeeded;
    private int _seen;
    private int _tracked;
    private int _trackedBefore;
    private int _continued;
    private int _successful;

    public int Count => _map.Count;

    public int TextBytes => _map.TextBytes;

    /// <summary>Series that end when the target does.</summary>
    public int Tracked => _trackedBefore + _orphans.Count;

    /// <summary>The text that probably comes next.</summary>
    public ReadOnlySpan<byte> Expected => _map.Expected;

    /// <summary>Times that everything was forgotten because failing scrapes brought ever new series.</summary>
    public int ForcedFlushes { get; private set; }

    public void Begin()
    {
        _seen = 0;
        _tracked = 0;
        _continued = 0;
        _new.Clear();
    }

    /// <summary>The series of that text, to be changed in place until the next <see cref="Add"/>.</summary>
    public ref ScrapedSeries Find(ReadOnlySpan<byte> text, out bool found) => ref _map.Find(text, out found);

    /// <summary>The last good scrape did not have the series, though it is known still.</summary>
    public bool IsBack(in ScrapedSeries series) => series.Seen < _succeeded;

    /// <summary>Notes that the scrape has the series; false where it had it before.</summary>
    public bool See(ref ScrapedSeries series)
    {
        if (series.Seen == _scrape)
        {
            return false;
        }
        series.Seen = _scrape;
        _seen++;
        return true;
    }

    /// <summary>Ends the series once a scrape lacks it.</summary>
    public void Track(ref ScrapedSeries series)
    {
        if (series.Track(_scrape, out bool continues))
        {
            _tracked++;
            _continued += continues ? 1 : 0;
        }
    }

    public void Add(ReadOnlySpan<byte> text, MetricSeries series, bool track)
    {
        var entry = new ScrapedSeries(series);
        See(ref entry);
        if (track)
        {
            Track(ref entry);
        }
        _map.Set(text, entry);
        if (_trackedBefore > 0 || _orphans.Count > 0)
        {
            _new.Add(series);
        }
    }

    /// <summary>Ends a scrape that went well.</summary>
    /// <param name="gone">Gets the series that ended.</param>
    public void Succeed(List<MetricSeries> gone)
    {
        if (_continued < _trackedBefore || _orphans.Count > 0)
        {
            uint scrape = _scrape;
            CollectGone(gone, series => series.IsGone(scrape));
            ExceptNew(gone);
        }
        int unused = _map.Count - _seen;
        if (unused > FewUnused && unused > _map.Count / 8)
        {
            uint scrape = _scrape;
            _map.RemoveWhere(series => series.Seen != scrape);
        }
        _map.Trim();
        (_successful, _succeeded) = (_map.Count, _scrape);
        _trackedBefore = _tracked;
        End();
    }

    /// <summary>Ends a scrape that failed: all series end, and are known when they come back.</summary>
    /// <param name="gone">Gets the series that ended.</param>
    public void Fail(List<MetricSeries> gone)
    {
        if (_trackedBefore > 0 || _orphans.Count > 0)
        {
            uint scrape = _scrape;
            CollectGone(gone, series => series.WasThere(scrape));
        }
        // What this scrape had tracked before it failed was never sent: two numbers ahead, nothing of it counts as the scrape before.
        _scrape++;
        _trackedBefore = 0;
        if (_map.Count > (2L * _successful) + FailedSlack)
        {
            _map.Dispose();
            _successful = 0;
            ForcedFlushes++;
        }
        End();
    }

    /// <summary>Forgets all texts, since they stand for other labels from now on; series that do not come back with the next scrape end.</summary>
    public void Reset()
    {
        uint scrape = _scrape;
        CollectGone(_orphans, series => series.IsGone(scrape));
        _map.Dispose();
        _successful = 0;
        _trackedBefore = 0;
    }

    public void Dispose() => _map.Dispose();

    private void End()
    {
        _scrape++;
        _orphans.Clear();
        _new.Clear();
        if (_orphans.Capacity > FailedSlack || _new.Capacity > FailedSlack)
        {
            _orphans.TrimExcess();
            _new.TrimExcess();
        }
    }

    private void CollectGone(List<MetricSeries> gone, Func<ScrapedSeries, bool> isGone)
    {
        for (int i = 0; i < _map.Count; i++)
        {
            ref readonly ScrapedSeries series = ref _map.ValueAt(i);
            if (isGone(series))
            {
                gone.Add(series.Series);
            }
        }
        if (!ReferenceEquals(gone, _orphans))
        {
            gone.AddRange(_orphans);
        }
    }

    /// <summary>A series may go on under another text: other order of labels, other spelling of a bound.</summary>
    private void ExceptNew(List<MetricSeries> gone)
    {
        if (gone.Count > 0 && _new.Count > 0)
        {
            var going = new HashSet<MetricSeries>(_new, SameLabels.Instance);
            gone.RemoveAll(going.Contains);
        }
    }

    private sealed class SameLabels : IEqualityComparer<MetricSeries>
    {
        public static SameLabels Instance { get; } = new();

        public bool Equals(MetricSeries? x, MetricSeries? y) => x is null ? y is null : y is not null && x.ReadLabelBlock().SequenceEqual(y.ReadLabelBlock());

        public int GetHashCode(MetricSeries series)
        {
            var hash = default(HashCode);
            hash.AddBytes(series.ReadLabelBlock());
            return hash.ToHashCode();
        }
    }
}
