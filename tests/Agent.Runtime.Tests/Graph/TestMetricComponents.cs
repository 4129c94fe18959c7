using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;

namespace Agent.Runtime.Tests.Graph;

/// <summary>Keeps the metrics that it receives.</summary>
[Component("test.metric_sink")]
public sealed class TestMetricSink : IComponent<TestMetricSink.Arguments>, IMetricConsumer
{
    public TestMetricSink(ComponentContext context) => context.Export(new Exports(this));

    public sealed record Arguments
    {
        /// <summary>Throws on every batch.</summary>
        public bool Broken { get; init; }

        /// <summary>Keeps nothing.</summary>
        public bool Discard { get; init; }

        /// <summary>Throws later rather than at once.</summary>
        public bool Late { get; init; }
    }

    /// <param name="Receiver">Takes metrics.</param>
    public sealed record Exports(IMetricConsumer Receiver);

    public MetricCollector Collected { get; } = new();

    public Arguments? Current { get; private set; }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        Current = arguments;
        return ValueTask.CompletedTask;
    }

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        if (Current!.Late)
        {
            return FailLateAsync(stop);
        }
        if (Current.Discard)
        {
            return ValueTask.CompletedTask;
        }
        return Current.Broken ? throw new InvalidOperationException("broken sink") : Collected.ConsumeAsync(batch, stop);
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async ValueTask FailLateAsync(CancellationToken stop)
    {
        await Task.Yield();
        stop.ThrowIfCancellationRequested();
        throw new InvalidOperationException("late failure");
    }
}

/// <summary>Sends the metrics that a test tells it to.</summary>
[Component("test.metric_source")]
public sealed class TestMetricSource(ComponentContext context) : IComponent<TestMetricSource.Arguments>
{
    private readonly MetricSeries _series = new(LabelSet.Empty.With("__name__", "up"));

    public sealed record Arguments
    {
        /// <summary>Receivers.</summary>
        public required ValueList<IMetricConsumer> ForwardTo { get; init; }
    }

    public string Id => context.Id;

    public Arguments? Current { get; private set; }

    public int Applied { get; private set; }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        Applied++;
        Current = arguments;
        return ValueTask.CompletedTask;
    }

    /// <summary>Two samples and a native histogram.</summary>
    public async Task SendAsync(CancellationToken stop = default)
    {
        using var batch = new MetricBatch();
        batch.Add(_series, 1, 0);
        batch.Add(_series, 2, 1);
        batch.AddHistogram(new HistogramSample(_series, 2), new HistogramView { Head = new HistogramHead { Count = 1 } });
        await MetricFanOut.Of(Current!.ForwardTo).ConsumeAsync(batch, stop);
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
