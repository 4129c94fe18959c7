using System.Buffers;
using System.Runtime.InteropServices;

namespace Agent.Telemetry.Metrics;

/// <summary>Rewrites spans and buckets of one side of a native histogram without needless empty buckets.</summary>
internal static class BucketCompaction
{
    /// <param name="buckets">Differences, or with <paramref name="isFloat"/> the bits of absolute counts.</param>
    public static void Apply(List<BucketSpan> spans, List<long> buckets, bool isFloat, int keptEmpty)
    {
        int count = buckets.Count;
        if (count == 0)
        {
            spans.Clear();
            return;
        }
        long[] counts = ArrayPool<long>.Shared.Rent(count);
        long[] places = ArrayPool<long>.Shared.Rent(count);
        int filled = Expand(CollectionsMarshal.AsSpan(spans), CollectionsMarshal.AsSpan(buckets), isFloat, counts, places);
        spans.Clear();
        buckets.Clear();
        Write(places.AsSpan(0, filled), counts.AsSpan(0, filled), keptEmpty, spans, buckets);
        if (!isFloat)
        {
            ToDeltas(CollectionsMarshal.AsSpan(buckets));
        }
        ArrayPool<long>.Shared.Return(places);
        ArrayPool<long>.Shared.Return(counts);
    }

    /// <summary>Lists the filled buckets: where each stands, and its absolute count.</summary>
    private static int Expand(ReadOnlySpan<BucketSpan> spans, ReadOnlySpan<long> buckets, bool isFloat, long[] counts, long[] places)
    {
        int filled = 0;
        int at = 0;
        long place = 0;
        long count = 0;
        foreach (BucketSpan span in spans)
        {
            place += span.Offset;
            for (uint i = 0; i < span.Length && at < buckets.Length; i++, place++, at++)
            {
                count = isFloat ? buckets[at] : count + buckets[at];
                bool isEmpty = isFloat ? BitConverter.Int64BitsToDouble(count) == 0 : count == 0;
                if (!isEmpty)
                {
                    places[filled] = place;
                    counts[filled++] = count;
                }
            }
        }
        return filled;
    }

    private static void Write(ReadOnlySpan<long> places, ReadOnlySpan<long> counts, int keptEmpty, List<BucketSpan> spans, List<long> buckets)
    {
        for (int i = 0; i < places.Length; i++)
        {
            long gap = i == 0 ? places[0] : places[i] - places[i - 1] - 1;
            if (i == 0 || gap > keptEmpty)
            {
                spans.Add(new BucketSpan((int)gap, 1));
            }
            else
            {
                for (long empty = 0; empty < gap; empty++)
                {
                    buckets.Add(0);
                }
                spans[^1] = spans[^1] with { Length = spans[^1].Length + (uint)Math.Max(0, gap) + 1 };
            }
            buckets.Add(counts[i]);
        }
    }

    private static void ToDeltas(Span<long> buckets)
    {
        for (int i = buckets.Length - 1; i > 0; i--)
        {
            buckets[i] -= buckets[i - 1];
        }
    }
}
