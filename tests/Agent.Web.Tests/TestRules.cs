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

    public TestRules(ComponentContext context) => context.Export(new Exports([]));

    public sealed record Arguments
    {
        /// <summary>Where its targets come from; they are not looked at.</summary>
        public ValueList<Target> Targets { get; init; } = [];

        /// <summary>The rules.</summary>
        [Block]
        public ValueList<NamedRule> Rule { get; init; } = [];
    }

    /// <param name="Output">Nothing.</param>
    public sealed record Exports(ValueList<Target> Output);

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

    public IEnumerable<KeyValuePair<LabelSet, LabelSet>> KeptTargets() =>
    [
        new(Set("__address__", "other:80"), Set("job", "first")),
        new(Set("__address__", "http://me:hunter2@before:80").With("__param_api_key", "hunter2"), Set("__address__", "10.0.0.0:80").With("job", "first")),
        new(Set("__address__", "far:80"), Set("__address__", "http://me:hunter2@before:80").With("__param_api_key", "hunter2")),
    ];

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
