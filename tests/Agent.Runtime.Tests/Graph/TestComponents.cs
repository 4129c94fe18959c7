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

/// <summary>Exports a list of text, and remembers who it was told uses it.</summary>
[Component("test.watched")]
public sealed class TestWatched(ComponentContext context) : IComponent<TestWatched.Arguments>, IConsumerAware
{
    public sealed record Arguments
    {
        /// <summary>What to export.</summary>
        public required ValueList<string> Items { get; init; }
    }

    /// <param name="Items">The items.</param>
    public sealed record Exports(ValueList<string> Items);

    public List<IReadOnlyList<ExportUse>> Told { get; } = [];

    public int ToldBeforeRun { get; private set; }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        context.Export(new Exports(arguments.Items));
        return ValueTask.CompletedTask;
    }

    public void ConsumersChanged(IReadOnlyList<ExportUse> uses) => Told.Add(uses);

    public Task RunAsync(CancellationToken stop)
    {
        ToldBeforeRun = Told.Count;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Takes lists of text in several places.</summary>
[Component("test.taker")]
public sealed class TestTaker : IComponent<TestTaker.Arguments>
{
    public TestTaker(ComponentContext context) => context.ReportHealth(HealthState.Healthy, "takes");

    public sealed record Arguments
    {
        /// <summary>Some items.</summary>
        public ValueList<string> Items { get; init; } = [];

        /// <summary>Some text.</summary>
        public string Note { get; init; } = "";

        /// <summary>A block.</summary>
        [Block] public Inner? Inner { get; init; }
    }

    public sealed record Inner
    {
        /// <summary>More items.</summary>
        public ValueList<string> More { get; init; } = [];
    }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => ValueTask.CompletedTask;

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
