using Agent.Runtime.Modules;
using Agent.Runtime.SelfMetrics;
using Agent.Syntax;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>The running nodes of a configuration, those of its modules included.</summary>
/// <remarks>
/// A load has two halves. First everything is built and checked beside the running graph: new components are created and get
/// their arguments, changed ones only have theirs decoded. Any error ends it there, and nothing has changed. Then the swap: sinks
/// first, producers after them, removed components last. One gate serialises loads and the re-evaluations that changed exports ask for.
/// New text of an import and new items of a <c>foreach</c> go the way of a load.
/// </remarks>
public sealed class ComponentGraph : IAsyncDisposable
{
    private readonly GraphServices _services;
    private readonly ILogger _logger;
    private readonly EvaluationMetrics _metrics;
    private readonly NodeUpdater _updater;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Reevaluation _reevaluation;
    private readonly ModuleSwap _swap;
    private readonly ModuleMetrics _modules = new();
    private readonly Action<ComponentNode> _exportsChanged;
    private GraphState _state = GraphState.Empty;
    private ConsumerList _consumers = ConsumerList.Empty;

    public ComponentGraph(GraphServices services)
    {
        _services = services;
        _logger = services.Logging.CreateLogger("graph");
        _metrics = new EvaluationMetrics(
            services.Metrics.Scope(new("controller_path", "/"), new("controller_id", services.RootPath)), services.Time, services.ApplyLimit,
            () => Volatile.Read(ref _state).Places.Count(place => _reevaluation!.IsQueued(place.Node.Id, place.Watches)));
        _updater = new NodeUpdater(services, _metrics);
        _reevaluation = new Reevaluation(services.Time, ReevaluateAsync);
        _exportsChanged = _reevaluation.DependentsOf;
        _swap = new ModuleSwap(_logger, TryLoadAsync);
    }

    /// <summary>The nodes in dependency order: sinks before their producers.</summary>
    public IReadOnlyList<ComponentNode> Nodes => Volatile.Read(ref _state).Order;

    internal GraphState State => Volatile.Read(ref _state);

    /// <summary>The nodes of one module by its global id; those of the root for the empty one.</summary>
    public IEnumerable<ComponentNode> NodesOf(string moduleId) => Volatile.Read(ref _state).ByModule[moduleId];

    /// <summary>Brings the graph to <paramref name="plan"/>, or leaves it as it is and reports why. A plan with errors is not to be loaded.</summary>
    /// <param name="plan">The plan of the root.</param>
    /// <param name="diagnostics">Takes the findings.</param>
    /// <param name="modulePath">The folder of the configuration.</param>
    public async Task<bool> LoadAsync(GraphPlan plan, DiagnosticBag diagnostics, string modulePath = "")
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        _metrics.Evaluating.Set(1);
        try
        {
            var root = new RootModule(plan, modulePath);
            if (!await TryLoadAsync(root, _swap.StillRefused(_state), diagnostics).ConfigureAwait(false))
            {
                return false;
            }
            await _swap.LoadedAsync(root, () => _state).ConfigureAwait(false);
            return true;
        }
        finally
        {
            _metrics.Evaluating.Set(0);
            _gate.Release();
        }
    }

    /// <summary>Stops producers first, then what they fed; components are disposed of when all have stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _reevaluation.DisposeAsync().ConfigureAwait(false);
        await _gate.WaitAsync().ConfigureAwait(false);
        GraphState last = Interlocked.Exchange(ref _state, GraphState.Empty);
        await NodeRetirement.RetireAsync(last.Places, _services, _logger).ConfigureAwait(false);
        _modules.Update(GraphState.Empty);
        _metrics.Dispose();
        _gate.Dispose();
    }

    private async Task<bool> TryLoadAsync(RootModule root, IReadOnlySet<string> frozen, DiagnosticBag diagnostics)
    {
        var builder = new GraphBuilder(_services, _updater, _state) { Frozen = frozen };
        await builder.AddAsync(root.Frame(_services), diagnostics).ConfigureAwait(false);
        if (!diagnostics.HasErrors)
        {
            await CommitAsync(_state, builder.Complete()).ConfigureAwait(false);
            return true;
        }
        foreach (ComponentNode node in builder.Created)
        {
            await NodeRetirement.DisposeOfAsync(node, _logger).ConfigureAwait(false);
        }
        foreach (PlacedNode place in _state.Places)
        {
            place.Node.ForgetEdges();
        }
        return false;
    }

    private async Task CommitAsync(GraphState before, GraphState after)
    {
        Volatile.Write(ref _state, after);
        _consumers = ConsumerList.Of(after);
        _consumers.Tell();
        var updated = new List<PlacedNode>();
        foreach (PlacedNode place in after.Places)
        {
            ComponentNode node = place.Node;
            node.Definition = place.Definition;
            node.Frame = place.Frame;
            if (!place.NeedsUpdate)
            {
                node.Evaluated?.Stands(place.Definition.Block);
            }
            node.ExportsChanged = _exportsChanged;
            if (place.NeedsUpdate || place.Watches.Any(watched => _reevaluation.ChangedAt(watched) is not null))
            {
                await BringUpToDateAsync(node, after).ConfigureAwait(false);
                updated.Add(place);
            }
            ModuleHealth.Attach(place, after);
            StartIfReady(place);
        }
        _consumers.Tell();
        _modules.Update(after);
        List<PlacedNode> leaving = [.. before.Places.Where(place => !after.Contains(place.Node))];
        foreach (PlacedNode place in leaving.Where(place => after.Find(place.Node.Id) is null))
        {
            _reevaluation.Settled(place.Node.Id, retry: false);
        }
        await NodeRetirement.DrainAsync(leaving, updated).ConfigureAwait(false);
        await NodeRetirement.RetireAsync(leaving, _services, _logger).ConfigureAwait(false);
    }

    private async Task BringUpToDateAsync(ComponentNode node, GraphState state)
    {
        UpdateOutcome outcome = await _updater.UpdateAsync(node, state).ConfigureAwait(false);
        _reevaluation.Settled(node.Id, retry: outcome == UpdateOutcome.Later);
    }

    private static void StartIfReady(PlacedNode place)
    {
        if (!place.Host.IsStarted && place.Node.Arguments is not null && !place.Definition.IsValue)
        {
            place.Host.Start();
        }
    }

    /// <summary>Re-evaluates, in dependency order, the nodes that are marked; what they change marks further ones on the way.</summary>
    private async Task ReevaluateAsync(ISet<string> marked)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        _metrics.Evaluating.Set(1);
        try
        {
            GraphState state = _state;
            foreach (PlacedNode place in state.Places)
            {
                long? changed = place.Watches.Min(_reevaluation.ChangedAt);
                if (changed is not null)
                {
                    _metrics.Waited(changed.Value);
                }
                if (changed is not null || marked.Contains(place.Node.Id))
                {
                    await BringUpToDateAsync(place.Node, state).ConfigureAwait(false);
                    StartIfReady(place);
                }
            }
            _consumers.Tell();
            await _swap.RunAsync(state).ConfigureAwait(false);
        }
        finally
        {
            _metrics.Evaluating.Set(0);
            _gate.Release();
        }
    }
}
