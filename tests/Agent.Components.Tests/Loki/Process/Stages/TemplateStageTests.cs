using System.Text;
using Agent.Components.Loki.Process;
using Agent.Components.Loki.Process.Stages;
using Agent.Sdk;
using Agent.Sdk.Patterns;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process.Stages;

public sealed class TemplateStageTests
{
    private const string Failures = "loki_process_template_failures_total";

    [Fact]
    public void A_line_the_template_fails_on_passes_as_it_is_and_is_counted()
    {
        using var fixture = new PipelineFixture(
            new TemplateStage.Arguments { Source = "out", Template = "{{ ToUpper .missing }}" }, new OutputStage.Arguments { Source = "out" });
        fixture.Send("one", "two");
        Assert.Equal(["one", "two"], fixture.Collector.Lines);
        Assert.Equal(2, fixture.Count(Failures, "template"));
    }

    [Fact]
    public void A_template_that_loops_costs_its_line_nothing_but_the_change()
    {
        using var fixture = new PipelineFixture(
            new TemplateStage.Arguments { Source = "out", Template = "{{ range until 1000000000 }}x{{ end }}" }, new OutputStage.Arguments { Source = "out" });
        fixture.Send("one");
        Assert.Equal(["one"], fixture.Collector.Lines);
        Assert.Equal(1, fixture.Count(Failures, "template"));
    }

    [Fact]
    public void An_empty_result_removes_a_value_that_came_from_a_label()
    {
        using var fixture = new PipelineFixture(
            new TemplateStage.Arguments { Source = "app", Template = "" },
            new TemplateStage.Arguments { Source = "all", Template = "{{ .app }} {{ . }}" },
            new OutputStage.Arguments { Source = "all" });
        fixture.Send("line");
        Assert.Equal(["<no value> map[Entry:line]"], fixture.Collector.Lines);
    }

    [Fact]
    public void The_data_as_a_whole_holds_names_that_no_template_speaks_of()
    {
        using var fixture = new PipelineFixture(
            new TemplateStage.Arguments { Source = "all", Template = "{{ range $k, $v := . }}{{ $k }}={{ $v }};{{ end }}{{ index . \"app\" }}" },
            new OutputStage.Arguments { Source = "all" });
        fixture.Send("line");
        Assert.Equal(["Entry=line;app=x;x"], fixture.Collector.Lines);
    }

    [Fact]
    public void A_replacement_that_fails_changes_nothing()
    {
        using var fixture = new PipelineFixture(
            new ReplaceStage.Arguments { Expression = Pattern.Parse("(\\w)"), Replace = "{{ if eq .Value \"b\" }}{{ fail \"no\" }}{{ end }}-" });
        fixture.Send("ab", "cd");
        Assert.Equal(["ab", "--"], fixture.Collector.Lines);
        Assert.Equal(1, fixture.Count(Failures, "replace"));
    }

    [Fact]
    public void Fields_and_fixed_texts_cost_no_allocation()
    {
        using var context = new TestComponentContext("loki.process.test");
        var process = new LokiProcess(context);
        StageArguments[] stages =
        [
            new TemplateStage.Arguments { Source = "out", Template = "{{ .app }} says {{ .Entry }}" },
            new ReplaceStage.Arguments { Expression = Pattern.Parse("password (\\S+)"), Replace = "****" },
            new ReplaceStage.Arguments { Expression = Pattern.Parse("user (?P<user>\\S+)"), Replace = "<{{ .Value }}>" },
        ];
        Complete(process.ApplyAsync(new LokiProcess.Arguments { ForwardTo = [new Nowhere()], Stage = new ValueList<StageArguments>(stages) }, default));
        using var batch = new LogBatch();
        LabelSet labels = LabelSet.From([new("app", "x")]);
        for (int i = 0; i < 100; i++)
        {
            batch.Add(new LogEntry(labels, i, Encoding.UTF8.GetBytes($"user u{i} has password p{i}")));
        }
        for (int i = 0; i < 50; i++)
        {
            Complete(process.ConsumeAsync(batch, default));
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            Complete(process.ConsumeAsync(batch, default));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Complete(ValueTask task) => Assert.True(task.IsCompletedSuccessfully, "the call did not end at once");

    private sealed class Nowhere : ILogConsumer
    {
        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) => ValueTask.CompletedTask;
    }
}
