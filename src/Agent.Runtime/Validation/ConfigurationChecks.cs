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
        var nodes = new List<EvaluatedNode>();
        var walk = new ModuleCheck(globals, ignored)
        {
            Exports = EmptyExports.Of,
            Visited = (use, block) => nodes.Add(new EvaluatedNode(use, block, use.Definition.Descriptor.Decode(block, ignored))),
        };
        walk.CheckRoot(root);
        Run(nodes, walk, isRunning: false, diagnostics);
    }

    /// <summary>Checks what has been loaded.</summary>
    public void Loaded(GraphState state, DiagnosticBag diagnostics)
    {
        if (catalog.Checks.Count > 0)
        {
            Run([.. state.Places.Select(static place => new EvaluatedNode(place.Use, place.Node.Block, place.Node.Arguments))], state, isRunning: true, diagnostics);
        }
    }

    private void Run(IReadOnlyList<EvaluatedNode> nodes, INodeValues modules, bool isRunning, DiagnosticBag diagnostics)
    {
        var uses = new Dictionary<string, ModuleUse>(StringComparer.Ordinal);
        foreach (EvaluatedNode node in nodes)
        {
            uses.TryAdd(node.Use.Id, node.Use);
        }
        ModuleUse? Find(string id) => uses.TryGetValue(id, out ModuleUse found) ? found : null;
        var trace = new SourceTrace(Find, modules);
        var configuration = new CheckedConfiguration([.. nodes.Select(node => Of(node, trace, Find))], isRunning) { Options = options };
        foreach (IConfigurationCheck check in catalog.Checks)
        {
            check.Check(configuration, diagnostics);
        }
    }

    private static CheckedNode Of(EvaluatedNode node, SourceTrace trace, Func<string, ModuleUse?> find)
    {
        (ModuleUse use, BlockValue? block, object? arguments) = node;
        return new CheckedNode(use.Definition.Descriptor.Name, use.Id, use.Definition.Block.HeaderSpan)
        {
            Name = use.Definition.Id,
            Block = block,
            Arguments = arguments,
            References = ReferencesOf(use, trace),
            Uses = UsesOf(use.Frame, find),
        };
    }

    private static CheckedReference[] ReferencesOf(ModuleUse use, SourceTrace trace) =>
    [
        .. from id in use.Definition.Links.Select(static link => link.Id).Distinct(StringComparer.Ordinal)
           from found in ExportReferences.Find(use.Definition.Block, id, name => use.Frame.Find(name) is not null)
           from source in trace.SourcesOf(use.Frame, [.. id.Split('.'), .. found.Export.Split('.', StringSplitOptions.RemoveEmptyEntries)])
           select new CheckedReference(source, found.Argument, found.Span),
    ];

    /// <summary>The blocks that run the module, and the modules around it, from the inside out.</summary>
    private static List<CheckedUse> UsesOf(ModuleFrame frame, Func<string, ModuleUse?> find)
    {
        if (frame.Path.Length == 0)
        {
            return [];
        }
        var uses = new List<CheckedUse>();
        // The modules of a foreach have ids of their own behind that of the block.
        for (ModuleUse? use = UseOf(frame); use is { } found; use = UseOf(found.Frame))
        {
            uses.Add(new CheckedUse(found.Definition.Id, found.Definition.Block.OpeningSpan));
        }
        return uses;

        ModuleUse? UseOf(ModuleFrame module)
        {
            int end = module.Path.LastIndexOf('/');
            return find(module.Path) ?? (end > 0 ? find(module.Path[..end]) : null);
        }
    }

    /// <param name="Use">The node at its place.</param>
    /// <param name="Block">Null where it could not be evaluated.</param>
    /// <param name="Arguments">Null where they are not all known.</param>
    private sealed record EvaluatedNode(ModuleUse Use, BlockValue? Block, object? Arguments);
}
