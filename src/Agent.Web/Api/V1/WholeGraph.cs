using Agent.Runtime.Graph;
using Agent.Syntax;

namespace Agent.Web.Api.V1;

/// <summary>One picture of the running graph with the components of all modules, by the id that is unique in the process.</summary>
internal sealed class WholeGraph
{
    /// <summary>Modules stand in one another only so deep.</summary>
    private const int MostModules = 32;

    private readonly Dictionary<string, ComponentNode> _byId;
    private readonly Dictionary<string, ComponentNode> _all = new(StringComparer.Ordinal);

    public WholeGraph(WebServices services)
    {
        foreach (ComponentNode node in services.Nodes)
        {
            _all[node.Id] = node;
        }
        Components =
        [
            .. _all.Values.Where(node => node.Definition.IsComponent && !services.Catalog.IsConfigBlock(node.Definition.Descriptor))
                .OrderBy(static node => node.Id, StringComparer.Ordinal),
        ];
        _byId = Components.ToDictionary(static node => node.Id, StringComparer.Ordinal);
    }

    public IReadOnlyList<ComponentNode> Components { get; }

    public ComponentNode? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>
    /// The components that a node refers to. What it refers to through an argument of its module, or through an export of another one, is
    /// among them: values pass those without a stop.
    /// </summary>
    public IReadOnlyCollection<string> ReferencesOf(ComponentNode node)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        Collect(node, found, MostModules);
        return found;
    }

    public IEnumerable<string> ReferencedBy(ComponentNode node) =>
        Components.Where(other => ReferencesOf(other).Contains(node.Id)).Select(static other => other.Id);

    public static IEnumerable<string> FlowsTo(ComponentNode node) =>
        node.Edges.Select(static edge => edge.To).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private void Collect(ComponentNode node, HashSet<string> found, int depth)
    {
        foreach (string id in node.References)
        {
            Collect(id, found, depth - 1);
            if (depth <= 0 || !_all.TryGetValue(id, out ComponentNode? module) || module.Definition.Kind != NodeKind.Custom)
            {
                continue;
            }
            foreach (NodeLink link in node.Definition.Links.Where(link => link.Id == module.LocalId))
            {
                if (_all.TryGetValue($"{id}/export.{link.Field}", out ComponentNode? export))
                {
                    Collect(export, found, depth - 1);
                }
            }
        }
    }

    private void Collect(string id, HashSet<string> found, int depth)
    {
        if (depth <= 0 || !_all.TryGetValue(id, out ComponentNode? node))
        {
            return;
        }
        if (_byId.ContainsKey(id))
        {
            found.Add(id);
        }
        else if (node.Definition.Kind == NodeKind.Argument && _all.TryGetValue(node.ModuleId, out ComponentNode? owner))
        {
            foreach (Reference reference in ReferenceFinder.Find(owner.Definition.Block.Body.OfType<AttributeStatement>().Where(given => given.Name.Name == node.Definition.Block.Label)))
            {
                if (Named(reference, owner.ModuleId) is { } given)
                {
                    Collect(given, found, depth - 1);
                }
            }
        }
    }

    /// <summary>The node that a name stands for in a module; inside a <c>foreach</c> it may be one around it.</summary>
    private string? Named(Reference reference, string module)
    {
        while (true)
        {
            for (int length = reference.Parts.Count; length > 0; length--)
            {
                string local = string.Join('.', reference.Parts.Take(length));
                string id = module.Length == 0 ? local : $"{module}/{local}";
                if (_all.ContainsKey(id))
                {
                    return id;
                }
            }
            if (module.Length == 0)
            {
                return null;
            }
            int slash = module.LastIndexOf('/');
            module = slash < 0 ? "" : module[..slash];
        }
    }
}
