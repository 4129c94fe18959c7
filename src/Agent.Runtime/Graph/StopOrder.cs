namespace Agent.Runtime.Graph;

/// <summary>Orders nodes for stopping: those that nobody feeds from first, sinks last; nodes of one step stop together.</summary>
internal static class StopOrder
{
    public static IEnumerable<IGrouping<int, PlacedNode>> Steps(IReadOnlyList<PlacedNode> nodes)
    {
        var depth = nodes.ToDictionary(static place => place.Node.Id, static _ => 0, StringComparer.Ordinal);
        // Dependency order backwards: every node that refers to this one has its depth already. Values that modules are given and give
        // are nodes on the way, so that producers and sinks in different modules are in order too.
        foreach (PlacedNode place in nodes.Reverse<PlacedNode>())
        {
            foreach (string watched in place.Watches)
            {
                if (depth.TryGetValue(watched, out int known))
                {
                    depth[watched] = Math.Max(known, depth[place.Node.Id] + 1);
                }
            }
        }
        return nodes.GroupBy(place => depth[place.Node.Id]).OrderBy(static step => step.Key);
    }
}
