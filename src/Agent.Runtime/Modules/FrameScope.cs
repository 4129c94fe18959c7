using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Runtime.Modules;

/// <summary>Resolves what expressions of a module say: its nodes first, then the item of a <c>foreach</c>, then whatever is around.</summary>
/// <remarks>A node that has not exported yet stands for a value of which only the shape is known.</remarks>
internal sealed class FrameScope(ModuleFrame frame, INodeValues values, IScope globals) : IScope
{
    private const string ValueField = "value";

    public Resolution Resolve(IReadOnlyList<string> parts)
    {
        for (ModuleFrame? at = frame; at is not null; at = at.Outer)
        {
            if (NodeNames.LongestPrefix(parts, at.Plan.ById.ContainsKey) is { } prefix)
            {
                return OfNode(at, at.Plan.ById[prefix.Id], parts, prefix.Length);
            }
            if (at.Item is not null && at.Plan.Variable == parts[0])
            {
                return Resolution.Found(at.Item, 1);
            }
            if (NodeNames.LongestPrefix(parts, at.Plan.Unavailable.Contains) is not null)
            {
                return Resolution.Found(new UnknownValue(SchemaType.Any), parts.Count);
            }
        }
        return parts[0] == ModuleBlocks.ModulePath ? Resolution.Found(Value.Of(frame.ModulePath), 1) : globals.Resolve(parts);
    }

    /// <summary>What a module exports.</summary>
    public static ObjectValue ExportsOf(ModuleFrame module, INodeValues values)
    {
        var fields = new Dictionary<string, Value>(module.Plan.Exports.Count, StringComparer.Ordinal);
        foreach (string name in module.Plan.Exports)
        {
            fields[name] = ExportOf(module, name, values);
        }
        return new MapValue(fields);
    }

    private Resolution OfNode(ModuleFrame at, NodeDefinition node, IReadOnlyList<string> parts, int length)
    {
        string id = at.IdOf(node.Id);
        if (node.Kind != NodeKind.Custom)
        {
            return Resolution.Found(values.ExportsOf(id) ?? UnknownExports.Of(node.Descriptor), length);
        }
        if (values.ModuleOf(id) is not { } module)
        {
            return Resolution.Found(new UnknownValue(SchemaType.Any), parts.Count);
        }
        return length < parts.Count && module.Plan.ExportNames.Contains(parts[length])
            ? Resolution.Found(ExportOf(module, parts[length], values), length + 1)
            : Resolution.Found(ExportsOf(module, values), length);
    }

    private static Value ExportOf(ModuleFrame module, string name, INodeValues values) =>
        values.ExportsOf(module.IdOf($"{ModuleBlocks.Export}.{name}"))?[ValueField] ?? new UnknownValue(SchemaType.Any);
}
