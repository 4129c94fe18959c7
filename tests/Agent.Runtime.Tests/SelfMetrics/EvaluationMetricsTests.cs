using Agent.Runtime.SelfMetrics;
using Agent.Runtime.Tests.Graph;
using Agent.Sdk.Metrics;
using Agent.Testing;

namespace Agent.Runtime.Tests.SelfMetrics;

public sealed class EvaluationMetricsTests
{
    [Fact]
    public async Task Each_evaluation_of_a_load_is_observed_under_the_labels_of_the_controller()
    {
        await using var runtime = new TestRuntime();
        Assert.Equal(0, CountOf(Series(runtime.Metrics, "alloy_component_evaluation_seconds")));

        await runtime.LoadAsync("""test.value "a" { text = "x" }""");

        MetricSeries series = Series(runtime.Metrics, "alloy_component_evaluation_seconds");
        Assert.Equal(["controller_path", "controller_id"], series.LabelNames);
        Assert.Equal(["/", ""], series.LabelValues);
        Assert.True(CountOf(series) > 0);
        Assert.Equal(0, ((Gauge)Series(runtime.Metrics, "alloy_component_controller_evaluating").Instrument).Value);
        Assert.Equal(0, ((ObservedValue)Series(runtime.Metrics, "alloy_component_evaluation_queue_size").Instrument).Read());
    }

    [Fact]
    public void An_evaluation_that_runs_into_the_limit_is_counted_as_slow_with_its_component()
    {
        var registry = new MetricRegistry();
        using var metrics = new EvaluationMetrics(registry.Scope(new("controller_path", "/"), new("controller_id", "")), new FakeTimeProvider(), TimeSpan.FromSeconds(10), static () => 0);

        metrics.Evaluated("a", TimeSpan.FromSeconds(9));
        Assert.DoesNotContain(registry.Families(), static family => family.Name == "alloy_component_evaluation_slow_seconds");
        metrics.Evaluated("a", TimeSpan.FromSeconds(10));
        metrics.Evaluated("a", TimeSpan.FromSeconds(12));

        MetricSeries slow = Series(registry, "alloy_component_evaluation_slow_seconds");
        Assert.Equal(["/", "", "a"], slow.LabelValues);
        Assert.Equal(22, ((ObservedValue)slow.Instrument).Read());
    }

    [Fact]
    public void Time_between_a_change_and_the_evaluation_of_what_depends_on_it_is_observed()
    {
        var registry = new MetricRegistry();
        var time = new FakeTimeProvider();
        using var metrics = new EvaluationMetrics(registry.Scope(new("controller_path", "/"), new("controller_id", "")), time, TimeSpan.FromSeconds(10), static () => 0);
        long changed = time.GetTimestamp();

        time.Advance(TimeSpan.FromSeconds(3));
        metrics.Waited(changed);

        Assert.Equal(3, ((Histogram)Series(registry, "alloy_component_dependencies_wait_seconds").Instrument).Sum);
    }

    private static MetricSeries Series(MetricRegistry registry, string name) =>
        registry.Families().Single(family => family.Name == name).Series.Single();

    private static long CountOf(MetricSeries series)
    {
        var histogram = (Histogram)series.Instrument;
        return Enumerable.Range(0, histogram.Bounds.Length + 1).Sum(histogram.CountOf);
    }
}
