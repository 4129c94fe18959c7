using Agent.Components.Prometheus.ExporterUnix;
using Agent.Sdk;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

public sealed class FamilyWriterTests
{
    private static readonly Family Plain = Family.Gauge("b_plain", "A back\\slash\nand a line.");
    private static readonly Family Labelled = Family.Counter("a_total", "Counts.", "zone", "device");

    [Fact]
    public void Families_come_sorted_with_their_samples_together_and_labels_sorted_by_name()
    {
        using var output = new FamilyWriter();
        output.Write(Labelled, 1, "z1", "eth0");
        output.Write(Plain, 0.5);
        output.Write(Labelled, 1e6, "z2", "a\"b\\c\nd");

        Assert.Equal(
            """
            # HELP a_total Counts.
            # TYPE a_total counter
            a_total{device="eth0",zone="z1"} 1
            a_total{device="a\"b\\c\nd",zone="z2"} 1e+06
            # HELP b_plain A back\\slash\nand a line.
            # TYPE b_plain gauge
            b_plain 0.5

            """,
            NodeFixtures.Text(output));
    }

    [Fact]
    public void Clearing_forgets_samples_and_families()
    {
        using var output = new FamilyWriter();
        output.Write(Plain, 1);
        output.Clear();

        Assert.Equal("", NodeFixtures.Text(output));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.0)]
    [InlineData(999999)]
    [InlineData(1000000)]
    [InlineData(-1234567)]
    [InlineData(0.0001)]
    [InlineData(0.00001234)]
    [InlineData(1e21)]
    [InlineData(1.7976931348623157e308)]
    [InlineData(5e-324)]
    [InlineData(18446744073709551615d)]
    [InlineData(60.730000000000004)]
    [InlineData(123456.5)]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void Numbers_are_written_as_Go_writes_them(double value)
    {
        using var output = new FamilyWriter();
        output.Write(Plain, value);

        Assert.EndsWith($"b_plain {GoFloat.Format(value, 'g')}\n", NodeFixtures.Text(output), StringComparison.Ordinal);
    }

    [Fact]
    public void A_warm_scrape_allocates_nothing_in_the_writer()
    {
        using var output = new FamilyWriter();
        Fill(output);
        output.Clear();
        Fill(output);
        output.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill(output);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
    }

    private static void Fill(FamilyWriter output)
    {
        for (int i = 0; i < 100; i++)
        {
            output.Write(Labelled, 1234567.25 * i, "z", "eth0");
            output.Write(Plain, i);
        }
    }
}
