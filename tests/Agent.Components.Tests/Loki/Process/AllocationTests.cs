using System.Text;
using Agent.Components.Loki.Process;
using Agent.Components.Loki.Process.Stages;
using Agent.Sdk;
using Agent.Sdk.Patterns;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process;

public sealed class AllocationTests
{
    [Fact]
    public void The_usual_pipeline_allocates_nothing_per_line()
    {
        AssertNoAllocation(
        [
            new CriStage.Arguments(),
            new JsonStage.Arguments { Expressions = new([new("level", ""), new("msg", "message"), new("status", "http.status")]) },
            new LabelsStage.Arguments { Values = new([new("level", null), new("status", "")]) },
            new StaticLabelsStage.Arguments { Values = new([new("cluster", "c1")]) },
            new DropStage.Arguments { Source = "level", Value = "debug" },
            new MatchStage.Arguments
            {
                Selector = "{pod=~\"p.*\", level!=\"none\"} |= \"request\"",
                Stage = [new StaticLabelsStage.Arguments { Values = new([new("matched", "yes")]) }, new LabelDropStage.Arguments { Values = ["filename"] }],
            },
            new StructuredMetadataStage.Arguments { Values = new([new("message", "msg")]) },
            new OutputStage.Arguments { Source = "msg" },
            new DropStage.Arguments { Expression = Pattern.Parse("healthz") },
        ]);
    }

    [Fact]
    public void Stages_that_pass_limit_and_cut_lines_allocate_nothing_per_line()
    {
        AssertNoAllocation(
        [
            new DecolorizeStage.Arguments(),
            new PatternStage.Arguments { Pattern = "<time> <stream> <flag> <rest>", LabelsFromGroups = false },
            new LuhnStage.Arguments(),
            new TenantStage.Arguments { Label = "pod" },
            new TenantStage.Arguments { Source = "stream" },
            new StructuredMetadataDropStage.Arguments { Values = ["none"] },
            new MetricsStage.Arguments { Counter = [new() { Name = "lines", MatchAll = true, Action = "inc" }, new() { Name = "n", Source = "time", Action = "add" }] },
            new LimitStage.Arguments { Rate = 1e9, Burst = 1_000_000 },
            new LimitStage.Arguments { Rate = 0.001, Burst = 1, Drop = true, ByLabelName = "pod" },
        ]);
        AssertNoAllocation([new SamplingStage.Arguments { Rate = 0.5 }, new PackStage.Arguments { Labels = ["pod"] }, new TruncateStage.Arguments { Rule = [new() { Limit = new(50), Suffix = ".." }] }]);
    }

    private static void AssertNoAllocation(StageArguments[] stages)
    {
        using var context = new TestComponentContext("loki.process.test");
        var process = new LokiProcess(context);
        Complete(process.ApplyAsync(new LokiProcess.Arguments { ForwardTo = [new Nowhere()], Stage = new ValueList<StageArguments>(stages) }, default));
        using LogBatch batch = Lines(1000);
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

    private static LogBatch Lines(int count)
    {
        var batch = new LogBatch();
        string[] levels = ["info", "warn", "debug", "error"];
        LabelSet[] streams = [.. Enumerable.Range(0, 10).Select(static i => LabelSet.From([new("filename", $"/var/log/pods/{i}.log"), new("pod", $"p{i}")]))];
        for (int i = 0; i < count; i++)
        {
            string body = $$"""{"level":"{{levels[i % 4]}}","message":"request {{i}} \"done\"","http":{"method":"GET","status":{{200 + (i % 3)}}},"d":1.25}""";
            byte[] line = Encoding.UTF8.GetBytes($"2024-05-06T07:08:09.123456789Z stdout F {body}");
            batch.Add(new LogEntry(streams[i % streams.Length], i, line));
        }
        return batch;
    }

    private static void Complete(ValueTask task) => Assert.True(task.IsCompletedSuccessfully, "the call did not end at once");

    private sealed class Nowhere : ILogConsumer
    {
        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) => ValueTask.CompletedTask;
    }
}
