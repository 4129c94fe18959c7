using System.Text;
using Agent.Components.Loki.Process;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process;

/// <summary>A loki.process with a collector behind it.</summary>
internal sealed class PipelineFixture : IDisposable
{
    private readonly ILogConsumer _consumer;

    public PipelineFixture(params StageArguments[] stages)
        : this(null, stages)
    {
    }

    public PipelineFixture(ILogConsumer? consumer, params StageArguments[] stages)
    {
        _consumer = consumer ?? Collector;
        Context = new TestComponentContext("loki.process.test", Time);
        Component = new LokiProcess(Context);
        Apply(stages);
    }

    public FakeTimeProvider Time { get; } = new();

    public TestComponentContext Context { get; }

    public LogCollector Collector { get; } = new();

    public LokiProcess Component { get; }

    public void Apply(params StageArguments[] stages) =>
        Done(Component.ApplyAsync(new LokiProcess.Arguments { ForwardTo = [_consumer], Stage = new ValueList<StageArguments>(stages) }, default));

    /// <summary>Sends lines as one batch of one stream.</summary>
    public void Send(Receipt? receipt, params string[] lines)
    {
        using var batch = new LogBatch { Receipt = receipt };
        LabelSet labels = LabelSet.From([new("app", "x")]);
        foreach (string line in lines)
        {
            batch.Add(new LogEntry(labels, 1, Encoding.UTF8.GetBytes(line)));
        }
        Done(Component.ConsumeAsync(batch, default));
    }

    public void Send(params string[] lines) => Send(null, lines);

    public void Send(LogBatch batch) => Done(Component.ConsumeAsync(batch, default));

    /// <summary>The value of a counter without labels of its own, or with one label; null where there is no such series.</summary>
    public long? Count(string name, string? label = null) =>
        Context.Registry.Families().Where(family => family.Name == name).SelectMany(static family => family.Series)
            .Where(series => label is null || series.LabelValues[^1] == label)
            .Select(static series => (long?)((Counter)series.Instrument).Value).SingleOrDefault();

    public void Dispose() => Context.Dispose();

    private static void Done(ValueTask task) => Assert.True(task.IsCompletedSuccessfully, "the call did not end at once");
}
