using System.Text;
using Agent.Components.Prometheus;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus;

public sealed class PrometheusEchoTests : IDisposable
{
    private readonly TestComponentContext _context = new("prometheus.echo.x");
    private readonly MemoryStream _output = new();

    [Fact]
    public async Task Samples_are_printed_by_family_in_order_of_names_and_labels()
    {
        using var batch = new MetricBatch();
        batch.Add(Series("b_total", ("x", "2")), 1_395_066_363_000, 3);
        batch.Add(Series("b_total", ("x", "1"), ("odd", "a\"\\\nb")), 0, 1_000_000);
        batch.Add(Series("a"), 5, double.NaN);
        batch.AddMetadata(new MetricMetadata("a", MetricType.Gauge, "Says \"a\" \\ and\nmore."));

        Assert.Equal(
            """
            # HELP a Says "a" \\ and\nmore.
            # TYPE a untyped
            a NaN 5
            # TYPE b_total untyped
            b_total{odd="a\"\\\nb",x="1"} 1e+06
            b_total{x="2"} 3 1395066363000

            """,
            await PrintAsync(batch, "text"));
    }

    [Fact]
    public async Task Openmetrics_counts_seconds_writes_floats_and_shows_exemplars()
    {
        MetricSeries series = Series("requests_total", ("code", "200"));
        series.Metadata = new MetricMetadata("requests", MetricType.Counter, "All \"requests\".");
        using var batch = new MetricBatch();
        batch.Add(series, 1_395_066_363_500, 3);
        batch.Add(Series("up"), 0, double.PositiveInfinity);
        batch.AddExemplar(new MetricExemplar(series, LabelBlock.Of(LabelSet.Empty.With("trace_id", "t1")), 0.25, 2_000));

        Assert.Equal(
            """
            # HELP requests_total All \"requests\".
            # TYPE requests_total unknown
            requests_total{code="200"} 3.0 1.3950663635e+09 # {trace_id="t1"} 0.25 2.0
            # TYPE up unknown
            up +Inf

            """,
            await PrintAsync(batch, "openmetrics"));
    }

    [Fact]
    public async Task Native_histograms_show_count_and_sum()
    {
        using var batch = new MetricBatch();
        batch.AddHistogram(new HistogramSample(Series("h", ("a", "b")), 7), new HistogramView { Head = new HistogramHead { Count = 12, Sum = 18.5 } });

        Assert.Equal(
            """
            # TYPE h histogram
            h_bucket{a="b",le="+Inf"} 12
            h_sum{a="b"} 18.5
            h_count{a="b"} 12

            """,
            await PrintAsync(batch, "text"));
    }

    [Fact]
    public async Task Names_beyond_the_classic_grammar_are_quoted()
    {
        using var batch = new MetricBatch();
        batch.Add(Series("my.metric", ("with.dot", "v")), 0, 1);

        Assert.Equal("# TYPE \"my.metric\" untyped\n{\"my.metric\",\"with.dot\"=\"v\"} 1\n", await PrintAsync(batch, "text"));
    }

    [Fact]
    public async Task An_unknown_format_prints_text()
    {
        using var batch = new MetricBatch();
        batch.Add(Series("up"), 0, 1);

        Assert.Equal("# TYPE up untyped\nup 1\n", await PrintAsync(batch, "xml"));
    }

    public void Dispose()
    {
        _context.Dispose();
        _output.Dispose();
    }

    private static MetricSeries Series(string name, params (string Name, string Value)[] labels) => TestSeries.Of(name, labels);

    private async Task<string> PrintAsync(MetricBatch batch, string format)
    {
        await using var echo = new PrometheusEcho(_context, _output);
        Assert.Same(echo, Assert.IsType<PrometheusEcho.Exports>(_context.LastExports).Receiver);
        await echo.ApplyAsync(new() { Format = format }, default);
        await echo.ConsumeAsync(batch, default);
        return Encoding.UTF8.GetString(_output.ToArray());
    }
}
