using Agent.Sdk;

namespace Agent.Components.Discovery.Kubernetes.Pushdown;

/// <summary>What the API server is asked for beyond the configuration's own selectors: whatever else there is, the rules behind would drop.</summary>
/// <param name="Node">Pods of this node, or this node, only; null for all.</param>
/// <param name="Namespaces">Objects of these namespaces only; null for all.</param>
/// <param name="ExcludedPhases">Pods in none of these phases.</param>
internal sealed record PushedSelectors(string? Node, ValueList<string>? Namespaces, ValueList<string> ExcludedPhases)
{
    public static PushedSelectors None { get; } = new(null, null, ValueList<string>.Empty);

    public bool IsEmpty => Node is null && Namespaces is null && ExcludedPhases.Count == 0;
}

/// <param name="Selectors">What may be asked for.</param>
/// <param name="Reasons">Why it is not more, one sentence each; for people.</param>
internal sealed record Pushdown(PushedSelectors Selectors, ValueList<string> Reasons)
{
    public static Pushdown Nothing(string reason) => new(PushedSelectors.None, [reason]);
}
