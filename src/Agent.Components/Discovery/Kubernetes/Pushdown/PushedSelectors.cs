using Agent.Sdk;

namespace Agent.Components.Discovery.Kubernetes.Pushdown;

/// <summary>What the API server is asked for beyond the configuration's own selectors: whatever else there is, the rules behind would drop.</summary>
/// <param name="Node">Pods of this node, or this node, only; null for all.</param>
/// <param name="Namespaces">Objects of these namespaces only; null for all.</param>
/// <param name="ExcludedPhases">Pods in none of these phases.</param>
internal sealed record PushedSelectors(string? Node, ValueList<string>? Namespaces, ValueList<string> ExcludedPhases)
{
    public static PushedSelectors None { get; } = new(null, null, ValueList<string>.Empty);

    /// <summary>For the log.</summary>
    public string Describe()
    {
        var parts = new List<string>();
        if (Node is not null)
        {
            parts.Add($"node {Node}");
        }
        if (Namespaces is not null)
        {
            parts.Add($"namespaces {string.Join(", ", Namespaces)}");
        }
        if (ExcludedPhases.Count > 0)
        {
            parts.Add($"no pods that are {string.Join(", ", ExcludedPhases)}");
        }
        return parts.Count == 0 ? "nothing" : string.Join("; ", parts);
    }
}

/// <summary>What was found of rules.</summary>
/// <param name="Selectors">What may be asked for.</param>
/// <param name="Reasons">Why it is not more, one sentence each; for people.</param>
internal sealed record PushdownOutcome(PushedSelectors Selectors, ValueList<string> Reasons)
{
    public static PushdownOutcome Nothing(string reason) => new(PushedSelectors.None, [reason]);
}
