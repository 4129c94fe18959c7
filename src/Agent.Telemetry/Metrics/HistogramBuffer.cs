using System.Runtime.InteropServices;

namespace Agent.Telemetry.Metrics;

/// <summary>A native histogram in the making. Reusable: in steady state it allocates nothing. Not thread safe.</summary>
public sealed class HistogramBuffer
{
    private readonly List<BucketSpan> _positiveSpans = [];
    private readonly List<BucketSpan> _negativeSpans = [];
    private readonly List<long> _positive = [];
    private readonly List<long> _negative = [];
    private readonly List<double> _customValues = [];

    public HistogramHead Head { get; set; }

    /// <summary>What the buffer holds; dies at the next change.</summary>
    public HistogramView View => new()
    {
        Head = Head,
        PositiveSpans = CollectionsMarshal.AsSpan(_positiveSpans),
        NegativeSpans = CollectionsMarshal.AsSpan(_negativeSpans),
        PositiveDeltas = Head.IsFloat ? default : CollectionsMarshal.AsSpan(_positive),
        NegativeDeltas = Head.IsFloat ? default : CollectionsMarshal.AsSpan(_negative),
        PositiveCounts = Head.IsFloat ? MemoryMarshal.Cast<long, double>(CollectionsMarshal.AsSpan(_positive)) : default,
        NegativeCounts = Head.IsFloat ? MemoryMarshal.Cast<long, double>(CollectionsMarshal.AsSpan(_negative)) : default,
        CustomValues = CollectionsMarshal.AsSpan(_customValues),
    };

    public void Clear()
    {
        Head = default;
        _positiveSpans.Clear();
        _negativeSpans.Clear();
        _positive.Clear();
        _negative.Clear();
        _customValues.Clear();
    }

    public void AddSpan(bool negative, BucketSpan span) => (negative ? _negativeSpans : _positiveSpans).Add(span);

    public void AddDelta(bool negative, long delta) => (negative ? _negative : _positive).Add(delta);

    /// <summary>Appends an absolute count; the head must say that the histogram is a floating point one.</summary>
    public void AddCount(bool negative, double count) => AddDelta(negative, BitConverter.DoubleToInt64Bits(count));

    public void AddCustomValue(double bound) => _customValues.Add(bound);

    public int BucketCount(bool negative) => (negative ? _negative : _positive).Count;

    /// <summary>Buckets that the spans call for; must equal <see cref="BucketCount"/>.</summary>
    public long SpannedCount(bool negative)
    {
        long total = 0;
        foreach (BucketSpan span in negative ? _negativeSpans : _positiveSpans)
        {
            total += span.Length;
        }
        return total;
    }

    /// <summary>
    /// Brings spans into their shortest form: empty buckets are cut, save runs between filled ones that are not longer than
    /// <paramref name="keptEmpty"/>. Spans and buckets must agree.
    /// </summary>
    public void Compact(int keptEmpty)
    {
        BucketCompaction.Apply(_positiveSpans, _positive, Head.IsFloat, keptEmpty);
        BucketCompaction.Apply(_negativeSpans, _negative, Head.IsFloat, keptEmpty);
    }
}
