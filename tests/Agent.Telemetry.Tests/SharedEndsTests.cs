using System.Text;
using Agent.Telemetry.Metrics;

namespace Agent.Telemetry.Tests;

public sealed class SharedEndsTests
{
    [Theory]
    [InlineData("requests{code=\"200\",zone=\"a\"}", "requests{code=\"404\",zone=\"a\"}", 15, 11)]
    [InlineData("aaaa", "aaaa", 4, 0)]
    [InlineData("aaaa", "aaaaaa", 4, 0)]
    [InlineData("aaaaaa", "aaaa", 4, 0)]
    [InlineData("abcd", "xbcd", 0, 3)]
    [InlineData("abcd", "abxy", 2, 0)]
    [InlineData("abcde", "axxxx", 0, 0)]
    [InlineData("", "a", 0, 0)]
    [InlineData("a", "", 0, 0)]
    public void Ends_are_shared_where_at_least_half_is(string text, string whole, int prefix, int suffix) =>
        Assert.Equal(new SharedEnds((ushort)prefix, (ushort)suffix), SharedEnds.Of(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(whole)));

    [Fact]
    public void What_was_taken_apart_is_put_together_again()
    {
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] whole = Word(random, 12);
            byte[] bytes = Word(random, 12);
            SharedEnds shared = SharedEnds.Of(bytes, whole);
            byte[] middle = shared.Middle(bytes).ToArray();
            byte[] restored = new byte[shared.Length + middle.Length];
            shared.Restore(middle, whole, restored);
            Assert.Equal(bytes, restored);
            Assert.True(shared.Equal(bytes, middle, whole));
            byte[] other = Word(random, 12);
            Assert.Equal(other.AsSpan().SequenceEqual(bytes), shared.Equal(other, middle, whole));
        }
    }

    [Fact]
    public void Long_runs_share_no_more_than_can_be_noted()
    {
        byte[] long1 = new byte[200_000];
        SharedEnds shared = SharedEnds.Of(long1, long1);
        // Not even half of it: kept whole.
        Assert.Equal(default, shared);
        Assert.Equal(ushort.MaxValue, SharedEnds.Of(long1.AsSpan(0, 100_000), long1).Length);
    }

    [Fact]
    public void A_series_like_the_one_before_keeps_what_differs_and_reads_the_same()
    {
        LabelSet first = Labels("200");
        LabelSet second = Labels("404");
        var one = MetricSeries.OfBlock(LabelBlock.Of(first), null);
        var two = MetricSeries.OfBlock(LabelBlock.Of(second), one);
        var three = MetricSeries.OfBlock(LabelBlock.Of(first), two);
        var other = MetricSeries.OfBlock(LabelBlock.Of(LabelSet.Empty.With("x", "y")), three);
        Assert.Equal(first, one.Labels);
        Assert.Equal(second, two.Labels);
        Assert.Equal(first, three.Labels);
        Assert.Equal("y", other.Labels["x"]);
        byte[] block = new byte[two.LabelBlockLength];
        two.CopyLabelBlock(block);
        Assert.Equal(LabelBlock.Of(second), block);
        Assert.Equal(new MetricSeries(second).LabelHash, two.LabelHash);
        Assert.NotEqual(one.LabelHash, two.LabelHash);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = MetricSeries.OfBlock(block, one);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 100);
    }

    [Theory]
    [InlineData("__name__", false)]
    [InlineData("_name", false)]
    [InlineData("__replica__", true)]
    [InlineData("__x", true)]
    public void Reserved_labels_are_those_that_begin_with_two_underscores_except_the_name(string name, bool isReserved) =>
        Assert.Equal(isReserved, new MetricSeries(LabelSet.Empty.With(name, "v").With("a", "b")).HasReservedLabels);

    private static LabelSet Labels(string code) =>
        LabelSet.Empty.With("__name__", "http_requests_total").With("code", code).With("instance", "10.0.0.1:9100").With("job", "integrations/app");

    private static byte[] Word(Random random, int longest)
    {
        byte[] word = new byte[random.Next(longest)];
        for (int i = 0; i < word.Length; i++)
        {
            word[i] = (byte)('a' + random.Next(2));
        }
        return word;
    }
}
