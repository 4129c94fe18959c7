namespace Agent.Runtime.Graph;

/// <summary>The nodes of a module in an order in which each stands behind everything it refers to.</summary>
/// <param name="Nodes">In dependency order; sinks come before their producers, since producers refer to them.</param>
/// <param name="Unavailable">Ids of blocks that this build cannot run: their exports are unknown, so that what refers to them can still be checked.</param>
public sealed record GraphPlan(IReadOnlyList<NodeDefinition> Nodes, IReadOnlySet<string> Unavailable)
{
    public static GraphPlan Empty { get; } = new([], new HashSet<string>());
}
