using Agent.Components.Prometheus.Enrich;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using Series = Agent.Telemetry.Metrics.MetricSeries;
using Type = Agent.Telemetry.Metrics.MetricType;

namespace Agent.Components.Tests.Prometheus.Enrich;

public sealed class PrometheusEnrichTests : IDisposable
{
    private static readonly Target Web = TargetOf(("host", "web-1"), ("port", "80"), ("rack", "r7"), ("zone", "eu"));
    private static readonly Target WebTls = TargetOf(("host", "web-1"), ("port", "443"), ("rack", "r8"));

    private readonly TestComponentContext _context = new("prometheus.enrich.default");
    private readonly MetricCollector _collector = new();

    [Fact]
    public async Task All_labels_must_match_and_the_chosen_ones_are_copied()
    {
        PrometheusEnrich component = await StartAsync(new()
        {
            ForwardTo = [_collector],
            Targets = [Web, WebTls],
            TargetToMetricMatch = new ValueMap<string>([new("host", "hostname"), new("port", "p")]),
            LabelsToCopy = ["rack", "absent"],
        });
        Series tls = TestSeries.Of("up", ("hostname", "web-1"), ("p", "443"));
        Series other = TestSeries.Of("up", ("hostname", "web-1"), ("p", "8080"));
        Series partial = TestSeries.Of("up", ("hostname", "web-1"));

        await SendAsync(component, tls, other, partial);

        Assert.Equal([tls.Labels.With("rack", "r8"), other.Labels, partial.Labels], _collector.Samples.Select(static sample => sample.Labels));
        Assert.Same(other, _collector.Samples[1].Series);
        Assert.Equal(2, ((Gauge)_context.Registry.Families().Single(static f => f.Name == "alloy_prometheus_target_cache_size").Series.Single().Instrument).Value);
    }

    [Fact]
    public async Task One_label_may_have_one_name_on_both_sides_and_the_last_target_counts()
    {
        PrometheusEnrich component = await StartAsync(new() { ForwardTo = [_collector], Targets = [Web, WebTls], TargetMatchLabel = "host" });
        Series series = TestSeries.Of("up", ("host", "web-1"));

        await SendAsync(component, series);

        Assert.Equal(series.Labels.With("port", "443").With("rack", "r8"), _collector.Samples[0].Labels);
    }

    [Fact]
    public async Task The_labels_of_both_sides_may_differ()
    {
        PrometheusEnrich component = await StartAsync(
            new() { ForwardTo = [_collector], Targets = [Web], TargetMatchLabel = "host", MetricsMatchLabel = "node", LabelsToCopy = ["zone"] });
        Series series = TestSeries.Of("up", ("node", "web-1"));
        series.Metadata = new MetricMetadata("up", Type.Gauge);

        await SendAsync(component, series, series);

        Assert.Equal(series.Labels.With("zone", "eu"), _collector.Samples[0].Labels);
        Assert.Same(_collector.Samples[0].Series, _collector.Samples[1].Series);
        Assert.Same(series.Metadata, _collector.Samples[0].Series.Metadata);
    }

    [Fact]
    public async Task New_targets_hold_for_series_that_are_known()
    {
        var arguments = new PrometheusEnrich.Arguments { ForwardTo = [_collector], Targets = [], TargetMatchLabel = "host", LabelsToCopy = ["rack"] };
        PrometheusEnrich component = await StartAsync(arguments);
        Series series = TestSeries.Of("up", ("host", "web-1"));
        await SendAsync(component, series);

        await component.ApplyAsync(arguments with { Targets = [Web] }, default);
        await SendAsync(component, series);

        Assert.Equal(["", "r7"], _collector.Samples.Select(static sample => sample.Labels["rack"]));
    }

    [Fact]
    public async Task Known_series_allocate_nothing()
    {
        PrometheusEnrich component = await StartAsync(new() { ForwardTo = [new MetricBatchSpy()], Targets = [Web], TargetMatchLabel = "host" });
        using var batch = new MetricBatch();
        batch.Add(TestSeries.Of("up", ("host", "web-1")), 1, 1);
        batch.Add(TestSeries.Of("up", ("host", "web-2")), 1, 1);
        await component.ConsumeAsync(batch, default);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            await component.ConsumeAsync(batch, default);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("", "at least one match mechanism must be specified: set target_match_label or target_to_metric_match")]
    [InlineData("node", "target_match_label must be set when using legacy match fields")]
    public void What_is_compared_must_be_said(string metricsLabel, string message) => Assert.Equal(message, Assert.Single(TestComponent.Errors(Config.Block(
        "prometheus.enrich",
        Config.Set("forward_to", Config.List()),
        Config.Set("targets", Config.List()),
        Config.Set("metrics_match_label", metricsLabel)))));

    public void Dispose() => _context.Dispose();

    private static Target TargetOf(params (string Name, string Value)[] labels) =>
        new(LabelSet.From(labels.Select(static label => new KeyValuePair<string, string>(label.Name, label.Value))));

    private static async Task SendAsync(PrometheusEnrich component, params Series[] series)
    {
        using var batch = new MetricBatch();
        foreach (Series each in series)
        {
            batch.Add(each, 1, 1);
        }
        await component.ConsumeAsync(batch, default);
    }

    private async Task<PrometheusEnrich> StartAsync(PrometheusEnrich.Arguments arguments)
    {
        var component = new PrometheusEnrich(_context);
        await component.ApplyAsync(arguments, default);
        return component;
    }
}
