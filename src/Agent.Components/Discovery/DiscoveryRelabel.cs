using Agent.Components.Common.Relabel;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Tracing;
using Agent.Telemetry;

namespace Agent.Components.Discovery;

/// <summary>Rewrites, keeps or drops targets by rules over their labels.</summary>
/// <example>
/// discovery.relabel "keep_backend" {
///     targets = [
///         { "__address__" = "localhost:80", "app" = "backend" },
///         { "__address__" = "localhost:81", "app" = "database" },
///     ]
///
///     rule {
///         action        = "keep"
///         source_labels = ["app"]
///         regex         = "backend"
///     }
/// }
/// </example>
[Component("discovery.relabel")]
public sealed class DiscoveryRelabel(ComponentContext context) : IComponent<DiscoveryRelabel.Arguments>, IRelabelTrace
{
    private volatile RelabelledTargets _known = RelabelledTargets.None;
    private volatile Relabeler _relabeler = new(ValueList<RelabelRule>.Empty, LabelNameRule.Utf8);

    public sealed record Arguments
    {
        /// <summary>Targets to relabel.</summary>
        public required ValueList<Target> Targets { get; init; }

        /// <summary>Relabelling rules, applied to each target in the order in which they are written.</summary>
        [Block]
        public ValueList<RelabelRule> Rule { get; init; } = [];
    }

    /// <param name="Output">The targets that are left, with their new labels.</param>
    /// <param name="Rules">The rules themselves, for other components to apply.</param>
    public sealed record Exports(ValueList<Target> Output, RelabelRules Rules);

    public IReadOnlyList<RuleCounts> RuleCounts => _relabeler.Counts;

    public IEnumerable<LabelSet> Inputs() => _known.Keys;

    public IEnumerable<LabelSet> DroppedTargets() => _known.Where(static known => known.Value is null).Select(static known => known.Key);

    public IEnumerable<KeyValuePair<LabelSet, LabelSet>> KeptTargets() => _known.Where(static known => known.Value is not null)
        .Select(static known => KeyValuePair.Create(known.Key, known.Value!.Labels));

    public IReadOnlyList<LabelSet?> Trace(LabelSet labels) => Relabeler.Trace(_relabeler.Rules, LabelNameRule.Utf8, labels);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        if (!arguments.Rule.Equals(_relabeler.Rules))
        {
            _relabeler = new Relabeler(arguments.Rule, LabelNameRule.Utf8);
            _known = RelabelledTargets.None;
        }
        var labels = new LabelSetBuilder();
        RelabelledTargets known = _known.Next(arguments.Targets, target => Relabel(target, labels));
        _known = known;
        context.Export(new Exports(new ValueList<Target>(known.Kept()), new RelabelRules(arguments.Rule)));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Target? Relabel(Target target, LabelSetBuilder labels)
    {
        labels.Reset(target.Labels);
        if (!_relabeler.Apply(labels))
        {
            return null;
        }
        LabelSet relabelled = labels.ToLabelSet();
        return relabelled.Equals(target.Labels) ? target : new Target(relabelled);
    }
}
