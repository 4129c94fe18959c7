using Agent.Components.Loki.Process.Stages;
using Agent.Sdk.Patterns;
using Agent.Sdk.Tracing;
using Agent.Telemetry;

namespace Agent.Components.Tests.Loki.Process;

public sealed class StageTracerTests
{
    private static readonly LabelSet Labels = LabelSet.From([KeyValuePair.Create("job", "pods")]);

    [Fact]
    public void An_entry_is_shown_after_every_stage()
    {
        using var fixture = new PipelineFixture(
            new LogfmtStage.Arguments { Mapping = new([new("level", ""), new("msg", "")]) },
            new LabelsStage.Arguments { Values = new([new("level", "")]) },
            new OutputStage.Arguments { Source = "msg" });
        IReadOnlyList<IReadOnlyList<TracedEntry>> after = fixture.Component.Trace(Labels, 5, "level=warn msg=hello");

        Assert.Equal(3, after.Count);
        TracedEntry first = Assert.Single(after[0]);
        Assert.Equal(("level=warn msg=hello", 5L, Labels), (first.Line, first.Timestamp, first.Labels));
        Assert.Equal(["job=pods", "level=warn", "msg=hello"], first.Extracted.Select(static pair => $"{pair.Key}={pair.Value}"));
        Assert.Equal("warn", Assert.Single(after[1]).Labels["level"]);
        Assert.Equal("hello", Assert.Single(after[2]).Line);
    }

    [Fact]
    public void A_trace_ends_at_the_stage_that_drops_and_counts_nothing()
    {
        using var fixture = new PipelineFixture(
            new DropStage.Arguments { Expression = Pattern.Parse("^a$"), DropCounterReason = "mine" },
            new OutputStage.Arguments { Source = "msg" });
        IReadOnlyList<IReadOnlyList<TracedEntry>> after = fixture.Component.Trace(Labels, 0, "a");

        Assert.Empty(Assert.Single(after));
        Assert.Empty(fixture.Collector.Entries);
        Assert.DoesNotContain(
            fixture.Context.Registry.Families(),
            static family => family.Series.Any(static series => series.Instrument is Agent.Sdk.Metrics.Counter { Value: > 0 }));
    }

    [Fact]
    public void Lines_that_the_real_pipeline_holds_stay_apart_from_a_trace()
    {
        using var fixture = new PipelineFixture(new CriStage.Arguments());
        fixture.Send("2026-01-01T00:00:00Z stdout P one ");
        TracedEntry traced = Assert.Single(fixture.Component.Trace(Labels, 0, "2026-01-01T00:00:00Z stdout F traced")[0]);
        Assert.Equal("traced", traced.Line);
        Assert.Empty(fixture.Component.Trace(Labels, 0, "2026-01-01T00:00:00Z stdout P held")[0]);

        fixture.Send("2026-01-01T00:00:00Z stdout F two");
        Assert.Equal("one two", Assert.Single(fixture.Collector.Entries).Line);
    }

    [Fact]
    public void Without_stages_there_is_nothing_to_show()
    {
        using var fixture = new PipelineFixture();
        Assert.Empty(fixture.Component.Trace(Labels, 0, "a"));
    }
}
