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

    public Resolution Resolve(IReadOnlyList<string> parts)
    {
        if (NodeNames.LongestPrefix(parts, id => find(id) is not null) is not { } prefix)
        {
            return outer.Resolve(parts);
        }
        ComponentNode node = find(prefix.Id)!;
        return Resolution.Found(node.Exports ?? UnknownExports.Of(node.Definition.Descriptor), prefix.Length);
    }
}

/// <summary>The scope of a mere check: every node's exports are known by type only, those of unavailable blocks not even that.</summary>
internal sealed class CheckScope(GraphPlan plan, IScope outer) : IScope
{
    private readonly Dictionary<string, NodeDefinition> _nodes = plan.Nodes.ToDictionary(static node => node.Id, StringComparer.Ordinal);

    public Resolution Resolve(IReadOnlyList<string> parts)
    {
        if (NodeNames.LongestPrefix(parts, _nodes.ContainsKey) is { } known)
        {
            return Resolution.Found(UnknownExports.Of(_nodes[known.Id].Descriptor), known.Length);
        }
        return NodeNames.LongestPrefix(parts, plan.Unavailable.Contains) is null
            ? outer.Resolve(parts)
            : Resolution.Found(new UnknownValue(SchemaType.Any), parts.Count);
    }
}

/// <summary>Exports of which only the types are known.</summary>
internal static class UnknownExports
{
    public static ObjectValue Of(ComponentDescriptor descriptor) =>
        new MapValue(descriptor.Exports.ToDictionary(
            static export => export.Name, static Value (export) => new UnknownValue(export.Type), StringComparer.Ordinal));
}
