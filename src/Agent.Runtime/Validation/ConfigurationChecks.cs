using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Sdk.Checks;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Runtime.Validation;

/// <summary>Runs the checks that look at a configuration as a whole: blocks with errors are left out, and a load that is refused is not looked at.</summary>
internal static class ConfigurationChecks
{
    /// <param name="plan">The configuration.</param>
    /// <param name="catalog">Says which checks there are.</param>
    /// <param name="place">What expressions may use besides nodes, and whether the configuration is being loaded.</param>
    /// <param name="diagnostics">Takes warnings.</param>
    public static void Run(GraphPlan plan, BlockCatalog catalog, (IScope Globals, bool IsRunning) place, DiagnosticBag diagnostics)
    {
        if (catalog.Checks.Count == 0 || (place.IsRunning && diagnostics.HasErrors))
        {
            return;
        }
        var scope = new EmptyExportScope(plan, place.Globals);
        var ids = plan.Nodes.Select(static node => node.Id).ToHashSet(StringComparer.Ordinal);
        var configuration = new CheckedConfiguration([.. plan.Nodes.Select(node => Of(node, ids, scope))], place.IsRunning);
        foreach (IConfigurationCheck check in catalog.Checks)
        {
            check.Check(configuration, diagnostics);
        }
    }

    private static CheckedNode Of(NodeDefinition node, HashSet<string> ids, IScope scope)
    {
        // Whatever is wrong has been reported already.
        var ignored = new DiagnosticBag();
        BlockValue? block = BlockEvaluator.Evaluate(node.Block, scope, static value => value, ignored);
        return new CheckedNode(node.Descriptor.Name, node.Id, node.Block.HeaderSpan)
        {
            Block = block,
            Arguments = block is null ? null : node.Descriptor.Decode(block, ignored),
            References = [.. node.Dependencies.SelectMany(id => ExportReferences.Find(node.Block, id, ids.Contains)
                .Select(found => new CheckedReference(id, found.Argument, found.Span)))],
        };
    }
}
