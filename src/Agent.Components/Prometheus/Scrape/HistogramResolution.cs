using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Merges buckets of native histograms, two to one at each step, until they are few or wide enough. Not thread safe.</summary>
internal sealed class HistogramResolution
{
    private const int FinestSchema = 8;
    private const int CoarsestSchema = -4;

    private readonly HistogramBuffer _buffer = new();

    /// <summary>The finest schema whose buckets grow by at least a factor; no bound for 0.</summary>
    public static int SchemaOf(double bucketFactor)
    {
        if (!(bucketFactor > 1))
        {
            return FinestSchema;
        }
        return (int)Math.Clamp(Math.Floor(-Math.Log2(Math.Log2(bucketFactor))), CoarsestSchema, FinestSchema);
    }

    /// <summary>Brings a histogram within bounds; false where it cannot be. The result dies at the next call.</summary>
    public bool TryReduce(HistogramView given, int maxSchema, int maxBuckets, out HistogramView reduced)
    {
        reduced = given;
        bool isExponential = given.Head.Schema != HistogramHead.CustomBuckets;
        if (isExponential && given.Head.Schema > maxSchema)
        {
            reduced = Reduce(given, given.Head.Schema - maxSchema);
        }
        while (CountOf(reduced) > maxBuckets)
        {
            int steps = given.Head.Schema - reduced.Head.Schema + 1;
            if (!isExponential || given.Head.Schema - steps < CoarsestSchema)
            {
                return false;
            }
            reduced = Reduce(given, steps);
        }
        return true;
    }

    private static int CountOf(HistogramView histogram) => histogram.Head.IsFloat
        ? histogram.PositiveCounts.Length + histogram.NegativeCounts.Length
        : histogram.PositiveDeltas.Length + histogram.NegativeDeltas.Length;

    private HistogramView Reduce(HistogramView given, int steps)
    {
        _buffer.Clear();
        _buffer.Head = given.Head with { Schema = given.Head.Schema - steps };
        if (given.Head.IsFloat)
        {
            MergeCounts(negative: false, given.PositiveSpans, given.PositiveCounts, steps);
            MergeCounts(negative: true, given.NegativeSpans, given.NegativeCounts, steps);
        }
        else
        {
            MergeDeltas(negative: false, given.PositiveSpans, given.PositiveDeltas, steps);
            MergeDeltas(negative: true, given.NegativeSpans, given.NegativeDeltas, steps);
        }
        // Buckets were given a span each; those that touch become one.
        _buffer.Compact(0);
        return _buffer.View;
    }

    private void MergeCounts(bool negative, ReadOnlySpan<BucketSpan> spans, ReadOnlySpan<double> counts, int steps)
    {
        var walk = new Walk(spans, steps);
        double sum = 0;
        for (int i = 0; i < counts.Length && walk.MoveNext(); i++)
        {
            if (walk.IsNew && i > 0)
            {
                _buffer.AddCount(negative, sum);
                sum = 0;
            }
            AddPlace(negative, walk);
            sum += counts[i];
        }
        if (!counts.IsEmpty)
        {
            _buffer.AddCount(negative, sum);
        }
    }

    private void MergeDeltas(bool negative, ReadOnlySpan<BucketSpan> spans, ReadOnlySpan<long> deltas, int steps)
    {
        var walk = new Walk(spans, steps);
        long count = 0;
        long sum = 0;
        long last = 0;
        for (int i = 0; i < deltas.Length && walk.MoveNext(); i++)
        {
            if (walk.IsNew && i > 0)
            {
                _buffer.AddDelta(negative, sum - last);
                last = sum;
                sum = 0;
            }
            AddPlace(negative, walk);
            count += deltas[i];
            sum += count;
        }
        if (!deltas.IsEmpty)
        {
            _buffer.AddDelta(negative, sum - last);
        }
    }

    private void AddPlace(bool negative, in Walk walk)
    {
        if (walk.IsNew)
        {
            _buffer.AddSpan(negative, new BucketSpan(walk.Gap, 1));
        }
    }

    /// <summary>Goes through the places of buckets and says where each lands.</summary>
    private ref struct Walk(ReadOnlySpan<BucketSpan> spans, int steps)
    {
        private readonly ReadOnlySpan<BucketSpan> _spans = spans;
        private int _span = -1;
        private uint _left;
        private int _place;
        private int _target;
        private bool _hasTarget;

        /// <summary>The bucket lands in another place than the one before.</summary>
        public bool IsNew { get; private set; }

        /// <summary>Empty places before a new one.</summary>
        public int Gap { get; private set; }

        public bool MoveNext()
        {
            while (_left == 0)
            {
                if (++_span >= _spans.Length)
                {
                    return false;
                }
                _place += _spans[_span].Offset;
                _left = _spans[_span].Length;
            }
            _left--;
            // The bucket i of schema n is part of bucket ((i - 1) >> k) + 1 of schema n - k.
            int target = ((_place - 1) >> steps) + 1;
            _place++;
            IsNew = !_hasTarget || target != _target;
            Gap = _hasTarget ? target - _target - 1 : target;
            _target = target;
            _hasTarget = true;
            return true;
        }
    }
}
