using Agent.Runtime.Configuration;
using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax;

namespace Agent.Runtime.Validation;

/// <summary>Does everything that a load does short of creating components: what they would export is known by type only.</summary>
public sealed class ConfigurationValidator(BlockCatalog catalog, IExpressionNames names, IScope globals, Stability minimum)
{
    public void Validate(ConfigurationSource source, DiagnosticBag diagnostics)
    {
        GraphPlan plan = new GraphPlanner(catalog, names, minimum).Plan(source.Statements, diagnostics);
        bool canRun = plan.Unavailable.Count == 0;
        DiagnosticBag findings = CheckArguments(plan);
        // Rules of a component's own, such as which arguments exclude each other, count once the component could be built: a
        // configuration that this build cannot run at all is reported for that, and for what is wrong in form.
        diagnostics.AddRange(findings.Where(finding => canRun || finding.Code != DiagnosticCodes.InvalidArgument));
        WarnOfDeadEnds(plan, diagnostics);
        ConfigurationChecks.Run(plan, catalog, (globals, IsRunning: false), diagnostics);
    }

    private DiagnosticBag CheckArguments(GraphPlan plan)
    {
        var findings = new DiagnosticBag();
        var scope = new CheckScope(plan, globals);
        foreach (NodeDefinition node in plan.Nodes)
        {
            if (BlockEvaluator.Evaluate(node.Block, scope, static value => value, findings) is { } block)
            {
                node.Descriptor.Decode(block, findings);
            }
        }
        return findings;
    }

    /// <summary>A component whose exports nobody uses does nothing: a receiver that nobody feeds, targets that nobody takes.</summary>
    private static void WarnOfDeadEnds(GraphPlan plan, DiagnosticBag diagnostics)
    {
        var used = plan.Nodes.SelectMany(static node => node.Dependencies).ToHashSet(StringComparer.Ordinal);
        foreach (NodeDefinition node in plan.Nodes)
        {
            if (node.Descriptor.Exports.Count == 0 || used.Contains(node.Id))
            {
                continue;
            }
            bool isReceiver = node.Descriptor.Exports.Any(static export => export.Type.Kind == SchemaKind.Capsule);
            diagnostics.Warn(
                DiagnosticCodes.Unused, node.Block.HeaderSpan,
                isReceiver ? $"nothing is sent to {node.Id}" : $"nothing uses what {node.Id} exports");
        }
    }
}
