using Agent.Telemetry.Metrics;

namespace Agent.Telemetry.Tests.Metrics;

public sealed class MetricBatchTests
{
    private static readonly MetricSeries Up = new(LabelSet.From([new("__name__", "up")]));

    [Fact]
    public void Samples_stand_in_columns_in_the_order_added()
    {
        using var batch = new MetricBatch();
        batch.Add(Up, 1000, 1);
        batch.Add(Up, 2000, StaleMarker.Value);

        Assert.Equal(2, batch.Count);
        Assert.Same(Up, batch.Series[1]);
        Assert.Equal([1000, 2000], batch.Timestamps.ToArray());
        Assert.False(StaleMarker.Is(batch.Values[0]));
        Assert.True(StaleMarker.Is(batch.Values[1]));
        Assert.True(batch.StartTimestamps.IsEmpty);
    }

    [Fact]
    public void Starts_of_counting_appear_once_one_is_known_and_are_zero_elsewhere()
    {
        using var batch = new MetricBatch();
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 1000; i++)
            {
                batch.Add(Up, i, i, startTimestamp: i == 700 ? 42 : 0);
            }
            Assert.Equal(1000, batch.StartTimestamps.Length);
            Assert.Equal(42, batch.StartTimestamps[700]);
            Assert.Equal(42, Sum(batch.StartTimestamps));
            batch.Clear();
            Assert.True(batch.IsEmpty);
        }
    }

    [Fact]
    public void Histograms_keep_their_content_among_others()
    {
        using var batch = new MetricBatch();
        var whole = new HistogramBuffer { Head = new HistogramHead { Count = 6, Schema = 3, Sum = 1.5 } };
        whole.AddSpan(negative: false, new BucketSpan(-2, 2));
        whole.AddDelta(negative: false, 2);
        whole.AddDelta(negative: false, 2);
        var floating = new HistogramBuffer { Head = new HistogramHead { IsFloat = true, CountFloat = 2.5, Schema = HistogramHead.CustomBuckets } };
        floating.AddSpan(negative: true, new BucketSpan(1, 1));
        floating.AddCount(negative: true, 2.5);
        floating.AddCustomValue(0.1);

        batch.AddHistogram(new HistogramSample(Up, 1), whole.View);
        batch.AddHistogram(new HistogramSample(Up, 2, 1), floating.View);
        whole.Clear();

        HistogramView first = batch.HistogramAt(0);
        Assert.Equal(6ul, first.Head.Count);
        Assert.Equal(new BucketSpan(-2, 2), first.PositiveSpans[0]);
        Assert.Equal([2, 2], first.PositiveDeltas.ToArray());
        Assert.True(first.PositiveCounts.IsEmpty);
        HistogramView second = batch.HistogramAt(1);
        Assert.Equal([2.5], second.NegativeCounts.ToArray());
        Assert.Equal([0.1], second.CustomValues.ToArray());
        Assert.True(second.NegativeDeltas.IsEmpty);
        Assert.Equal(new HistogramSample(Up, 2, 1), batch.Histograms[1]);
    }

    [Fact]
    public void A_batch_like_the_last_one_allocates_nothing()
    {
        using var batch = new MetricBatch();
        byte[] labels = LabelBlock.Of(LabelSet.From([new("trace_id", "abc")]));
        var histogram = new HistogramBuffer { Head = new HistogramHead { Count = 1 } };
        histogram.AddSpan(negative: false, new BucketSpan(0, 1));
        histogram.AddDelta(negative: false, 1);
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            batch.Clear();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 5000; i++)
            {
                batch.Add(Up, i, i, startTimestamp: 1);
                batch.AddHistogram(new HistogramSample(Up, i), histogram.View);
                batch.AddExemplar(new MetricExemplar(Up, batch.Bytes.Copy(labels), 1, i));
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.True(allocated < 10_000, $"{allocated} bytes");
    }

    private static long Sum(ReadOnlySpan<long> numbers)
    {
        long sum = 0;
        foreach (long number in numbers)
        {
            sum += number;
        }
        return sum;
    }
}
