using System.Runtime.InteropServices;

namespace Agent.Telemetry.Metrics;

/// <summary>The histograms of a batch: heads in rows, spans and buckets of all of them in shared columns.</summary>
internal sealed class HistogramTable
{
    private readonly List<Row> _rows = [];
    private readonly List<BucketSpan> _spans = [];
    private readonly List<long> _buckets = [];
    private readonly List<double> _customValues = [];

    public void Add(in HistogramView histogram)
    {
        var row = new Row(histogram.Head)
        {
            Spans = _spans.Count,
            PositiveSpans = histogram.PositiveSpans.Length,
            NegativeSpans = histogram.NegativeSpans.Length,
            Buckets = _buckets.Count,
            Custom = _customValues.Count,
            CustomCount = histogram.CustomValues.Length,
        };
        _spans.AddRange(histogram.PositiveSpans);
        _spans.AddRange(histogram.NegativeSpans);
        if (histogram.Head.IsFloat)
        {
            _buckets.AddRange(MemoryMarshal.Cast<double, long>(histogram.PositiveCounts));
            _buckets.AddRange(MemoryMarshal.Cast<double, long>(histogram.NegativeCounts));
            row = row with { Positive = histogram.PositiveCounts.Length, Negative = histogram.NegativeCounts.Length };
        }
        else
        {
            _buckets.AddRange(histogram.PositiveDeltas);
            _buckets.AddRange(histogram.NegativeDeltas);
            row = row with { Positive = histogram.PositiveDeltas.Length, Negative = histogram.NegativeDeltas.Length };
        }
        _customValues.AddRange(histogram.CustomValues);
        _rows.Add(row);
    }

    public HistogramView View(int index)
    {
        Row row = _rows[index];
        ReadOnlySpan<BucketSpan> spans = CollectionsMarshal.AsSpan(_spans).Slice(row.Spans, row.PositiveSpans + row.NegativeSpans);
        ReadOnlySpan<long> buckets = CollectionsMarshal.AsSpan(_buckets).Slice(row.Buckets, row.Positive + row.Negative);
        bool isFloat = row.Head.IsFloat;
        return new HistogramView
        {
            Head = row.Head,
            PositiveSpans = spans[..row.PositiveSpans],
            NegativeSpans = spans[row.PositiveSpans..],
            PositiveDeltas = isFloat ? default : buckets[..row.Positive],
            NegativeDeltas = isFloat ? default : buckets[row.Positive..],
            PositiveCounts = isFloat ? MemoryMarshal.Cast<long, double>(buckets[..row.Positive]) : default,
            NegativeCounts = isFloat ? MemoryMarshal.Cast<long, double>(buckets[row.Positive..]) : default,
            CustomValues = CollectionsMarshal.AsSpan(_customValues).Slice(row.Custom, row.CustomCount),
        };
    }

    public void Clear()
    {
        _rows.Clear();
        _spans.Clear();
        _buckets.Clear();
        _customValues.Clear();
    }

    private readonly record struct Row(HistogramHead Head)
    {
        public int Spans { get; init; }

        public int PositiveSpans { get; init; }

        public int NegativeSpans { get; init; }

        public int Buckets { get; init; }

        public int Positive { get; init; }

        public int Negative { get; init; }

        public int Custom { get; init; }

        public int CustomCount { get; init; }
    }
}
