using Agent.Runtime.Modules;
using Agent.Syntax.Values;

namespace Agent.Runtime.Graph;

/// <summary>One immutable picture of a graph: swapped as a whole.</summary>
/// <param name="Places">In dependency order.</param>
/// <param name="Modules">The modules that nodes run, by the node's global id.</param>
/// <param name="Inputs">What the modules of an <c>import.*</c> or a <c>foreach</c> were made from, by its global id.</param>
internal sealed record GraphState(
    IReadOnlyList<PlacedNode> Places,
    IReadOnlyDictionary<string, ModuleFrame> Modules,
    IReadOnlyDictionary<string, object> Inputs) : INodeValues
{
    public static GraphState Empty { get; } =
        new([], new Dictionary<string, ModuleFrame>(), new Dictionary<string, object>());

    private readonly Dictionary<string, PlacedNode> _byId = Places.ToDictionary(static place => place.Node.Id, StringComparer.Ordinal);

    /// <summary>The nodes in dependency order.</summary>
    public IReadOnlyList<ComponentNode> Order { get; } = [.. Places.Select(static place => place.Node)];

    /// <summary>The nodes whose modules depend on more than the configuration.</summary>
    public IReadOnlyList<PlacedNode> Structural { get; } =
        [.. Places.Where(static place => place.Definition.Kind is NodeKind.Import or NodeKind.Foreach)];

    /// <summary>The nodes of each module by the module's global id.</summary>
    public ILookup<string, ComponentNode> ByModule { get; } =
        Places.ToLookup(static place => place.Frame.Path, static place => place.Node, StringComparer.Ordinal);

    public PlacedNode? Find(string id) => _byId.GetValueOrDefault(id);

    public bool Contains(ComponentNode node) => ReferenceEquals(Find(node.Id)?.Node, node);

    public ObjectValue? ExportsOf(string id) => Find(id)?.Node.Exports;

    public ModuleFrame? ModuleOf(string id) => Modules.GetValueOrDefault(id);
}
