using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Syntax.Values;

namespace Agent.Web.Tests;

/// <summary>Holds a text, may hold a password, may be unwell.</summary>
/// <example>test.note "x" { text = "hello" }</example>
[Component("test.note")]
public sealed class TestNote(ComponentContext context) : IComponent<TestNote.Arguments>, IDebuggable
{
    public sealed record Arguments
    {
        /// <summary>The text.</summary>
        public required string Text { get; init; }

        /// <summary>A password.</summary>
        public Secret? Password { get; init; }

        /// <summary>Passwords by name.</summary>
        public ValueMap<Secret> Others { get; init; } = ValueMap<Secret>.Empty;

        /// <summary>Why it is unwell.</summary>
        public string Complaint { get; init; } = "";

        /// <summary>A block.</summary>
        [Block]
        public Inner? Inner { get; init; }
    }

    public sealed record Inner
    {
        /// <summary>A number.</summary>
        public int Number { get; init; }
    }

    public sealed record Exports
    {
        /// <summary>The text again.</summary>
        public required string Text { get; init; }
    }

    private string _text = "";

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _text = arguments.Text;
        context.Export(new Exports { Text = arguments.Text });
        HealthState state = arguments.Complaint.Length > 0 ? HealthState.Unhealthy : HealthState.Healthy;
        context.ReportHealth(state, arguments.Complaint);
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public Value DebugState() =>
        new MapValue(new Dictionary<string, Value> { ["length"] = Value.Of(_text.Length) });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
