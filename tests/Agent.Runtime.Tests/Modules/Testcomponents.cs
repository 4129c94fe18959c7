using System.Text;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Runtime.Tests.Modules;

/// <summary>Exports its maximum; the golden configurations count up to it.</summary>
[Component("testcomponents.count")]
public sealed class TestcomponentsCount(ComponentContext context) : IComponent<TestcomponentsCount.Arguments>
{
    public sealed record Arguments
    {
        /// <summary>Not used.</summary>
        public TimeSpan Frequency { get; init; } = TimeSpan.FromSeconds(1);

        /// <summary>What to export.</summary>
        public required long Max { get; init; }
    }

    /// <param name="Count">The maximum.</param>
    public sealed record Exports(long Count);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        context.Export(new Exports(arguments.Max));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Exports its input.</summary>
[Component("testcomponents.passthrough")]
public sealed class TestcomponentsPassthrough(ComponentContext context) : IComponent<TestcomponentsPassthrough.Arguments>
{
    public sealed record Arguments
    {
        /// <summary>What to export.</summary>
        public required string Input { get; init; }

        /// <summary>Not used.</summary>
        public TimeSpan Lag { get; init; }
    }

    /// <param name="Output">The input.</param>
    public sealed record Exports(string Output);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        context.Export(new Exports(arguments.Input));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Keeps its last input.</summary>
[Component("testcomponents.summation")]
public sealed class TestcomponentsSummation : IComponent<TestcomponentsSummation.Arguments>
{
    public sealed record Arguments
    {
        /// <summary>A number.</summary>
        public required long Input { get; init; }
    }

    public TestcomponentsSummation(ComponentContext context) => ArgumentNullException.ThrowIfNull(context);

    public long LastAdded { get; private set; }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        LastAdded = arguments.Input;
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Sends one line for each pulse, once.</summary>
[Component("testcomponents.pulse")]
public sealed class TestcomponentsPulse : IComponent<TestcomponentsPulse.Arguments>
{
    private Arguments? _arguments;

    public sealed record Arguments
    {
        /// <summary>Not used.</summary>
        public TimeSpan Frequency { get; init; } = TimeSpan.FromSeconds(1);

        /// <summary>How many pulses.</summary>
        public required long Max { get; init; }

        /// <summary>Receivers.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }
    }

    public TestcomponentsPulse(ComponentContext context) =>
        context.Metrics.Counter("pulse_count", "Pulses.");

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        for (long i = 0; i < _arguments!.Max; i++)
        {
            await Lines.SendAsync(_arguments.ForwardTo, "1");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Counts the pulses of all senders.</summary>
[Component("testcomponents.summation_receiver")]
public sealed class TestcomponentsSummationReceiver : IComponent<TestcomponentsSummationReceiver.Arguments>, ILogConsumer
{
    private long _sum;

    public TestcomponentsSummationReceiver(ComponentContext context) => context.Export(new Exports(this));

    public sealed record Arguments;

    /// <param name="Receiver">Takes pulses.</param>
    public sealed record Exports(ILogConsumer Receiver);

    public long Sum => Volatile.Read(ref _sum);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => ValueTask.CompletedTask;

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        Interlocked.Add(ref _sum, batch.Count);
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Sends what it was given as text.</summary>
[Component("testcomponents.stringer")]
public sealed class TestcomponentsStringer : IComponent<TestcomponentsStringer.Arguments>
{
    private Arguments? _arguments;

    public TestcomponentsStringer(ComponentContext context) => ArgumentNullException.ThrowIfNull(context);

    public sealed record Arguments
    {
        /// <summary>A text.</summary>
        public string? InputString { get; init; }

        /// <summary>A number.</summary>
        public long? InputInt { get; init; }

        /// <summary>A number.</summary>
        public double? InputFloat { get; init; }

        /// <summary>A map.</summary>
        public Value InputMap { get; init; } = Value.Null;

        /// <summary>A list.</summary>
        public Value InputArray { get; init; } = Value.Null;

        /// <summary>Receivers.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }
    }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop)
    {
        Arguments given = _arguments!;
        string text = given.InputString ?? given.InputInt?.ToString() ?? given.InputFloat?.ToString()
            ?? global::Agent.Runtime.Evaluation.ValuePrinter.Print(given.InputMap is NullValue ? given.InputArray : given.InputMap);
        return Lines.SendAsync(given.ForwardTo, text).AsTask();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Keeps the texts that it gets.</summary>
[Component("testcomponents.string_receiver")]
public sealed class TestcomponentsStringReceiver : IComponent<TestcomponentsStringReceiver.Arguments>, ILogConsumer
{
    private readonly Agent.Testing.LogCollector _collected = new();

    public TestcomponentsStringReceiver(ComponentContext context) => context.Export(new Exports(this));

    public sealed record Arguments;

    /// <param name="Receiver">Takes texts.</param>
    public sealed record Exports(ILogConsumer Receiver);

    public IEnumerable<string> Texts => _collected.Entries.Select(static entry => entry.Line);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => ValueTask.CompletedTask;

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) => _collected.ConsumeAsync(batch, stop);

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Exports targets.</summary>
[Component("testcomponents.targets")]
public sealed class TestcomponentsTargets(ComponentContext context) : IComponent<TestcomponentsTargets.Arguments>
{
    public sealed record Arguments
    {
        /// <summary>The targets.</summary>
        public required ValueList<Target> Targets { get; init; }
    }

    /// <param name="Output">The targets.</param>
    public sealed record Exports(ValueList<Target> Output);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        context.Export(new Exports(arguments.Targets));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Does nothing, and is not settled.</summary>
[Component("testcomponents.experimental", Stability = Stability.Experimental)]
public sealed class TestcomponentsExperimental : IComponent<TestcomponentsExperimental.Arguments>
{
    public TestcomponentsExperimental(ComponentContext context) => ArgumentNullException.ThrowIfNull(context);

    public sealed record Arguments;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => ValueTask.CompletedTask;

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal static class Lines
{
    public static ValueTask SendAsync(ValueList<ILogConsumer> receivers, string line)
    {
        var batch = new LogBatch();
        batch.Add(new LogEntry(LabelSet.Empty, 1, Encoding.UTF8.GetBytes(line)));
        return LogFanOut.Of(receivers).ConsumeAsync(batch, CancellationToken.None);
    }
}
