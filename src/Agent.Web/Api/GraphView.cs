using Agent.Runtime.Graph;
using Agent.Runtime.Ports;

namespace Agent.Web.Api;

/// <summary>One picture of the running graph as the API and the pages show it: the components of one module, by id.</summary>
internal sealed class GraphView
{
    private readonly ComponentGraph _graph;
    private readonly string _prefix;
    private readonly HashSet<string> _local;

    /// <param name="graph">The running graph.</param>
    /// <param name="catalog">What names of blocks mean.</param>
    /// <param name="module">Global id of the module; empty for the root.</param>
    public GraphView(ComponentGraph graph, BlockCatalog catalog, string module = "")
    {
        _graph = graph;
        _prefix = module.Length == 0 ? "" : module + "/";
        Components = [.. graph.NodesOf(module)
            .Where(node => node.Definition.IsComponent && !catalog.IsConfigBlock(node.Definition.Descriptor)).OrderBy(static node => node.Id, StringComparer.Ordinal)];
        _local = Components.Select(static node => node.LocalId).ToHashSet(StringComparer.Ordinal);
    }

    public IReadOnlyList<ComponentNode> Components { get; }

    /// <summary>The component of that global id, in whichever module.</summary>
    public ComponentNode? Find(string id) => _graph.Nodes.FirstOrDefault(node => node.Id == id && node.Definition.IsComponent);

    public IEnumerable<string> ReferencesOf(ComponentNode node) => node.Definition.Dependencies.Where(_local.Contains);

    public IEnumerable<string> ReferencedBy(ComponentNode node) =>
        Components.Where(other => other.Definition.Dependencies.Contains(node.LocalId, StringComparer.Ordinal)).Select(static other => other.LocalId);

    /// <summary>Where the component sends to, or what runs inside it.</summary>
    public IEnumerable<string> FlowsTo(ComponentNode node) => EdgesOf(node)
        .Select(edge => Shown(edge.To)).Where(to => to != node.LocalId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>The arrows that leave the component, or the modules that it runs.</summary>
    public IEnumerable<Edge> EdgesOf(ComponentNode node) =>
        node.Edges.Concat(node.Modules.SelectMany(_graph.NodesOf).SelectMany(EdgesOf)).Where(edge => Shown(edge.To) != Shown(edge.From));

    /// <summary>The component of this module that a global id belongs to; the id itself where it is outside.</summary>
    public string Shown(string id)
    {
        if (!id.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return id;
        }
        int end = id.IndexOf('/', _prefix.Length);
        return end < 0 ? id[_prefix.Length..] : id[_prefix.Length..end];
    }
}
