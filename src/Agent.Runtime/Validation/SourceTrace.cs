using Agent.Runtime.Graph;
using Agent.Runtime.Modules;
using Agent.Syntax;

namespace Agent.Runtime.Validation;

/// <summary>Follows what attributes refer to, into modules and out of them, to the components that make the values.</summary>
/// <param name="find">Every block that is, or would become, a node, by its global id.</param>
/// <param name="modules">Knows which module a custom component runs.</param>
internal sealed class SourceTrace(Func<string, ModuleUse?> find, INodeValues modules)
{
    /// <summary>Global ids of the components that the attribute of a node comes from.</summary>
    public IReadOnlyList<string> SourcesOf(string id, string attribute)
    {
        var found = new List<string>();
        Follow(id, attribute, found, []);
        return found;
    }

    /// <summary>The same for one dotted name, where an expression of that module says it.</summary>
    public IReadOnlyList<string> SourcesOf(ModuleFrame frame, IReadOnlyList<string> parts)
    {
        var found = new List<string>();
        Resolve(frame, parts, found, []);
        return found;
    }

    /// <param name="id">The node.</param>
    /// <param name="attribute">One of its attributes.</param>
    /// <param name="found">Takes ids.</param>
    /// <param name="seen">Where the way has been: a configuration that goes round in circles is wrong, but is followed before that is said.</param>
    private void Follow(string id, string attribute, List<string> found, HashSet<(string, string)> seen)
    {
        if (find(id) is not { } use || !seen.Add((id, attribute)))
        {
            return;
        }
        IEnumerable<Statement> written = use.Definition.Block.Body.Where(statement => statement is AttributeStatement given && given.Name.Name == attribute);
        foreach (Reference reference in ReferenceFinder.Find(written))
        {
            Resolve(use.Frame, reference.Parts, found, seen);
        }
    }

    private void Resolve(ModuleFrame frame, IReadOnlyList<string> parts, List<string> found, HashSet<(string, string)> seen)
    {
        for (ModuleFrame? at = frame; at is not null; at = at.Outer)
        {
            if (NodeNames.LongestPrefix(parts, at.Plan.ById.ContainsKey) is { } prefix)
            {
                Behind(at, at.Plan.ById[prefix.Id], parts.Count > prefix.Length ? parts[prefix.Length] : null, found, seen);
                return;
            }
        }
    }

    private void Behind(ModuleFrame frame, NodeDefinition node, string? field, List<string> found, HashSet<(string, string)> seen)
    {
        string id = frame.IdOf(node.Id);
        if (node.Kind == NodeKind.Custom)
        {
            // What the module exports under that name.
            if (modules.ModuleOf(id) is { } module && field is not null)
            {
                Follow(module.IdOf($"{ModuleBlocks.Export}.{field}"), "value", found, seen);
            }
        }
        else if (node is { Kind: NodeKind.Argument, Block.Label: { } label })
        {
            // What the module was given: its path is the id of its use.
            Follow(frame.Path, label, found, seen);
        }
        else if (find(id) is not null)
        {
            found.Add(id);
        }
    }
}
