using Agent.Runtime.Graph;

namespace Agent.Web.Api;

/// <summary>One picture of the running graph as the API and the pages show it: components only, by id.</summary>
internal sealed class GraphView
{
    private readonly Dictionary<string, ComponentNode> _byId;

    public GraphView(ComponentGraph graph, BlockCatalog catalog)
    {
        IReadOnlyList<ComponentNode> nodes = graph.Nodes;
        Components = [.. nodes.Where(node => !catalog.IsConfigBlock(node.Definition.Descriptor)).OrderBy(static node => node.Id, StringComparer.Ordinal)];
        _byId = Components.ToDictionary(static node => node.Id, StringComparer.Ordinal);
    }

    public IReadOnlyList<ComponentNode> Components { get; }

    public ComponentNode? Find(string id) => _byId.GetValueOrDefault(id);

    public IEnumerable<string> ReferencesOf(ComponentNode node) => node.Definition.Dependencies.Where(_byId.ContainsKey);

    public IEnumerable<string> ReferencedBy(ComponentNode node) =>
        Components.Where(other => other.Definition.Dependencies.Contains(node.Id, StringComparer.Ordinal)).Select(static other => other.Id);

    public static IEnumerable<string> FlowsTo(ComponentNode node) =>
        node.Edges.Select(static edge => edge.To).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}
