using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>Builds the next state of a graph beside the running one.</summary>
internal sealed class GraphBuilder(GraphServices services, NodeUpdater updater, GraphState before)
{
    private readonly List<ComponentNode> _order = [];
    private readonly Dictionary<string, ComponentNode> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ComponentHost> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeDefinition> _definitions = new(StringComparer.Ordinal);

    /// <summary>Nodes that did not exist before: thrown away where the load is refused.</summary>
    public List<ComponentNode> Created { get; } = [];

    public async Task AddAsync(NodeDefinition definition, DiagnosticBag diagnostics)
    {
        var scope = new GraphScope(id => _byId.GetValueOrDefault(id), services.Globals);
        if (before.Find(definition.Id) is { } running)
        {
            NodeUpdater.Decode(running, definition, scope, diagnostics);
            Keep(running, before.Hosts[definition.Id], definition);
            return;
        }
        var node = new ComponentNode(definition, services);
        Created.Add(node);
        Keep(node, new ComponentHost(node, services.Time), definition);
        int errors = diagnostics.Count(static d => d.Severity == Severity.Error);
        NodeUpdater.Decode(node, definition, scope, diagnostics);
        if (diagnostics.Count(static d => d.Severity == Severity.Error) == errors)
        {
            // What it exports is needed to check those that refer to it. It runs only once the whole load is accepted.
            await updater.UpdateAsync(node, scope).ConfigureAwait(false);
        }
    }

    public GraphState Complete() => new(_order, _hosts, _definitions);

    private void Keep(ComponentNode node, ComponentHost host, NodeDefinition definition)
    {
        _order.Add(node);
        _byId[node.Id] = node;
        _hosts[node.Id] = host;
        _definitions[node.Id] = definition;
    }
}
