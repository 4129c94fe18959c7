using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Tracing;
using Agent.Telemetry;

namespace Agent.Web.Tests;

/// <summary>Says that it has rules and stages: each rule sets a label to its name, and one named drop drops; each stage adds its name to the line.</summary>
/// <example>test.rules "x" { }</example>
[Component("test.rules")]
public sealed class TestRules : IComponent<TestRules.Arguments>, IRelabelTrace, IStageTrace
{
    private Arguments _arguments = new();

    public TestRules(ComponentContext context) => _ = context;

    public sealed record Arguments
    {
        /// <summary>The rules.</summary>
        [Block]
        public ValueList<NamedRule> Rule { get; init; } = [];
    }

    public sealed record NamedRule
    {
        /// <summary>What it does.</summary>
        public required string Name { get; init; }

        /// <summary>A password.</summary>
        public Secret? Password { get; init; }
    }

    public IReadOnlyList<RuleCounts> RuleCounts => [.. _arguments.Rule.Select(static (_, at) => new RuleCounts(at + 10, at))];

    public IEnumerable<LabelSet> Inputs() => [Set("a", "http://me:hunter2@host/"), Set("b", "two")];

    public IEnumerable<LabelSet> DroppedTargets() => [Set("__address__", "gone:80")];

    public IReadOnlyList<LabelSet?> Trace(LabelSet labels)
    {
        var after = new List<LabelSet?>();
        foreach (NamedRule rule in _arguments.Rule)
        {
            after.Add(rule.Name == "drop" ? null : labels = labels.With(rule.Name, "set"));
            if (rule.Name == "drop")
            {
                break;
            }
        }
        return after;
    }

    public IReadOnlyList<IReadOnlyList<TracedEntry>> Trace(LabelSet labels, long timestamp, string line) =>
    [
        [new TracedEntry(timestamp, line + "!", labels) { Extracted = [new("x", "y")], Metadata = [new("m", "n")] }],
        [],
    ];

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static LabelSet Set(string name, string value) => LabelSet.From([KeyValuePair.Create(name, value)]);
}
