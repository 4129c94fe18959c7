using Agent.Runtime.Graph;
using Agent.Runtime.Modules;
using Agent.Sdk.Access;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Runtime.Validation;

/// <summary>Follows what attributes refer to, into modules and out of them.</summary>
/// <param name="blocks">Every block that would become a node, by its global id.</param>
/// <param name="modules">Knows which module a custom component runs.</param>
internal sealed class SourceTrace(IReadOnlyDictionary<string, (ModuleUse Use, BlockValue Block)> blocks, INodeValues modules)
{
    public AccessQuery QueryOf(string id) => new(id, blocks[id].Block, attribute => [.. SourcesOf(id, attribute)]);

    private IEnumerable<AccessQuery> SourcesOf(string id, string attribute)
    {
        if (!blocks.TryGetValue(id, out (ModuleUse Use, BlockValue Block) found))
        {
            return [];
        }
        IEnumerable<Statement> written = found.Use.Definition.Block.Body.Where(statement => statement is AttributeStatement given && given.Name.Name == attribute);
        return ReferenceFinder.Find(written).SelectMany(reference => Resolve(found.Use.Frame, reference.Parts));
    }

    private IEnumerable<AccessQuery> Resolve(ModuleFrame frame, IReadOnlyList<string> parts)
    {
        for (ModuleFrame? at = frame; at is not null; at = at.Outer)
        {
            if (NodeNames.LongestPrefix(parts, at.Plan.ById.ContainsKey) is { } prefix)
            {
                return Behind(at, at.Plan.ById[prefix.Id], parts.Count > prefix.Length ? parts[prefix.Length] : null);
            }
        }
        return [];
    }

    private IEnumerable<AccessQuery> Behind(ModuleFrame frame, NodeDefinition node, string? field)
    {
        string id = frame.IdOf(node.Id);
        return node.Kind switch
        {
            // What the module exports under that name.
            NodeKind.Custom => modules.ModuleOf(id) is { } module && field is not null ? SourcesOf(module.IdOf($"{ModuleBlocks.Export}.{field}"), "value") : [],
            // What the module was given: its path is the id of its use.
            NodeKind.Argument when node.Block.Label is { } label => SourcesOf(frame.Path, label),
            _ => blocks.ContainsKey(id) ? [QueryOf(id)] : [],
        };
    }
}
