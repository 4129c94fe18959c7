using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>Collects the series of one classic histogram, and turns them into a native one with the same bounds.</summary>
/// <remarks>Mirrors Prometheus's util/convertnhcb. Once something contradicts (counts that fall, negative ones) the conversion is off.</remarks>
internal sealed class ClassicHistogram
{
    /// <summary>Runs of empty buckets that a histogram with whole counts keeps, so that it has fewer spans.</summary>
    private const int KeptEmptyWhole = 2;

    private readonly List<(double Bound, double Count)> _buckets = [];
    private double _count;
    private double _sum;
    private bool _hasCount;
    private bool _isWrong;

    public void Reset()
    {
        _buckets.Clear();
        _count = 0;
        _sum = 0;
        _hasCount = false;
        _isWrong = false;
    }

    public void SetCount(double count)
    {
        _isWrong |= count < 0;
        if (!_isWrong)
        {
            _count = count;
            _hasCount = true;
        }
    }

    public void SetSum(double sum) => _sum = _isWrong ? _sum : sum;

    /// <param name="count">Observations up to the bound, as classic buckets count.</param>
    public void SetBucket(double bound, double count)
    {
        _isWrong |= double.IsNaN(bound) || count < 0;
        if (_isWrong)
        {
            return;
        }
        int at = _buckets.Count;
        while (at > 0 && _buckets[at - 1].Bound >= bound)
        {
            at--;
        }
        if (at < _buckets.Count && _buckets[at].Bound == bound)
        {
            // A duplicate; the first one counts.
            return;
        }
        _isWrong = (at > 0 && count < _buckets[at - 1].Count) || (at < _buckets.Count && count > _buckets[at].Count);
        if (!_isWrong)
        {
            _buckets.Insert(at, (bound, count));
        }
    }

    /// <summary>Fills the histogram. False, for a reason of the target's, where the parts do not make one.</summary>
    public bool TryConvert(HistogramBuffer into)
    {
        if (_isWrong)
        {
            return false;
        }
        if (!_hasCount && _buckets.Count > 0)
        {
            _count = _buckets[^1].Count;
        }
        if (_buckets.Count == 0 || !double.IsPositiveInfinity(_buckets[^1].Bound))
        {
            _buckets.Add((double.PositiveInfinity, _count));
        }
        if (_count != _buckets[^1].Count)
        {
            return false;
        }
        bool isWhole = IsWhole(_count) && _buckets.TrueForAll(static bucket => IsWhole(bucket.Count));
        into.Clear();
        into.Head = new HistogramHead
        {
            IsFloat = !isWhole,
            Schema = HistogramHead.CustomBuckets,
            Sum = _sum,
            Count = isWhole ? (ulong)_count : 0,
            CountFloat = isWhole ? 0 : _count,
        };
        Fill(into, isWhole);
        into.Compact(isWhole ? KeptEmptyWhole : 0);
        return true;
    }

    private void Fill(HistogramBuffer into, bool isWhole)
    {
        into.AddSpan(negative: false, new BucketSpan(0, (uint)_buckets.Count));
        double before = 0;
        long lastCount = 0;
        foreach ((double bound, double count) in _buckets)
        {
            if (isWhole)
            {
                long own = (long)count - (long)before;
                into.AddDelta(negative: false, own - lastCount);
                lastCount = own;
            }
            else
            {
                into.AddCount(negative: false, count - before);
            }
            before = count;
            if (!double.IsPositiveInfinity(bound))
            {
                into.AddCustomValue(bound);
            }
        }
    }

    private static bool IsWhole(double count) => count is >= 0 and < 9.2e18 && Math.Floor(count) == count;
}
