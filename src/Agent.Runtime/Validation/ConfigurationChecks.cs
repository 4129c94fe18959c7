using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Runtime.Modules;
using Agent.Sdk;
using Agent.Sdk.Checks;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Runtime.Validation;

/// <summary>Runs the checks that look at a configuration as a whole, its modules included. Blocks with errors are left out.</summary>
/// <param name="catalog">Says which checks there are.</param>
/// <param name="options">What the command line says to components.</param>
internal sealed class ConfigurationChecks(BlockCatalog catalog, AgentOptions options)
{
    /// <summary>Checks what would be loaded: modules as far as they are known, and the template of a <c>foreach</c> once.</summary>
    public void Validate(RootModule root, IScope globals, DiagnosticBag diagnostics)
    {
        if (catalog.Checks.Count == 0)
        {
            return;
        }
        // Whatever is wrong has been reported already.
        var ignored = new DiagnosticBag();
        var nodes = new List<Visit>();
        var walk = new ModuleCheck(globals, ignored)
        {
            Exports = EmptyExports.Of,
            Visited = (use, block) => nodes.Add(new Visit(use, () => block, () => use.Definition.Descriptor.Decode(block, ignored))),
        };
        walk.CheckRoot(root);
        Run(nodes, walk, isRunning: false, diagnostics);
    }

    /// <summary>Checks what has been loaded.</summary>
    public void Loaded(GraphState state, DiagnosticBag diagnostics)
    {
        if (catalog.Checks.Count > 0)
        {
            Run([.. state.Places.Select(static place => new Visit(place.Use, () => place.Node.Block, () => place.Node.Arguments))], state, isRunning: true, diagnostics);
        }
    }

    private void Run(List<Visit> nodes, INodeValues modules, bool isRunning, DiagnosticBag diagnostics)
    {
        var all = new AllNodes(nodes, modules);
        var configuration = new CheckedConfiguration([.. nodes.Select(node => new VisitedNode(node, all))], isRunning) { Options = options };
        foreach (IConfigurationCheck check in catalog.Checks)
        {
            check.Check(configuration, diagnostics);
        }
    }

    /// <summary>A node at its place.</summary>
    /// <param name="Use">The place.</param>
    /// <param name="Block">Its evaluated block; null where that could not be done.</param>
    /// <param name="Arguments">Null where they are not all known.</param>
    private sealed record Visit(ModuleUse Use, Func<BlockValue?> Block, Func<object?> Arguments);

    /// <summary>Where nodes look each other up.</summary>
    private sealed class AllNodes
    {
        private readonly Dictionary<string, ModuleUse> _uses = new(StringComparer.Ordinal);

        public AllNodes(List<Visit> nodes, INodeValues modules)
        {
            foreach (Visit node in nodes)
            {
                _uses.TryAdd(node.Use.Id, node.Use);
            }
            Trace = new SourceTrace(Find, modules);
        }

        public SourceTrace Trace { get; }

        public ModuleUse? Find(string id) => _uses.TryGetValue(id, out ModuleUse found) ? found : null;

        /// <summary>The node that runs a module; those of a <c>foreach</c> have ids of their own behind that of the block.</summary>
        public ModuleUse? UseOf(ModuleFrame module)
        {
            int end = module.Path.LastIndexOf('/');
            return Find(module.Path) ?? (end > 0 ? Find(module.Path[..end]) : null);
        }
    }

    private sealed class VisitedNode : CheckedNode
    {
        private readonly ModuleUse _use;
        private readonly Lazy<BlockValue?> _block;
        private readonly Lazy<object?> _arguments;
        private readonly Lazy<IReadOnlyList<CheckedReference>> _references;
        private readonly Lazy<IReadOnlyList<CheckedUse>> _uses;

        public VisitedNode(Visit visit, AllNodes all)
            : base(visit.Use.Definition.Descriptor.Name, visit.Use.Id, visit.Use.Definition.Block.HeaderSpan)
        {
            _use = visit.Use;
            Name = _use.Definition.Id;
            _block = new Lazy<BlockValue?>(visit.Block);
            _arguments = new Lazy<object?>(visit.Arguments);
            _references = new Lazy<IReadOnlyList<CheckedReference>>(() => ReferencesIn(all));
            _uses = new Lazy<IReadOnlyList<CheckedUse>>(() => UsesIn(all));
        }

        public override BlockValue? Block => _block.Value;

        public override object? Arguments => _arguments.Value;

        public override IReadOnlyList<CheckedReference> References => _references.Value;

        public override IReadOnlyList<CheckedUse> Uses => _uses.Value;

        private CheckedReference[] ReferencesIn(AllNodes all) =>
        [
            .. from id in _use.Definition.Links.Select(static link => link.Id).Distinct(StringComparer.Ordinal)
               from found in ExportReferences.Find(_use.Definition.Block, id, name => _use.Frame.Find(name) is not null)
               from source in all.Trace.SourcesOf(_use.Frame, [.. id.Split('.'), .. found.Export.Split('.', StringSplitOptions.RemoveEmptyEntries)])
               select new CheckedReference(source, found.Argument, found.Span),
        ];

        // From the inside out.
        private List<CheckedUse> UsesIn(AllNodes all)
        {
            var uses = new List<CheckedUse>();
            for (ModuleUse? use = all.UseOf(_use.Frame); _use.Frame.Path.Length > 0 && use is { } found; use = all.UseOf(found.Frame))
            {
                uses.Add(new CheckedUse(found.Definition.Id, found.Definition.Block.OpeningSpan));
            }
            return uses;
        }
    }
}
