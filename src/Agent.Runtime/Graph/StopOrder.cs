namespace Agent.Runtime.Graph;

/// <summary>Orders nodes for stopping: those that nobody feeds from first, sinks last; nodes of one step stop together.</summary>
internal static class StopOrder
{
    public static IEnumerable<IGrouping<int, ComponentNode>> Steps(GraphState state, IReadOnlyList<ComponentNode> nodes)
    {
        var depth = nodes.ToDictionary(static node => node.Id, static _ => 0, StringComparer.Ordinal);
        // Dependency order backwards: every node that refers to this one has its depth already.
        foreach (ComponentNode node in nodes.Reverse<ComponentNode>())
        {
            foreach (string dependency in state.Definitions[node.Id].Dependencies)
            {
                if (depth.TryGetValue(dependency, out int known))
                {
                    depth[dependency] = Math.Max(known, depth[node.Id] + 1);
                }
            }
        }
        return nodes.GroupBy(node => depth[node.Id]).OrderBy(static step => step.Key);
    }
}
