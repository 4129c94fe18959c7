using System.Text;
using Agent.Telemetry.Metrics;

namespace Agent.Telemetry.Tests.Metrics;

public sealed class LabelBlockTests
{
    [Fact]
    public void A_block_has_the_bytes_that_remote_write_wants()
    {
        byte[] block = LabelBlock.Of(LabelSet.From([new("b", "xy"), new("a", "z")]));
        Assert.Equal("0A060A016112017A0A070A016212027879", Convert.ToHexString(block));
    }

    [Fact]
    public void Labels_of_any_length_come_back()
    {
        var random = new Random(1);
        for (int round = 0; round < 300; round++)
        {
            var labels = LabelSet.From(Enumerable.Range(0, random.Next(12)).Select(i =>
                KeyValuePair.Create("n" + i + new string('x', random.Next(200)), new string('é', random.Next(round * 60)))));
            Assert.Equal(labels.Select(static label => (label.Name, label.Value)), Read(LabelBlock.Of(labels)));
        }
    }

    [Fact]
    public void Names_are_in_the_order_of_their_bytes()
    {
        // In UTF-16 the surrogate of the rocket stands before U+FF21, in UTF-8 behind it.
        byte[] block = LabelBlock.Of(LabelSet.From([new("\U0001F680", "1"), new("\uFF21", "2"), new("a", "3")]));
        Assert.Equal(["a", "\uFF21", "\U0001F680"], Read(block).Select(static label => label.Item1));
    }

    [Fact]
    public void A_damaged_block_ends_the_walk_and_nothing_worse()
    {
        byte[] block = LabelBlock.Of(LabelSet.From([new("name", "value"), new("other", new string('x', 300))]));
        var random = new Random(2);
        int intact = 0;
        for (int round = 0; round < 5000; round++)
        {
            byte[] damaged = block[..random.Next(block.Length + 1)];
            if (damaged.Length > 0)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            intact += Read(damaged).Count == 2 ? 1 : 0;
        }
        Assert.InRange(intact, 1, 4999);
    }

    [Fact]
    public void A_series_makes_its_block_once()
    {
        var series = new MetricSeries(LabelSet.From([new("__name__", "up")]));
        Assert.True(series.ReadLabelBlock().Overlaps(series.ReadLabelBlock(), out int offset) && offset == 0);
    }

    private static List<(string, string)> Read(byte[] block)
    {
        var read = new List<(string, string)>();
        LabelBlock.Enumerator labels = LabelBlock.Read(block);
        while (labels.MoveNext())
        {
            read.Add((Encoding.UTF8.GetString(labels.Name), Encoding.UTF8.GetString(labels.Value)));
        }
        return read;
    }
}
