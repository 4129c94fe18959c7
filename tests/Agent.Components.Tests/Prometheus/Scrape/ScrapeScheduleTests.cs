using Agent.Components.Prometheus.Scrape;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Tests.Prometheus.Scrape;

public sealed class ScrapeScheduleTests
{
    private static readonly PrometheusScrape.Arguments Arguments = new() { Targets = [], ForwardTo = [] };

    [Fact]
    public void Targets_are_spread_over_their_interval()
    {
        int[] seconds = new int[60];
        for (int i = 0; i < 6000; i++)
        {
            seconds[(int)Target($"10.0.{i / 250}.{i % 250}:9100").Offset().TotalSeconds]++;
        }

        Assert.All(seconds, static count => Assert.InRange(count, 50, 160));
    }

    [Fact]
    public void Scrapes_begin_in_steps_that_targets_share()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(0, Target($"10.0.0.{i}:9100").Offset().Ticks % TimeSpan.FromMilliseconds(500).Ticks);
        }
    }

    [Fact]
    public void A_restart_does_not_move_a_target()
    {
        ScrapeTarget target = Target("a:1");
        var now = new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);

        DateTimeOffset first = ScrapeScheduler.NextDue(target, now);
        DateTimeOffset later = ScrapeScheduler.NextDue(Target("a:1"), now.AddHours(5));

        Assert.InRange(first - now, TimeSpan.FromTicks(1), target.Interval);
        Assert.Equal(0, (later - first).Ticks % target.Interval.Ticks);
        Assert.Equal(target.Interval, ScrapeScheduler.NextDue(target, first) - first);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(1.00271, 8)]
    [InlineData(1.1, 2)]
    [InlineData(2, 0)]
    [InlineData(65536, -4)]
    public void A_bucket_factor_is_a_schema(double factor, int schema) => Assert.Equal(schema, HistogramResolution.SchemaOf(factor));

    [Fact]
    public void Buckets_are_merged_where_they_belong()
    {
        var buffer = new HistogramBuffer { Head = new HistogramHead { Schema = 0, Count = 16 } };
        // Buckets -1, 0, 1, 2 and 5 with 1, 2, 3, 4 and 6 observations.
        buffer.AddSpan(negative: false, new BucketSpan(-1, 4));
        buffer.AddSpan(negative: false, new BucketSpan(2, 1));
        foreach (long delta in (long[])[1, 1, 1, 1, 2])
        {
            buffer.AddDelta(negative: false, delta);
        }

        Assert.True(new HistogramResolution().TryReduce(buffer.View, maxSchema: -1, maxBuckets: 100, out HistogramView reduced));

        // -1 and 0 become 0, 1 and 2 become 1, 5 becomes 3.
        Assert.Equal(-1, reduced.Head.Schema);
        Assert.Equal([new BucketSpan(0, 2), new BucketSpan(1, 1)], reduced.PositiveSpans.ToArray());
        Assert.Equal([3, 4, -1], reduced.PositiveDeltas.ToArray());
    }

    [Fact]
    public void A_histogram_that_cannot_be_merged_further_is_refused()
    {
        var buffer = new HistogramBuffer { Head = new HistogramHead { Schema = HistogramHead.CustomBuckets, IsFloat = true } };
        buffer.AddSpan(negative: false, new BucketSpan(0, 2));
        buffer.AddCount(negative: false, 1.5);
        buffer.AddCount(negative: false, 2.5);

        Assert.False(new HistogramResolution().TryReduce(buffer.View, maxSchema: 8, maxBuckets: 1, out _));
    }

    private static ScrapeTarget Target(string address)
    {
        Assert.True(ScrapeTarget.TryCreate(LabelSet.From([KeyValuePair.Create("__address__", address)]), Arguments, "j", out ScrapeTarget? target, out string? error), error);
        return target;
    }
}
