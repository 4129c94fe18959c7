using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Runtime.Tests.Graph;

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
    private readonly ComponentContext _context;

    public TestTaker(ComponentContext context)
    {
        _context = context;
        context.ReportHealth(HealthState.Healthy, "takes");
    }

    public sealed record Arguments
    {
        /// <summary>Some items.</summary>
        public ValueList<string> Items { get; init; } = [];

        /// <summary>Some text.</summary>
        public string Note { get; init; } = "";

        /// <summary>A block.</summary>
        [Block] public Inner? Inner { get; init; }

        /// <summary>Shares its work.</summary>
        [Block] public Sharing? Clustering { get; init; }
    }

    public sealed record Sharing
    {
        /// <summary>Whether it does.</summary>
        public required bool Enabled { get; init; }
    }

    /// <param name="Taken">The note.</param>
    public sealed record Exports(string Taken);

    public sealed record Inner
    {
        /// <summary>More items.</summary>
        public ValueList<string> More { get; init; } = [];
    }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _context.Export(new Exports(arguments.Note));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
