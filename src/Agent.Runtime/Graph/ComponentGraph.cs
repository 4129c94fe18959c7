using Agent.Runtime.SelfMetrics;
using Agent.Syntax;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>The running nodes of one module.</summary>
/// <remarks>
/// A load has two halves. First everything is built and checked beside the running graph: new components are created and get
/// their arguments, changed ones only have theirs decoded. Any error ends it there, and nothing has changed. Then the swap: sinks
/// first, producers after them, removed components last. One gate serialises loads and the re-evaluations that changed exports ask for.
/// </remarks>
public sealed partial class ComponentGraph : IAsyncDisposable
{
    private readonly GraphServices _services;
    private readonly ILogger _logger;
    private readonly EvaluationMetrics _metrics;
    private readonly NodeUpdater _updater;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Reevaluation _reevaluation;
    private GraphState _state = GraphState.Empty;
    private ConsumerList _consumers = ConsumerList.Empty;

    public ComponentGraph(GraphServices services)
    {
        _services = services;
        _logger = services.Logging.CreateLogger("graph");
        _metrics = new EvaluationMetrics(
            services.Metrics, services.Time, services.ApplyLimit,
            () => Nodes.Count(node => _reevaluation!.IsQueued(node.Id, node.Definition.Dependencies)));
        _updater = new NodeUpdater(services, _metrics);
        _reevaluation = new Reevaluation(services.Time, ReevaluateAsync);
    }

    /// <summary>The nodes in dependency order: sinks before their producers.</summary>
    public IReadOnlyList<ComponentNode> Nodes => Volatile.Read(ref _state).Order;

    /// <summary>Brings the graph to <paramref name="plan"/>, or leaves it as it is and reports why. A plan with errors is not to be loaded.</summary>
    public async Task<bool> LoadAsync(GraphPlan plan, DiagnosticBag diagnostics)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        _metrics.Evaluating.Set(1);
        try
        {
            GraphState before = _state;
            GraphState? after = await BuildAsync(plan, before, diagnostics).ConfigureAwait(false);
            if (after is null)
            {
                return false;
            }
            await CommitAsync(before, after).ConfigureAwait(false);
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
        await RetireAsync(last, last.Order).ConfigureAwait(false);
        _metrics.Dispose();
        _gate.Dispose();
    }

    private async Task<GraphState?> BuildAsync(GraphPlan plan, GraphState before, DiagnosticBag diagnostics)
    {
        var builder = new GraphBuilder(_services, _updater, before);
        foreach (NodeDefinition definition in plan.Nodes)
        {
            await builder.AddAsync(definition, diagnostics).ConfigureAwait(false);
        }
        if (!diagnostics.HasErrors)
        {
            return builder.Complete();
        }
        foreach (ComponentNode node in builder.Created)
        {
            await DisposeOfAsync(node).ConfigureAwait(false);
        }
        return null;
    }

    private async Task CommitAsync(GraphState before, GraphState after)
    {
        Volatile.Write(ref _state, after);
        _consumers = ConsumerList.Of(after);
        _consumers.Tell();
        var scope = new GraphScope(after, _services.Globals);
        foreach (ComponentNode node in after.Order)
        {
            node.Definition = after.Definitions[node.Id];
            node.ExportsChanged = _reevaluation.DependentsOf;
            await BringUpToDateAsync(node, scope).ConfigureAwait(false);
            StartIfReady(node, after.Hosts[node.Id]);
        }
        _consumers.Tell();
        await RetireAsync(before, [.. before.Order.Where(node => !after.Hosts.ContainsKey(node.Id))]).ConfigureAwait(false);
    }

    private async Task BringUpToDateAsync(ComponentNode node, GraphScope scope)
    {
        UpdateOutcome outcome = await _updater.UpdateAsync(node, scope).ConfigureAwait(false);
        _reevaluation.Settled(node.Id, retry: outcome == UpdateOutcome.Later);
    }

    private static void StartIfReady(ComponentNode node, ComponentHost host)
    {
        if (!host.IsStarted && node.Arguments is not null)
        {
            host.Start();
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
            var scope = new GraphScope(state, _services.Globals);
            foreach (ComponentNode node in state.Order)
            {
                long? changed = state.Definitions[node.Id].Dependencies.Min(_reevaluation.ChangedAt);
                if (changed is not null)
                {
                    _metrics.Waited(changed.Value);
                }
                if (changed is not null || marked.Contains(node.Id))
                {
                    await BringUpToDateAsync(node, scope).ConfigureAwait(false);
                    StartIfReady(node, state.Hosts[node.Id]);
                }
            }
            _consumers.Tell();
        }
        finally
        {
            _metrics.Evaluating.Set(0);
            _gate.Release();
        }
    }

    private async Task RetireAsync(GraphState state, IReadOnlyList<ComponentNode> nodes)
    {
        foreach (IGrouping<int, ComponentNode> step in StopOrder.Steps(state, nodes))
        {
            await Task.WhenAll(step.Select(node => state.Hosts[node.Id].StopAsync(_services.StopLimit))).ConfigureAwait(false);
        }
        // Only now: a source saves its last position when it is disposed of, and the sinks behind it have delivered by then. Together,
        // because a source waits a moment for sinks that stay.
        await Task.WhenAll(nodes.Select(node =>
        {
            node.ExportsChanged = null;
            return DisposeOfAsync(node);
        })).ConfigureAwait(false);
    }

    private async Task DisposeOfAsync(ComponentNode node)
    {
        try
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A component that fails to go must not keep the others.
        catch (Exception exception)
        {
            LogDisposeFailed(_logger, exception, node.Id);
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "component {Id} failed while it was removed")]
    private static partial void LogDisposeFailed(ILogger logger, Exception exception, string id);
}
