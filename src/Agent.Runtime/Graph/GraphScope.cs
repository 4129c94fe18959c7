using System.Diagnostics.CodeAnalysis;
using Agent.Runtime.Evaluation;
using Agent.Sdk;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Runtime.Graph;

/// <summary>Resolves what expressions say: nodes first, then whatever the outer scope knows.</summary>
/// <remarks>A node that has not exported yet stands for a value of which only the shape is known.</remarks>
internal sealed class GraphScope(Func<string, ComponentNode?> find, IScope outer) : IScope
{
    public GraphScope(GraphState state, IScope outer)
        : this(state.Find, outer)
    {
    }

    public bool TryResolve(IReadOnlyList<string> parts, [NotNullWhen(true)] out Value? value, out int consumed)
    {
        if (NodeNames.LongestPrefix(parts, id => find(id) is not null) is not { } prefix)
        {
            return outer.TryResolve(parts, out value, out consumed);
        }
        ComponentNode node = find(prefix.Id)!;
        value = node.Exports ?? UnknownExports.Of(node.Definition.Descriptor);
        consumed = prefix.Length;
        return true;
    }
}

/// <summary>The scope of a mere check: every node's exports are known by type only, those of unavailable blocks not even that.</summary>
internal sealed class CheckScope(GraphPlan plan, IScope outer) : IScope
{
    private readonly Dictionary<string, NodeDefinition> _nodes = plan.Nodes.ToDictionary(static node => node.Id, StringComparer.Ordinal);

    public bool TryResolve(IReadOnlyList<string> parts, [NotNullWhen(true)] out Value? value, out int consumed)
    {
        if (NodeNames.LongestPrefix(parts, _nodes.ContainsKey) is { } known)
        {
            value = UnknownExports.Of(_nodes[known.Id].Descriptor);
            consumed = known.Length;
            return true;
        }
        if (NodeNames.LongestPrefix(parts, plan.Unavailable.Contains) is not null)
        {
            value = new UnknownValue(SchemaType.Any);
            consumed = parts.Count;
            return true;
        }
        return outer.TryResolve(parts, out value, out consumed);
    }
}

/// <summary>Exports of which only the types are known.</summary>
internal static class UnknownExports
{
    public static ObjectValue Of(ComponentDescriptor descriptor) =>
        new MapValue(descriptor.Exports.ToDictionary(
            static export => export.Name, static Value (export) => new UnknownValue(export.Type), StringComparer.Ordinal));
}
