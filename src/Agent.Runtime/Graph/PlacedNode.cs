using Agent.Runtime.Modules;

namespace Agent.Runtime.Graph;

/// <summary>A node at its place in one state of the graph.</summary>
internal sealed class PlacedNode(ComponentNode node, ComponentHost host, NodeDefinition definition, ModuleFrame frame)
{
    private List<string>? _modules;

    public ComponentNode Node => node;

    public ComponentHost Host => host;

    public NodeDefinition Definition => definition;

    public ModuleFrame Frame => frame;

    public ModuleUse Use => new(node.Id, definition, frame);

    /// <summary>Global ids of the modules of a <c>foreach</c>.</summary>
    public List<string> Modules => _modules ??= [];

    /// <summary>Global ids of the nodes whose changed exports make this one's evaluation due.</summary>
    public required IReadOnlyList<string> Watches { get; init; }

    /// <summary>True where the load that made this state has something to apply to the node.</summary>
    public bool NeedsUpdate { get; set; }
}
