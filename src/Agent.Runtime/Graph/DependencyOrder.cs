using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>Sorts nodes so that dependencies come first, and reports cycles.</summary>
internal static class DependencyOrder
{
    /// <summary>Tarjan's strongly connected components, which come out in dependency order; one of more than a node is a cycle.</summary>
    public static IReadOnlyList<NodeDefinition> Sort(IReadOnlyList<NodeDefinition> nodes, DiagnosticBag diagnostics)
    {
        var search = new Search(nodes.ToDictionary(static node => node.Id, StringComparer.Ordinal));
        foreach (NodeDefinition node in nodes)
        {
            search.Visit(node.Id);
        }
        var order = new List<NodeDefinition>(nodes.Count);
        foreach (List<NodeDefinition> group in search.Groups)
        {
            Report(group, diagnostics);
            order.AddRange(group);
        }
        return order;
    }

    private static void Report(List<NodeDefinition> group, DiagnosticBag diagnostics)
    {
        if (group.Count == 1)
        {
            NodeDefinition node = group[0];
            if (node.Dependencies.Contains(node.Id, StringComparer.Ordinal))
            {
                diagnostics.Error(DiagnosticCodes.Cycle, node.Block.OpeningSpan, "cannot reference self");
            }
            return;
        }
        string names = string.Join(", ", group.Select(static node => node.Id).Order(StringComparer.Ordinal));
        foreach (NodeDefinition node in group.OrderBy(static node => node.Block.Span.Start))
        {
            diagnostics.Error(DiagnosticCodes.Cycle, node.Block.OpeningSpan, $"cycle detected: {names}");
        }
    }

    /// <summary>The search keeps its own stack: a chain of a hundred thousand nodes must not end the process.</summary>
    private sealed class Search(Dictionary<string, NodeDefinition> nodes)
    {
        private readonly Dictionary<string, (int Index, int Low)> _seen = new(StringComparer.Ordinal);
        private readonly HashSet<string> _open = new(StringComparer.Ordinal);
        private readonly Stack<string> _path = new();

        public List<List<NodeDefinition>> Groups { get; } = [];

        public void Visit(string start)
        {
            if (_seen.ContainsKey(start))
            {
                return;
            }
            var frames = new Stack<(string Id, int Next)>();
            Open(start, frames);
            while (frames.TryPop(out (string Id, int Next) frame))
            {
                IReadOnlyList<string> dependencies = nodes[frame.Id].Dependencies;
                if (frame.Next < dependencies.Count)
                {
                    frames.Push((frame.Id, frame.Next + 1));
                    Follow(frame.Id, dependencies[frame.Next], frames);
                    continue;
                }
                Close(frame.Id);
                if (frames.TryPeek(out (string Id, int Next) parent))
                {
                    Lower(parent.Id, _seen[frame.Id].Low);
                }
            }
        }

        private void Open(string id, Stack<(string, int)> frames)
        {
            _seen[id] = (_seen.Count, _seen.Count);
            _path.Push(id);
            _open.Add(id);
            frames.Push((id, 0));
        }

        private void Follow(string from, string to, Stack<(string, int)> frames)
        {
            if (!nodes.ContainsKey(to))
            {
                return;
            }
            if (!_seen.TryGetValue(to, out (int Index, int Low) seen))
            {
                Open(to, frames);
            }
            else if (_open.Contains(to))
            {
                Lower(from, seen.Index);
            }
        }

        private void Lower(string id, int low)
        {
            (int index, int own) = _seen[id];
            _seen[id] = (index, Math.Min(own, low));
        }

        private void Close(string id)
        {
            (int index, int low) = _seen[id];
            if (index != low)
            {
                return;
            }
            var group = new List<NodeDefinition>();
            string member;
            do
            {
                member = _path.Pop();
                _open.Remove(member);
                group.Add(nodes[member]);
            }
            while (member != id);
            Groups.Add(group);
        }
    }
}
