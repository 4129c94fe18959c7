using Agent.Components.Loki.Process;
using Agent.Components.Loki.Process.CustomMetrics;
using Agent.Components.Loki.Process.Stages;
using Agent.Sdk.Metrics;
using Agent.Sdk.Patterns;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process.Stages;

public sealed class MetricsStageTests
{
    private static readonly StageArguments Extract = new RegexStage.Arguments { Expression = Pattern.Parse("^(?P<n>.*)$") };

    [Theory]
    [InlineData("0.5 .5 5. +1 1e2", 107)]
    [InlineData("500ms 1m30s -1h", -3509.5)]
    [InlineData("1_0 0,5 x 1e999", 0)]
    public void Numbers_and_durations_are_amounts_and_other_texts_are_none(string lines, double sum)
    {
        using var fixture = new PipelineFixture(Extract, Gauges(new GaugeMetric { Name = "g", Source = "n", Action = "add" }));
        fixture.Send(["0", .. lines.Split(' ')]);
        Assert.Equal(sum, Value(fixture, "loki_process_custom_g"));
    }

    [Fact]
    public void A_counter_never_goes_down_what_would_is_counted_as_an_error()
    {
        using var fixture = new PipelineFixture(Extract, Counters(new CounterMetric { Name = "c", Source = "n", Action = "add" }));
        fixture.Send("3", "-1", "2.5");
        Assert.Equal(5.5, Value(fixture, "loki_process_custom_c"));
        Assert.Equal(1, fixture.Count("loki_process_custom_metric_errors_total", "negative_counter"));
        Assert.Equal(3, fixture.Collector.Lines.Count());
    }

    [Fact]
    public async Task Series_that_are_idle_for_too_long_go_and_others_stay()
    {
        using var fixture = new PipelineFixture(Counters(All with { MaxIdleDuration = TimeSpan.FromSeconds(10) }));
        using var stop = new CancellationTokenSource();
        Task running = fixture.Component.RunAsync(stop.Token);
        Send(fixture, "a", "b");
        await ArmedAsync(fixture);
        fixture.Time.Advance(TimeSpan.FromSeconds(9));
        Send(fixture, "b");
        while (Series(fixture, "loki_process_custom_c").Count() != 1)
        {
            fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
            Send(fixture, "b");
            await Task.Yield();
        }
        Assert.Contains("b", Series(fixture, "loki_process_custom_c").Single().LabelValues);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void Labels_without_end_do_not_fill_the_memory()
    {
        using var fixture = new PipelineFixture(Counters(All));
        Send(fixture, [.. Enumerable.Range(0, 10_050).Select(static i => $"{i}")]);
        Send(fixture, "0");
        Assert.Equal(10_000, Series(fixture, "loki_process_custom_c").Count());
        Assert.Equal(50, fixture.Count("loki_process_custom_metric_errors_total", "too_many_series"));
        Assert.Equal(10_051, fixture.Collector.Lines.Count());
    }

    [Fact]
    public void They_stay_while_the_stages_stay_and_begin_anew_with_changed_ones()
    {
        using var fixture = new PipelineFixture(Counters(All));
        fixture.Send("1", "2");
        fixture.Apply(Counters(All));
        fixture.Send("3");
        Assert.Equal(3, Value(fixture, "loki_process_custom_c"));
        fixture.Apply(Gauges(new GaugeMetric { Name = "c", Source = "app", Action = "dec", Description = "now a gauge" }));
        fixture.Send("4");
        Assert.Equal(-1, Value(fixture, "loki_process_custom_c"));
        MetricFamily family = fixture.Context.Registry.Families().Single(static family => family.Name == "loki_process_custom_c");
        Assert.Equal((MetricType.Gauge, "now a gauge"), (family.Type, family.Help));
    }

    [Fact]
    public void Stages_that_name_the_same_metric_share_it_and_of_one_stage_the_last_counts()
    {
        using var fixture = new PipelineFixture(Counters(All), Counters(All with { Action = "dec" }, All));
        fixture.Send("1");
        Assert.Equal(2, Value(fixture, "loki_process_custom_c"));
    }

    [Fact]
    public void A_name_that_the_agent_uses_itself_is_an_error_of_the_entry()
    {
        using var fixture = new PipelineFixture(
            new DropStage.Arguments { Expression = Pattern.Parse("^drop") },
            Gauges(new GaugeMetric { Prefix = "loki_process_", Name = "dropped_lines_total", Source = "app", Action = "inc" }));
        fixture.Send("drop", "keep");
        Assert.Equal(["keep"], fixture.Collector.Lines);
        Assert.Equal(1, fixture.Count("loki_process_custom_metric_errors_total", "name_taken"));
    }

    [Fact]
    public void Names_and_labels_are_made_fit_for_the_text_format()
    {
        using var fixture = new PipelineFixture(new MetricsStage.Arguments
        {
            Histogram = [new HistogramMetric { Prefix = "9 my-", Name = "h", Source = "app", Buckets = [] }],
        });
        using var batch = new LogBatch();
        batch.Add(new LogEntry(
            LabelSet.From([new("app", "3"), new("__path__", "p"), new("a.b", "1"), new("a_b", "2"), new("le", "x"), new("component_id", "y")]), 1, "x"u8.ToArray()));
        fixture.Send(batch);
        MetricSeries series = Series(fixture, "__my_h").Single();
        Assert.Equal("component_path component_id a_b app", string.Join(' ', series.LabelNames));
        Assert.Equal("1 3", string.Join(' ', series.LabelValues[2..]));
        Assert.Equal(11, ((Histogram)series.Instrument).Bounds.Length);
    }

    private static CounterMetric All => new() { Name = "c", Action = "inc", MatchAll = true };

    private static MetricsStage.Arguments Counters(params CounterMetric[] metrics) => new() { Counter = [.. metrics] };

    private static MetricsStage.Arguments Gauges(params GaugeMetric[] metrics) => new() { Gauge = [.. metrics] };

    private static IEnumerable<MetricSeries> Series(PipelineFixture fixture, string name) =>
        fixture.Context.Registry.Families().Where(family => family.Name == name).SelectMany(static family => family.Series);

    private static double Value(PipelineFixture fixture, string name) => ((Gauge)Series(fixture, name).Single().Instrument).Value;

    private static void Send(PipelineFixture fixture, params string[] apps)
    {
        using var batch = new LogBatch();
        foreach (string app in apps)
        {
            batch.Add(new LogEntry(LabelSet.From([new("app", app)]), 1, "x"u8.ToArray()));
        }
        fixture.Send(batch);
    }

    private static Task ArmedAsync(PipelineFixture fixture) => Eventually.TrueAsync(() => fixture.Time.ArmedTimers > 0);
}
