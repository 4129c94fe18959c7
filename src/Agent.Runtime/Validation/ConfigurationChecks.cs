using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Sdk.Checks;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Runtime.Validation;

/// <summary>Runs the checks that look at a configuration as a whole: blocks with errors are left out, and a load that is refused is not looked at.</summary>
internal static class ConfigurationChecks
{
    /// <summary>Checks a configuration that is only validated.</summary>
    /// <param name="plan">The configuration.</param>
    /// <param name="catalog">Says which checks there are.</param>
    /// <param name="globals">What expressions may use besides nodes.</param>
    /// <param name="diagnostics">Takes warnings.</param>
    public static void Validate(GraphPlan plan, BlockCatalog catalog, IScope globals, DiagnosticBag diagnostics) =>
        Run(plan, catalog, new Source(plan, globals, null), diagnostics);

    /// <summary>Checks a configuration that has just been loaded, by what the load has evaluated.</summary>
    /// <param name="plan">The configuration.</param>
    /// <param name="services">Say which checks there are.</param>
    /// <param name="running">The nodes of its root.</param>
    /// <param name="diagnostics">Takes warnings.</param>
    public static void Loaded(GraphPlan plan, GraphServices services, IEnumerable<ComponentNode> running, DiagnosticBag diagnostics)
    {
        if (services.Catalog.Checks.Count > 0 && !diagnostics.HasErrors)
        {
            Run(plan, services.Catalog, new Source(plan, services.Globals, running.ToDictionary(static node => node.LocalId, StringComparer.Ordinal)), diagnostics);
        }
    }

    private static void Run(GraphPlan plan, BlockCatalog catalog, Source source, DiagnosticBag diagnostics)
    {
        if (catalog.Checks.Count == 0)
        {
            return;
        }
        var configuration = new CheckedConfiguration([.. plan.Nodes.Select(node => new PlannedNode(node, source))], source.IsRunning);
        foreach (IConfigurationCheck check in catalog.Checks)
        {
            check.Check(configuration, diagnostics);
        }
    }

    /// <summary>Where the nodes of one configuration are looked up.</summary>
    private sealed class Source(GraphPlan plan, IScope globals, Dictionary<string, ComponentNode>? running)
    {
        private EmptyExportScope? _scope;
        private HashSet<string>? _ids;

        public bool IsRunning => running is not null;

        public IScope Scope => _scope ??= new EmptyExportScope(plan, globals);

        public HashSet<string> Ids => _ids ??= plan.Nodes.Select(static node => node.Id).ToHashSet(StringComparer.Ordinal);

        public ComponentNode? Find(string id) => running?.GetValueOrDefault(id);
    }

    private sealed class PlannedNode(NodeDefinition node, Source source) : CheckedNode(node.Descriptor.Name, node.Id, node.Block.HeaderSpan)
    {
        private (BlockValue? Block, object? Arguments)? _evaluated;
        private IReadOnlyList<CheckedReference>? _references;

        public override BlockValue? Block => Evaluated.Block;

        public override object? Arguments => Evaluated.Arguments;

        public override IReadOnlyList<CheckedReference> References => _references ??=
        [
            .. node.Dependencies.SelectMany(id => ExportReferences.Find(node.Block, id, source.Ids.Contains)
                .Select(found => new CheckedReference(id, found.Argument, found.Span))),
        ];

        private (BlockValue? Block, object? Arguments) Evaluated => _evaluated ??= Evaluate();

        private (BlockValue? Block, object? Arguments) Evaluate()
        {
            // A node that waits for another one has nothing to show yet.
            if (source.Find(node.Id) is { Arguments: { } arguments, Block: { } known })
            {
                return (known, arguments);
            }
            // Whatever is wrong has been reported already.
            var ignored = new DiagnosticBag();
            BlockValue? block = BlockEvaluator.Evaluate(node.Block, source.Scope, static value => value, ignored);
            return (block, block is null ? null : node.Descriptor.Decode(block, ignored));
        }
    }
}
