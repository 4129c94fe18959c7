using Agent.Sdk;
using Agent.Telemetry;

namespace Agent.Components.Common.Relabel;

/// <summary>What one rule has done so far.</summary>
/// <param name="Hits">Label sets that it matched, changed or kept.</param>
/// <param name="Drops">Label sets that it dropped.</param>
public readonly record struct RelabelCounts(long Hits, long Drops);

/// <summary>Applies relabelling rules in order. Safe on any thread; a builder belongs to one thread at a time.</summary>
public sealed class Relabeler
{
    private readonly RelabelStep[] _steps;

    public Relabeler(ValueList<RelabelRule> rules, LabelNameRule names)
    {
        Rules = rules;
        _steps = [.. rules.Select(rule => new RelabelStep(rule, names))];
    }

    public ValueList<RelabelRule> Rules { get; }

    /// <summary>Counts in the order of the rules.</summary>
    public IReadOnlyList<RelabelCounts> Counts => [.. _steps.Select(static step => step.Counts)];

    /// <summary>Rewrites the labels; false where a rule drops them, and then they are left as they were at that rule.</summary>
    public bool Apply(LabelSetBuilder labels)
    {
        foreach (RelabelStep step in _steps)
        {
            if (!step.Apply(labels))
            {
                return false;
            }
        }
        return true;
    }
}
