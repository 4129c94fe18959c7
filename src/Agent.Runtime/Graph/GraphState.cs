namespace Agent.Runtime.Graph;

/// <summary>One immutable picture of a graph: swapped as a whole.</summary>
/// <param name="Order">In dependency order.</param>
/// <param name="Hosts">By node id.</param>
/// <param name="Definitions">By node id.</param>
internal sealed record GraphState(
    IReadOnlyList<ComponentNode> Order,
    IReadOnlyDictionary<string, ComponentHost> Hosts,
    IReadOnlyDictionary<string, NodeDefinition> Definitions)
{
    public static GraphState Empty { get; } =
        new([], new Dictionary<string, ComponentHost>(), new Dictionary<string, NodeDefinition>());

    private readonly Dictionary<string, ComponentNode> _byId = Order.ToDictionary(static node => node.Id, StringComparer.Ordinal);

    public ComponentNode? Find(string id) => _byId.GetValueOrDefault(id);
}
