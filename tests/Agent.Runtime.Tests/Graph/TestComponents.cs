using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Runtime.Tests.Graph;

/// <summary>Exports the text it is given.</summary>
[Component("test.value")]
public sealed class TestValue(ComponentContext context) : IComponent<TestValue.Arguments>
{
    public sealed record Arguments
    {
        /// <summary>What to export.</summary>
        public required string Text { get; init; }
    }

    /// <param name="Output">The text.</param>
    public sealed record Exports(string Output);

    public int Applied { get; private set; }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        Applied++;
        context.Export(new Exports(arguments.Text));
        return ValueTask.CompletedTask;
    }

    public void ExportNow(string text) => context.Export(new Exports(text));

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Keeps what it receives.</summary>
[Component("test.sink")]
public sealed class TestSink : IComponent<TestSink.Arguments>, ILogConsumer
{
    public TestSink(ComponentContext context) => context.Export(new Exports(this));

    public sealed record Arguments
    {
        /// <summary>Any text.</summary>
        public string Note { get; init; } = "";

        /// <summary>Throws on every batch.</summary>
        public bool Broken { get; init; }
    }

    /// <param name="Receiver">Takes entries.</param>
    public sealed record Exports(ILogConsumer Receiver);

    public LogCollector Collected { get; } = new();

    public Arguments? Current { get; private set; }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        Current = arguments;
        return ValueTask.CompletedTask;
    }

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) =>
        Current!.Broken ? throw new InvalidOperationException("broken sink") : Collected.ConsumeAsync(batch, stop);

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Sends what a test tells it to.</summary>
[Component("test.source")]
public sealed class TestSource(ComponentContext context) : IComponent<TestSource.Arguments>
{
    private readonly TaskCompletionSource _stopped = new();

    public sealed record Arguments
    {
        /// <summary>Receivers.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>A label of every line.</summary>
        public string Tag { get; init; } = "";

        /// <summary>Makes the component refuse its arguments for a reason outside the configuration.</summary>
        public bool Unready { get; init; }
    }

    public Arguments? Current { get; private set; }

    public int Applied { get; private set; }

    public int Runs { get; private set; }

    public Task Stopped => _stopped.Task;

    public string Id => context.Id;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        if (arguments.Unready)
        {
            throw new ComponentException("not ready yet");
        }
        Applied++;
        Current = arguments;
        return ValueTask.CompletedTask;
    }

    public ValueTask SendAsync(string line)
    {
        var batch = new LogBatch();
        batch.Add(new LogEntry(LabelSet.Empty.With("tag", Current!.Tag), 1, System.Text.Encoding.UTF8.GetBytes(line)));
        return LogFanOut.Of(Current.ForwardTo).ConsumeAsync(batch, CancellationToken.None);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        Runs++;
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask DisposeAsync()
    {
        _stopped.TrySetResult();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Hands on what it receives.</summary>
[Component("test.relay")]
public sealed class TestRelay : IComponent<TestRelay.Arguments>, ILogConsumer
{
    private volatile Arguments? _arguments;

    public TestRelay(ComponentContext context) => context.Export(new Exports(this));

    public sealed record Arguments
    {
        /// <summary>Receivers.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Any text.</summary>
        public string Note { get; init; } = "";
    }

    /// <param name="Receiver">Takes entries.</param>
    public sealed record Exports(ILogConsumer Receiver);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        return ValueTask.CompletedTask;
    }

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) => LogFanOut.Of(_arguments!.ForwardTo).ConsumeAsync(batch, stop);

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public ValueTask DisposeAsync()
    {
        // Whoever still calls is told.
        _arguments = null;
        return ValueTask.CompletedTask;
    }
}
