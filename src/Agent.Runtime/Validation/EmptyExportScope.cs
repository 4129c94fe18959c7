using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Runtime.Validation;

/// <summary>Every list that a node exports is empty, so that a component which takes one can be decoded; other exports are not known.</summary>
internal sealed class EmptyExportScope(GraphPlan plan, IScope outer) : IScope
{
    private readonly Dictionary<string, NodeDefinition> _nodes = plan.Nodes.ToDictionary(static node => node.Id, StringComparer.Ordinal);

    public Resolution Resolve(IReadOnlyList<string> parts)
    {
        if (NodeNames.LongestPrefix(parts, _nodes.ContainsKey) is { } known)
        {
            return Resolution.Found(ExportsOf(_nodes[known.Id].Descriptor), known.Length);
        }
        return NodeNames.LongestPrefix(parts, plan.Unavailable.Contains) is null
            ? outer.Resolve(parts)
            : Resolution.Found(new UnknownValue(SchemaType.Any), parts.Count);
    }

    private static Value ExportsOf(ComponentDescriptor descriptor) => descriptor.Exports.Count == 0
        ? new UnknownValue(SchemaType.Any)
        : new MapValue(descriptor.Exports.ToDictionary(
            static export => export.Name,
            static Value (export) => export.Type.Kind == SchemaKind.List ? new ListValue([]) : new UnknownValue(export.Type),
            StringComparer.Ordinal));
}
