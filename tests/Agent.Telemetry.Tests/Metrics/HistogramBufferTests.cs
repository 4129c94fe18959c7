using Agent.Telemetry.Metrics;

namespace Agent.Telemetry.Tests.Metrics;

public sealed class HistogramBufferTests
{
    [Theory]
    [InlineData("0:1,0,2", 0, "(0,1)(1,1) 1 1")]                 // 1, 0, 2 as absolute counts: the empty one splits the span
    [InlineData("0:1,0,2", 1, "(0,3) 1 -1 2")]                   // few empty ones stay inside
    [InlineData("0:0,0,3,0", 5, "(2,1) 3")]                      // but never at the ends
    [InlineData("2:0,0", 0, " ")]                                // nothing left
    [InlineData("1:1;0:2;3:4", 0, "(1,2)(3,1) 1 1 2")]           // touching spans join
    [InlineData("1:1;2:4", 2, "(1,4) 1 -1 0 4")]                 // a short gap is filled
    public void Compacting_cuts_empty_buckets(string given, int keptEmpty, string expected)
    {
        var histogram = new HistogramBuffer();
        long before = 0;
        foreach (string span in given.Split(';'))
        {
            string[] parts = span.Split(':');
            long[] counts = [.. parts[1].Split(',').Select(long.Parse)];
            histogram.AddSpan(negative: false, new BucketSpan(int.Parse(parts[0]), (uint)counts.Length));
            foreach (long count in counts)
            {
                histogram.AddDelta(negative: false, count - before);
                before = count;
            }
        }
        histogram.Compact(keptEmpty);
        HistogramView view = histogram.View;
        string spans = string.Concat(view.PositiveSpans.ToArray().Select(static span => $"({span.Offset},{span.Length})"));
        Assert.Equal(expected, $"{spans} {string.Join(' ', view.PositiveDeltas.ToArray())}");
        Assert.Equal(histogram.BucketCount(negative: false), histogram.SpannedCount(negative: false));
    }

    [Fact]
    public void Compacting_changes_no_count_at_any_place()
    {
        var random = new Random(5);
        for (int round = 0; round < 2000; round++)
        {
            var histogram = new HistogramBuffer { Head = new HistogramHead { IsFloat = round % 2 == 0 } };
            long before = 0;
            for (int spans = random.Next(5); spans > 0; spans--)
            {
                int length = random.Next(4);
                histogram.AddSpan(negative: true, new BucketSpan(random.Next(4), (uint)length));
                for (; length > 0; length--)
                {
                    long count = random.Next(3);
                    if (histogram.Head.IsFloat)
                    {
                        histogram.AddCount(negative: true, count);
                    }
                    else
                    {
                        histogram.AddDelta(negative: true, count - before);
                    }
                    before = count;
                }
            }
            string expected = Places(histogram.View);
            histogram.Compact(random.Next(3));
            Assert.Equal(expected, Places(histogram.View));
            Assert.Equal(histogram.BucketCount(negative: true), histogram.SpannedCount(negative: true));
        }
    }

    private static string Places(HistogramView view)
    {
        var filled = new List<string>();
        int place = 0;
        int at = 0;
        double count = 0;
        foreach (BucketSpan span in view.NegativeSpans)
        {
            place += span.Offset;
            for (uint i = 0; i < span.Length; i++, place++, at++)
            {
                count = view.Head.IsFloat ? view.NegativeCounts[at] : count + view.NegativeDeltas[at];
                if (count != 0)
                {
                    filled.Add($"{place}={count}");
                }
            }
        }
        return string.Join(' ', filled);
    }
}
