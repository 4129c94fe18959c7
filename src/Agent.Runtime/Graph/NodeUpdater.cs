using Agent.Runtime.Modules;
using Agent.Runtime.SelfMetrics;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>How an attempt to bring a node up to date ended.</summary>
internal enum UpdateOutcome
{
    /// <summary>The component has its arguments, new or as before.</summary>
    Done,

    /// <summary>The configuration is wrong: trying again brings nothing until something it refers to changes.</summary>
    Refused,

    /// <summary>Circumstances: something it refers to has no value yet, or the component could not accept. Try again later.</summary>
    Later,
}

/// <summary>Evaluates a node's block, decodes its arguments, and applies them where they have changed.</summary>
internal sealed partial class NodeUpdater(GraphServices services, EvaluationMetrics metrics)
{
    /// <summary>Checks new arguments of a component without applying them: errors go to <paramref name="diagnostics"/>.</summary>
    /// <returns>The arguments, or null where there are errors or where something is not known yet.</returns>
    public (BlockValue? Block, object? Arguments) Decode(
        ComponentNode node, NodeDefinition definition, ModuleFrame frame, INodeValues values, DiagnosticBag diagnostics)
    {
        BlockValue? block = BlockEvaluator.Evaluate(definition.Block, Scope(frame, values), node.Connect, diagnostics);
        return (block, block is null ? null : definition.Descriptor.Decode(block, diagnostics));
    }

    /// <summary>The value of a node that is nothing else; null where there are errors.</summary>
    public (BlockValue? Block, ObjectValue? Value) ValueOf(NodeDefinition definition, ModuleFrame frame, INodeValues values, DiagnosticBag diagnostics)
    {
        BlockValue? block = BlockEvaluator.Evaluate(definition.Block, Scope(frame, values), static value => value, diagnostics);
        return (block, block is null ? null : ModuleValues.Of(definition, frame, block, values, diagnostics));
    }

    /// <summary>Brings one node up to date; what goes wrong shows in its health.</summary>
    /// <param name="node">The node.</param>
    /// <param name="values">What the nodes before it have to show.</param>
    /// <param name="load">Takes the findings of a load, which reports them itself; null outside of one.</param>
    public async Task<UpdateOutcome> UpdateAsync(ComponentNode node, INodeValues values, DiagnosticBag? load = null)
    {
        long start = services.Time.GetTimestamp();
        UpdateOutcome outcome = await UpdateOnceAsync(node, values, load).ConfigureAwait(false);
        node.IsSettled = outcome == UpdateOutcome.Done;
        TimeSpan duration = services.Time.GetElapsedTime(start);
        metrics.Evaluated(node.Id, duration);
        if (outcome == UpdateOutcome.Done)
        {
            node.ForgetEdges();
            LogEvaluated(node.Logger, duration);
        }
        return outcome;
    }

    private FrameScope Scope(ModuleFrame frame, INodeValues values) => new(frame, values, services.Globals);

    private async Task<UpdateOutcome> UpdateOnceAsync(ComponentNode node, INodeValues values, DiagnosticBag? load)
    {
        var diagnostics = new DiagnosticBag();
        UpdateOutcome outcome = node.Definition.IsValue
            ? UpdateValue(node, values, diagnostics)
            : await UpdateComponentAsync(node, values, diagnostics).ConfigureAwait(false);
        load?.AddRange(diagnostics);
        if (diagnostics.HasErrors)
        {
            string errors = string.Join("; ", diagnostics.Where(static d => d.Severity == Severity.Error));
            node.Health.Report(HealthSource.Evaluation, HealthState.Unhealthy, errors);
            if (load is null)
            {
                LogRefused(node.Logger, errors);
            }
            return UpdateOutcome.Refused;
        }
        if (outcome == UpdateOutcome.Done)
        {
            node.Health.Report(HealthSource.Evaluation, HealthState.Healthy, "component evaluated");
        }
        return outcome;
    }

    private UpdateOutcome UpdateValue(ComponentNode node, INodeValues values, DiagnosticBag diagnostics)
    {
        (BlockValue? block, ObjectValue? value) = ValueOf(node.Definition, node.Frame, values, diagnostics);
        if (block is null || value is null)
        {
            return UpdateOutcome.Refused;
        }
        node.Evaluated = new KeptBlock(node.Definition.Block, block);
        node.Arguments = value;
        node.SetValue(value);
        return UpdateOutcome.Done;
    }

    private async Task<UpdateOutcome> UpdateComponentAsync(ComponentNode node, INodeValues values, DiagnosticBag diagnostics)
    {
        (BlockValue? block, object? arguments) = Decode(node, node.Definition, node.Frame, values, diagnostics);
        if (diagnostics.HasErrors)
        {
            return UpdateOutcome.Refused;
        }
        if (block is null || arguments is null)
        {
            node.Health.Report(HealthSource.Evaluation, HealthState.Unhealthy, "waits for a component that it refers to");
            return UpdateOutcome.Later;
        }
        node.Evaluated = new KeptBlock(node.Definition.Block, block);
        return arguments.Equals(node.Arguments) || await ApplyAsync(node, arguments).ConfigureAwait(false) ? UpdateOutcome.Done : UpdateOutcome.Later;
    }

    private async Task<bool> ApplyAsync(ComponentNode node, object arguments)
    {
        if (!node.UnfinishedApply.IsCompleted)
        {
            node.Health.Report(HealthSource.Evaluation, HealthState.Unhealthy, "still applies earlier arguments");
            return false;
        }
        using var limit = new CancellationTokenSource(services.ApplyLimit, services.Time);
        try
        {
            Task apply = node.Definition.Descriptor.ApplyAsync(node.Component, arguments, limit.Token).AsTask();
            node.UnfinishedApply = apply;
            await apply.WaitAsync(services.ApplyLimit, services.Time).ConfigureAwait(false);
            node.Arguments = arguments;
            return true;
        }
        catch (ComponentException exception)
        {
            Failed(node, exception.Message);
            return false;
        }
#pragma warning disable CA1031 // Whatever a component throws makes it unhealthy, never the process end.
        catch (Exception exception)
        {
            Failed(node, exception is TimeoutException ? $"did not accept its arguments within {services.ApplyLimit}" : exception.ToString());
            return false;
        }
#pragma warning restore CA1031
    }

    private static void Failed(ComponentNode node, string cause)
    {
        node.Health.Report(HealthSource.Evaluation, HealthState.Unhealthy, cause);
        LogNotApplied(node.Logger, cause);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "finished node evaluation in {Duration}")]
    private static partial void LogEvaluated(ILogger logger, TimeSpan duration);

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot evaluate component: {Errors}")]
    private static partial void LogRefused(ILogger logger, string errors);

    [LoggerMessage(Level = LogLevel.Warning, Message = "component could not accept its arguments, it is tried again: {Cause}")]
    private static partial void LogNotApplied(ILogger logger, string cause);
}
