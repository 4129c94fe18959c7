using System.Buffers;
using System.Text;
using Agent.Sdk.Metrics;

namespace Agent.Sdk.Tests.Metrics;

public sealed class MetricTextWriterTests
{
    private readonly MetricRegistry _registry = new();

    [Fact]
    public void Series_of_one_name_share_one_head()
    {
        _registry.Scope(new KeyValuePair<string, string>("component_id", "b")).Counter("a_total", "How many.").Add(3);
        _registry.Scope(new KeyValuePair<string, string>("component_id", "c")).Counter("a_total", "How many.", ("reason", "full")).Add(4);
        Assert.Equal(
            """
            # HELP a_total How many.
            # TYPE a_total counter
            a_total{component_id="b"} 3
            a_total{component_id="c",reason="full"} 4

            """, Text());
    }

    [Fact]
    public void Help_and_label_values_are_escaped()
    {
        _registry.Scope().Gauge("g", "a\\b\nc\"d", ("path", "a\\b\nc\"dé")).Set(0.5);
        Assert.Equal(
            """
            # HELP g a\\b\nc"d
            # TYPE g gauge
            g{path="a\\b\nc\"dé"} 0.5

            """, Text());
    }

    [Fact]
    public void A_summary_has_a_sum_and_a_count()
    {
        Summary summary = _registry.Scope().Summary("s_seconds", "Time.");
        summary.Observe(TimeSpan.FromSeconds(1.5), 3);
        summary.Observe(TimeSpan.FromSeconds(9), 0);
        Assert.Equal(
            """
            # HELP s_seconds Time.
            # TYPE s_seconds summary
            s_seconds_sum 1.5
            s_seconds_count 3

            """, Text());
    }

    [Fact]
    public void Histogram_buckets_are_cumulative()
    {
        Histogram histogram = _registry.Scope().Histogram("h_seconds", "Time.", [0.1, 1, 5], ("host", "x"));
        foreach (double value in (double[])[0.05, 0.1, 0.7, 9])
        {
            histogram.Observe(value);
        }
        Assert.Equal(
            """
            # HELP h_seconds Time.
            # TYPE h_seconds histogram
            h_seconds_bucket{host="x",le="0.1"} 2
            h_seconds_bucket{host="x",le="1"} 3
            h_seconds_bucket{host="x",le="5"} 3
            h_seconds_bucket{host="x",le="+Inf"} 4
            h_seconds_sum{host="x"} 9.85
            h_seconds_count{host="x"} 4

            """, Text());
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(1e300, "1E+300")]
    public void Values_are_written_so_that_they_read_back(double value, string expected)
    {
        _registry.Scope().Gauge("g", "G.").Set(value);
        Assert.EndsWith($"g {expected}\n", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Observed_values_are_read_when_they_are_written()
    {
        double now = 1;
        _registry.Scope().ObservedGauge("g", "G.", () => now);
        now = 7;
        Assert.EndsWith("g 7\n", Text(), StringComparison.Ordinal);
    }

    private string Text()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new MetricTextWriter(output);
        foreach (MetricFamily family in _registry.Families())
        {
            writer.Write(family);
        }
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
