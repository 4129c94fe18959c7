using System.Text;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Http;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Telemetry.Metrics;

namespace Agent.Web.Tests;

/// <summary>Sends one log entry, or one sample, each time it is asked over HTTP.</summary>
/// <example>test.pump "x" { }</example>
[Component("test.pump")]
public sealed class TestPump : IComponent<TestPump.Arguments>, IHttpHandler
{
    private Arguments _arguments = new();

    public TestPump(ComponentContext context) => _ = context;

    public sealed record Arguments
    {
        /// <summary>Gets the entries.</summary>
        public ValueList<ILogConsumer> Logs { get; init; } = [];

        /// <summary>Gets the samples.</summary>
        public ValueList<IMetricConsumer> Metrics { get; init; } = [];
    }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public async ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
    {
        var labels = LabelSet.From([KeyValuePair.Create("app", "pump")]);
        using var logs = new LogBatch();
        logs.Add(new LogEntry(labels, 1_000_000_000, Encoding.UTF8.GetBytes(request.Query("line") ?? "")));
        foreach (ILogConsumer consumer in _arguments.Logs)
        {
            await consumer.ConsumeAsync(logs, stop);
        }
        using var metrics = new MetricBatch();
        metrics.Add(new MetricSeries(labels.With("__name__", "up")), 1000, 1.5);
        foreach (IMetricConsumer consumer in _arguments.Metrics)
        {
            await consumer.ConsumeAsync(metrics, stop);
        }
        reply.Text(200, "sent");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Takes log entries and forgets them.</summary>
/// <example>test.log_sink "x" { }</example>
[Component("test.log_sink")]
public sealed class TestLogSink : IComponent<TestLogSink.Arguments>, ILogConsumer
{
    public TestLogSink(ComponentContext context) => context.Export(new Exports(this));

    public sealed record Arguments;

    /// <param name="Receiver">Takes entries.</param>
    public sealed record Exports(ILogConsumer Receiver);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => ValueTask.CompletedTask;

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Takes samples and forgets them.</summary>
/// <example>test.metric_sink "x" { }</example>
[Component("test.metric_sink")]
public sealed class TestMetricSink : IComponent<TestMetricSink.Arguments>, IMetricConsumer
{
    public TestMetricSink(ComponentContext context) => context.Export(new Exports(this));

    public sealed record Arguments;

    /// <param name="Receiver">Takes samples.</param>
    public sealed record Exports(IMetricConsumer Receiver);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => ValueTask.CompletedTask;

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
