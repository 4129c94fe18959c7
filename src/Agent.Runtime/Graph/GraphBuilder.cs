using Agent.Runtime.Modules;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Modules;
using Agent.Syntax;
using Agent.Syntax.Values;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>Builds the next state of a graph beside the running one.</summary>
/// <remarks>
/// Modules are built where they are used: the order of the nodes is that of the plans, with the nodes of a module behind the one that
/// runs it. What has neither changed itself nor refers to something changed is taken over unseen.
/// </remarks>
internal sealed class GraphBuilder(GraphServices services, NodeUpdater updater, GraphState before) : INodeValues
{
    private readonly ILogger _log = services.Logging.CreateLogger("component");
    private readonly List<PlacedNode> _places = [];
    private readonly Dictionary<string, PlacedNode> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModuleFrame> _modules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object> _inputs = new(StringComparer.Ordinal);

    /// <summary>New values of running nodes: to be checked against, not to be seen by what runs.</summary>
    private readonly Dictionary<string, ObjectValue> _values = new(StringComparer.Ordinal);

    /// <summary>Nodes that are new or will change.</summary>
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    /// <summary>Nodes whose modules stay as they are, whatever their input has become.</summary>
    public IReadOnlySet<string> Frozen { get; init; } = new HashSet<string>();

    /// <summary>Nodes that did not exist before: thrown away where the load is refused.</summary>
    public List<ComponentNode> Created { get; } = [];

    public ObjectValue? ExportsOf(string id) => _values.GetValueOrDefault(id) ?? _byId.GetValueOrDefault(id)?.Node.Exports;

    public ModuleFrame? ModuleOf(string id) => _modules.GetValueOrDefault(id);

    public GraphState Complete() => new(_places, _modules, _inputs);

