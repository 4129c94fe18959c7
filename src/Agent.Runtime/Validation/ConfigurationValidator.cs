using Agent.Runtime.Configuration;
using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Runtime.Modules;
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
        var found = new DiagnosticBag();
        GraphPlan plan = new GraphPlanner(catalog, names, minimum).Plan(source.Statements, found);
        var findings = new DiagnosticBag();
        var check = new ModuleCheck(globals, findings);
        check.CheckRoot(new RootModule(plan, source.Folder));
        // Rules of a component's own, such as which arguments exclude each other, count once the component could be built: a
        // configuration that this build cannot run at all is reported for that, and for what is wrong in form.
        found.AddRange(findings.Where(finding => check.CanRun || !IsOwnRule(finding)));
        WarnOfDeadEnds(plan, found);
        // A module is checked with the arguments of every use, so that what is wrong in it shows several times.
        ConfigurationChecks.Validate(plan, catalog, globals, found);
        diagnostics.AddRange(found.Where(finding => !IsPart(finding, found)).Select(Advice).Distinct());
    }

    private static bool IsOwnRule(Diagnostic finding) => finding.Code is DiagnosticCodes.InvalidArgument or DiagnosticCodes.InvalidStage;

    /// <summary>A name that nothing has is found by its reference and again by its value: once is enough.</summary>
    private static bool IsPart(Diagnostic finding, DiagnosticBag found) => finding.Code == DiagnosticCodes.UnknownReference
        && found.Any(other => other.Code == finding.Code && other.Span.Source == finding.Span.Source
            && other.Span.Start == finding.Span.Start && other.Span.End > finding.Span.End);

    /// <summary>
    /// A call that fails and a stage that cannot be built are found when the agent runs; Alloy looks at neither before, and what it accepts
    /// is accepted.
    /// </summary>
    private static Diagnostic Advice(Diagnostic finding) =>
        finding is { Severity: Severity.Error, Code: DiagnosticCodes.FailedCall or DiagnosticCodes.InvalidStage } ? finding with { Severity = Severity.Warning, Help = "the agent does not load this" } : finding;

    /// <summary>A component whose exports nobody uses does nothing: a receiver that nobody feeds, targets that nobody takes.</summary>
    private static void WarnOfDeadEnds(GraphPlan plan, DiagnosticBag diagnostics)
    {
        var used = plan.Nodes.SelectMany(static node => node.Dependencies).ToHashSet(StringComparer.Ordinal);
        foreach (NodeDefinition node in plan.Nodes)
        {
            if (node.Kind != NodeKind.Component || node.Descriptor.Exports.Count == 0 || used.Contains(node.Id))
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
