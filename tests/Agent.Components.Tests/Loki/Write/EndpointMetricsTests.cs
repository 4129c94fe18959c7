using Agent.Components.Loki.Write;
using Agent.Sdk.Metrics;
using Agent.Syntax.Values;

namespace Agent.Components.Tests.Loki.Write;

public sealed class EndpointMetricsTests
{
    [Fact]
    public void Endpoints_of_one_host_share_their_metrics_but_each_shows_what_it_did_itself()
    {
        var registry = new MetricRegistry();
        using MetricScope scope = registry.Scope();
        var good = new EndpointMetrics(scope, "loki:3100");
        var bad = new EndpointMetrics(scope, "loki:3100");
        good.Of("").SentEntries.Add(3);
        bad.Of("").Retries.Increment();
        bad.Of("").Drop("ingester_error", 2, 20);
        bad.Of("other").Drop("ingester_error", 5, 50);

        Assert.Equal((0, 3, 0, 0), good.Totals());
        Assert.Equal((0, 0, 7, 1), bad.Totals());
        Assert.Empty(Assert.IsType<MapValue>(good.DroppedByReason()).Keys);
        var reasons = Assert.IsType<MapValue>(bad.DroppedByReason());
        Assert.Equal("ingester_error", Assert.Single(reasons.Keys));
        Assert.Equal(7, Assert.IsType<NumberValue>(reasons["ingester_error"], exactMatch: false).AsDouble);
        Assert.Equal(3, Assert.IsType<Counter>(registry.Families().First(static family => family.Name == "loki_write_sent_entries_total").Series
            .First(static series => series.LabelValues.Contains("")).Instrument).Value);
    }
}
