using Agent.Components.Common.Relabel;

namespace Agent.Components.Discovery.Kubernetes.Pushdown;

/// <summary>Follows relabelling rules in order and notes what every target that is left at the end must have had at the beginning.</summary>
/// <remarks>
/// A rule counts only while the label that it looks at is known to hold, unchanged, a field of the object. Whatever may have written
/// that label before ends that; a rule that is not understood but writes nothing takes nothing away from what is known.
/// </remarks>
internal sealed class RuleWalk
{
    private static readonly string[] Phases = ["Pending", "Running", "Succeeded", "Failed", "Unknown"];

    private readonly Dictionary<string, ObjectField> _labels;
    private readonly string? _ownNode;
    private readonly HashSet<string> _excludedPhases = new(StringComparer.Ordinal);
    private HashSet<string>? _namespaces;

    /// <param name="rules">Of one component.</param>
    /// <param name="labels">Which labels hold which field at the beginning; is changed.</param>
    /// <param name="ownNode">The agent's own node, whose name is taken for a literal although dots match any letter; null where it is not known.</param>
    public RuleWalk(IEnumerable<RelabelRule> rules, Dictionary<string, ObjectField> labels, string? ownNode)
    {
        _labels = labels;
        _ownNode = ownNode;
        foreach (RelabelRule rule in rules)
        {
            Follow(rule);
        }
    }

    /// <summary>The one node whose targets are left; null where others may be.</summary>
    public string? Node { get; private set; }

    /// <summary>The namespaces whose targets are left; null where others may be.</summary>
    public IReadOnlySet<string>? Namespaces => _namespaces;

    /// <summary>No target of a pod in one of these phases is left.</summary>
    public IReadOnlySet<string> ExcludedPhases => _excludedPhases;

    /// <summary>A pattern for nodes that more than one name may match; null where there is none.</summary>
    public string? LooseNodePattern { get; private set; }

    private void Follow(RelabelRule rule)
    {
        switch (rule.Action)
        {
            case RelabelAction.Keep when FieldOf(rule) is { } field:
                Keep(field, rule);
                break;
            case RelabelAction.Drop when FieldOf(rule) is ObjectField.Phase && rule.Regex.TryGetLiterals(out IReadOnlyList<string>? phases):
                _excludedPhases.UnionWith(phases);
                break;
            case RelabelAction.Replace when IsCopy(rule) && FieldOf(rule) is { } field:
                _labels[rule.TargetLabel] = field;
                break;
            case RelabelAction.Replace:
                ForgetWritten(rule.TargetLabel);
                break;
            case RelabelAction.HashMod or RelabelAction.Lowercase or RelabelAction.Uppercase:
                _labels.Remove(rule.TargetLabel);
                break;
            case RelabelAction.LabelMap:
                ForgetWritten(rule.Replacement);
                break;
            case RelabelAction.LabelDrop:
                Forget(label => rule.Regex.IsMatch(label));
                break;
            case RelabelAction.LabelKeep:
                Forget(label => !rule.Regex.IsMatch(label));
                break;
        }
    }

    private ObjectField? FieldOf(RelabelRule rule) =>
        rule.SourceLabels is { Count: 1 } sources && _labels.TryGetValue(sources[0], out ObjectField field) ? field : null;

    private void Keep(ObjectField field, RelabelRule rule)
    {
        // Its dots match any letter: a node whose name differs nowhere else would be kept as well. That one is left to its own agent.
        if (field == ObjectField.Node && rule.Regex.Text == _ownNode)
        {
            Node ??= _ownNode;
            return;
        }
        if (!rule.Regex.TryGetLiterals(out IReadOnlyList<string>? values))
        {
            LooseNodePattern ??= field == ObjectField.Node ? rule.Regex.Text : null;
            return;
        }
        switch (field)
        {
            // Two rules that keep different nodes leave nothing: either of them will do.
            case ObjectField.Node when values is [string only]:
                Node ??= only;
                break;
            case ObjectField.Namespace when _namespaces is null:
                _namespaces = new HashSet<string>(values, StringComparer.Ordinal);
                break;
            case ObjectField.Namespace when values.Any(_namespaces!.Contains):
                _namespaces!.IntersectWith(values);
                break;
            case ObjectField.Phase:
                _excludedPhases.UnionWith(Phases.Where(phase => !values.Contains(phase)));
                break;
        }
    }

    /// <summary>A rule writes a label whose name it makes from a template: what stands before the first reference is sure, the rest may be anything.</summary>
    private void ForgetWritten(string template)
    {
        int reference = template.IndexOf('$', StringComparison.Ordinal);
        if (reference < 0)
        {
            _labels.Remove(template);
            return;
        }
        string start = template[..reference];
        Forget(label => label.StartsWith(start, StringComparison.Ordinal));
    }

    private void Forget(Predicate<string> isWritten)
    {
        foreach (string label in _labels.Keys.Where(label => isWritten(label)).ToList())
        {
            _labels.Remove(label);
        }
    }

    private static bool IsCopy(RelabelRule rule) =>
        rule.Regex.Text == RelabelRule.AnyText && rule.Replacement is "$1" or "${1}" or "$0" or "${0}"
        && !rule.TargetLabel.Contains('$', StringComparison.Ordinal);
}
