using Agent.Sdk;
using Agent.Sdk.Tracing;
using Agent.Telemetry;

namespace Agent.Components.Common.Relabel;

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
    public IReadOnlyList<RuleCounts> Counts => [.. _steps.Select(static step => step.Counts)];

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

    /// <summary>The labels after each of some rules; null where one drops them, and nothing behind that.</summary>
    public static IReadOnlyList<LabelSet?> Trace(ValueList<RelabelRule> rules, LabelNameRule names, LabelSet labels)
    {
        var builder = new LabelSetBuilder(labels);
        var after = new List<LabelSet?>(rules.Count);
        foreach (RelabelRule rule in rules)
        {
            bool keeps = new RelabelStep(rule, names).Apply(builder);
            after.Add(keeps ? builder.ToLabelSet() : null);
            if (!keeps)
            {
                break;
            }
        }
        return after;
    }
}
