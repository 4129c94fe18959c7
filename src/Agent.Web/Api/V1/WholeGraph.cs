using Agent.Runtime.Graph;

namespace Agent.Web.Api.V1;

/// <summary>One picture of the running graph with the components of all modules, by the id that is unique in the process.</summary>
internal sealed class WholeGraph
{
    private readonly Dictionary<string, ComponentNode> _byId;

    public WholeGraph(WebServices services)
    {
        Components =
        [
            .. services.Nodes.Where(node => node.Definition.IsComponent && !services.Catalog.IsConfigBlock(node.Definition.Descriptor))
                .OrderBy(static node => node.Id, StringComparer.Ordinal),
        ];
        _byId = Components.ToDictionary(static node => node.Id, StringComparer.Ordinal);
    }

    public IReadOnlyList<ComponentNode> Components { get; }

    public ComponentNode? Find(string id) => _byId.GetValueOrDefault(id);

    public IEnumerable<string> ReferencesOf(ComponentNode node) => node.References.Where(_byId.ContainsKey);

    public IEnumerable<string> ReferencedBy(ComponentNode node) =>
        Components.Where(other => ReferencesOf(other).Contains(node.Id, StringComparer.Ordinal)).Select(static other => other.Id);

    public static IEnumerable<string> FlowsTo(ComponentNode node) =>
        node.Edges.Select(static edge => edge.To).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}
