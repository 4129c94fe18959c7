using Agent.Runtime.Evaluation;
using Agent.Runtime.SelfMetrics;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
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
    /// <summary>Checks new arguments without applying them: errors go to <paramref name="diagnostics"/>.</summary>
    /// <returns>The arguments, or null where there are errors or where something is not known yet.</returns>
    public static (BlockValue? Block, object? Arguments) Decode(
        ComponentNode node, NodeDefinition definition, IScope scope, DiagnosticBag diagnostics)
    {
        BlockValue? block = BlockEvaluator.Evaluate(definition.Block, scope, node.Connect, diagnostics);
        return (block, block is null ? null : definition.Descriptor.Decode(block, diagnostics));
    }

    /// <summary>Brings one node up to date; what goes wrong shows in its health.</summary>
    public async Task<UpdateOutcome> UpdateAsync(ComponentNode node, IScope scope)
    {
        long start = services.Time.GetTimestamp();
        UpdateOutcome outcome = await UpdateOnceAsync(node, scope).ConfigureAwait(false);
        TimeSpan duration = services.Time.GetElapsedTime(start);
        metrics.Evaluated(node.Id, duration);
        if (outcome == UpdateOutcome.Done)
        {
            LogEvaluated(node.Logger, duration);
        }
        return outcome;
    }

    private async Task<UpdateOutcome> UpdateOnceAsync(ComponentNode node, IScope scope)
    {
        var diagnostics = new DiagnosticBag();
        (BlockValue? block, object? arguments) = Decode(node, node.Definition, scope, diagnostics);
        if (diagnostics.HasErrors)
        {
            string errors = string.Join("; ", diagnostics.Where(static d => d.Severity == Severity.Error));
            node.Health.Report(HealthSource.Evaluation, HealthState.Unhealthy, errors);
            LogRefused(node.Logger, errors);
            return UpdateOutcome.Refused;
        }
        if (block is null || arguments is null)
        {
            node.Health.Report(HealthSource.Evaluation, HealthState.Unhealthy, "waits for a component that it refers to");
            return UpdateOutcome.Later;
        }
        node.Block = block;
        if (!arguments.Equals(node.Arguments) && !await ApplyAsync(node, arguments).ConfigureAwait(false))
        {
            return UpdateOutcome.Later;
        }
        node.Health.Report(HealthSource.Evaluation, HealthState.Healthy, "component evaluated");
        return UpdateOutcome.Done;
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