    /// <summary>Adds all nodes of a module.</summary>
    public async Task AddAsync(ModuleFrame frame, DiagnosticBag diagnostics)
    {
        foreach (NodeDefinition definition in frame.Plan.Nodes)
        {
            PlacedNode place = await PlaceAsync(definition, frame, diagnostics).ConfigureAwait(false);
            switch (definition.Kind)
            {
                case NodeKind.Custom:
                    await AddCustomAsync(place, diagnostics).ConfigureAwait(false);
                    break;
                case NodeKind.Foreach:
                    await AddItemsAsync(place, diagnostics).ConfigureAwait(false);
                    break;
                case NodeKind.Import:
                    await AddImportedAsync(place, diagnostics).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>What the modules of a node are made from: what it has now, or what they were made from before.</summary>
    private object? InputOf(PlacedNode place)
    {
        string id = place.Node.Id;
        object? input = Frozen.Contains(id) && before.Inputs.TryGetValue(id, out object? last) ? last
            : place.Definition.Kind == NodeKind.Import ? place.Node.Content : ExportsOf(id);
        if (input is not null)
        {
            _inputs[id] = input;
        }
        return input;
    }

    private async Task AddCustomAsync(PlacedNode place, DiagnosticBag diagnostics)
    {
        ModuleFrame? module = ModuleExpansion.Custom(place.Use, diagnostics, out bool isWaiting);
        if (isWaiting)
        {
            place.Node.Health.Report(
                HealthSource.Module, HealthState.Unhealthy, $"waits for the module that import \"{place.Definition.Block.Name[0]}\" brings");
        }
        else if (module is not null)
        {
            place.Node.Health.Report(HealthSource.Module, HealthState.Healthy, "module loaded");
            _modules[place.Node.Id] = module;
            await AddModuleAsync(place, module, "custom component", diagnostics).ConfigureAwait(false);
        }
    }

    private async Task AddItemsAsync(PlacedNode place, DiagnosticBag diagnostics)
    {
        foreach (ModuleFrame module in ModuleExpansion.Items(place.Use, InputOf(place) as ObjectValue, services.Hidden, diagnostics))
        {
            place.Modules.Add(module.Path);
            await AddModuleAsync(place, module, "item of", diagnostics).ConfigureAwait(false);
        }
    }

    private async Task AddImportedAsync(PlacedNode place, DiagnosticBag diagnostics)
    {
        if (InputOf(place) is not ModuleContent content)
        {
            return;
        }
        GraphPlan? known = content.Equals(before.Inputs.GetValueOrDefault(place.Node.Id)) ? before.ModuleOf(place.Node.Id)?.Plan : null;
        var findings = new DiagnosticBag();
        if (ModuleExpansion.Imported(place.Use, content, known, findings) is { } module)
        {
            _modules[place.Node.Id] = module;
            place.Frame.Imported[place.Definition.Block.Label ?? ""] = module;
            await AddAsync(module, findings).ConfigureAwait(false);
        }
        ModuleExpansion.Report(place.Definition, "module", findings, diagnostics);
    }

    private async Task AddModuleAsync(PlacedNode place, ModuleFrame module, string what, DiagnosticBag diagnostics)
    {
        var findings = new DiagnosticBag();
        await AddAsync(module, findings).ConfigureAwait(false);
        ModuleExpansion.Report(place.Definition, what, findings, diagnostics);
    }

    private async Task<PlacedNode> PlaceAsync(NodeDefinition definition, ModuleFrame frame, DiagnosticBag diagnostics)
    {
        IReadOnlyList<string> watches = Watches(definition, frame);
        PlacedNode? running = before.Find(frame.IdOf(definition.Id));
        if (running is not null && IsSame(running, definition, frame) && Keep(running, definition, frame, watches, diagnostics) is { } kept)
        {
            return Add(kept);
        }
        var node = new ComponentNode(definition, frame, services, _log);
        Created.Add(node);
        var place = new PlacedNode(node, new ComponentHost(node, services.Time), definition, frame) { Watches = watches };
        Add(place);
        _changed.Add(node.Id);
        // What it exports is needed to check those that refer to it. It runs only once the whole load is accepted.
        UpdateOutcome outcome = await updater.UpdateAsync(node, this, diagnostics).ConfigureAwait(false);
        place.NeedsUpdate = outcome != UpdateOutcome.Done;
        ReportEmpty(place, running, diagnostics);
        return place;
    }

    /// <summary>Null where the node has to be made anew.</summary>
    private PlacedNode? Keep(
        PlacedNode running, NodeDefinition definition, ModuleFrame frame, IReadOnlyList<string> watches, DiagnosticBag diagnostics)
    {
        ComponentNode node = running.Node;
        var place = new PlacedNode(node, running.Host, definition, frame) { Watches = watches };
        if (node.IsSettled && running.Frame.IsLike(frame) && SourceEquality.Same(running.Definition.Block, definition.Block)
            && watches.SequenceEqual(running.Watches) && !watches.Any(_changed.Contains))
        {
            return place;
        }
        place.NeedsUpdate = true;
        if (definition.IsValue)
        {
            KeepValue(place, diagnostics);
            return place;
        }
        object? arguments = updater.Decode(node, definition, frame, this, diagnostics).Arguments;
        if (arguments is null || !arguments.Equals(node.Arguments))
        {
            _changed.Add(node.Id);
            // What new arguments bring has to be checked with the rest of the load, so they cannot wait for its end.
            return definition.Kind == NodeKind.Import && arguments is not null && node.Arguments is not null ? null : place;
        }
        return place;
    }

    private void KeepValue(PlacedNode place, DiagnosticBag diagnostics)
    {
        if (updater.ValueOf(place.Definition, place.Frame, this, diagnostics).Value is { } value)
        {
            _values[place.Node.Id] = value;
            if (!value.Equals(place.Node.Exports))
            {
                _changed.Add(place.Node.Id);
            }
        }
    }

    private PlacedNode Add(PlacedNode place)
    {
        _places.Add(place);
        _byId[place.Node.Id] = place;
        return place;
    }

    private static bool IsSame(PlacedNode running, NodeDefinition definition, ModuleFrame frame) =>
        running.Definition.Kind == definition.Kind
        && (definition.IsValue || ReferenceEquals(running.Definition.Descriptor, definition.Descriptor))
        && ReferenceEquals(running.Frame.Metrics, frame.Metrics);

    private string[] Watches(NodeDefinition definition, ModuleFrame frame)
    {
        var watches = new List<string>(definition.Links.Count);
        if (definition.Kind == NodeKind.Argument)
        {
            watches.Add(frame.Path);
        }
        foreach (NodeLink link in definition.Links)
        {
            if (frame.Find(link.Id) is not var (where, target))
            {
                continue;
            }
            string id = SharedId(where.IdOf(target.Id));
            if (target.Kind == NodeKind.Custom && _modules.TryGetValue(id, out ModuleFrame? module))
            {
                watches.AddRange(module.Plan.Exports
                    .Where(name => link.Field is null || link.Field == name)
                    .Select(name => SharedId(module.IdOf($"{ModuleBlocks.Export}.{name}"))));
            }
            else
            {
                watches.Add(id);
            }
        }
        return [.. watches];
    }

    private string SharedId(string id) => _byId.TryGetValue(id, out PlacedNode? place) ? place.Node.Id : id;

    /// <summary>An import that comes in the place of a running one has to bring something: what the old one brought would be gone.</summary>
    private static void ReportEmpty(PlacedNode place, PlacedNode? running, DiagnosticBag diagnostics)
    {
        if (place.Definition.Kind == NodeKind.Import && running?.Node.Content is not null && place.Node is { Content: null, Evaluated: not null })
        {
            diagnostics.Error(DiagnosticCodes.Unreadable, place.Definition.Block.OpeningSpan, place.Node.Health.Current.Message);
        }
    }
}
