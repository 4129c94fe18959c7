using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Runtime.Modules;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;
using Agent.Sdk.Modules;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Validation;

/// <summary>Walks through modules as a load does, without creating anything: what components would export is known by type only.</summary>
/// <remarks>Imports of files and of texts that are known are followed; those from servers bring custom components of which nothing is known.</remarks>
internal sealed class ModuleCheck(IScope globals, DiagnosticBag findings) : INodeValues
{
    private readonly Dictionary<string, ObjectValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModuleFrame> _modules = new(StringComparer.Ordinal);
    private readonly HashSet<BlockStatement> _checked = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<BlockStatement> _open = new(ReferenceEqualityComparer.Instance);
    private readonly MetricRegistry _metrics = new();

    /// <summary>Ids of blocks that this build does not have, modules included.</summary>
    private readonly SortedSet<string> _unavailable = new(StringComparer.Ordinal);
    private bool _isUnused;

    /// <summary>True where every component could be built.</summary>
    public bool CanRun => _unavailable.Count == 0;

    public IEnumerable<string> Unavailable => _unavailable;

    /// <summary>Called for every block that would become a node, with what is known of its values; not for modules that nobody uses.</summary>
    public Action<ModuleUse, BlockValue>? Visited { get; init; }

    /// <summary>What is taken for the exports of a component; null for values of which only the types are known.</summary>
    public Func<ComponentDescriptor, ObjectValue?>? Exports { get; init; }

    public ObjectValue? ExportsOf(string id) => _values.GetValueOrDefault(id);

    public ModuleFrame? ModuleOf(string id) => _modules.GetValueOrDefault(id);

    public void CheckRoot(RootModule root) =>
        Check(new ModuleFrame { Path = "", Plan = root.Plan, ModulePath = root.ModulePath, Metrics = _metrics }, findings);

    private void Check(ModuleFrame frame, DiagnosticBag diagnostics)
    {
        _unavailable.UnionWith(frame.Plan.Unavailable.Select(frame.IdOf));
        foreach (NodeDefinition node in frame.Plan.Nodes)
        {
            Check(new ModuleUse(frame.IdOf(node.Id), node, frame), diagnostics);
        }
        foreach (BlockStatement declare in frame.Plan.Declares.Values)
        {
            // Imported blocks that nobody uses do no harm; those of the configuration itself are there to be used.
            if (frame.Plan.Kind != ModuleKind.Import && _checked.Add(declare))
            {
                CheckUnused(frame, declare, diagnostics);
            }
        }
    }

    private void CheckUnused(ModuleFrame frame, BlockStatement declare, DiagnosticBag diagnostics)
    {
        GraphPlan plan = frame.Plan.Inner(declare, diagnostics);
        bool wasUnused = _isUnused;
        _isUnused = true;
        CheckInside(declare, new ModuleFrame
        {
            Path = frame.IdOf(ModuleBlocks.IdOf(declare)),
            Plan = plan,
            Lexical = frame,
            ModulePath = frame.ModulePath,
            Metrics = _metrics,
            Origins = frame.Origins,
        }, diagnostics);
        _isUnused = wasUnused;
    }

    private void Check(ModuleUse use, DiagnosticBag diagnostics)
    {
        NodeDefinition node = use.Definition;
        BlockValue? block = BlockEvaluator.Evaluate(node.Block, new FrameScope(use.Frame, this, globals), static value => value, diagnostics);
        if (block is null)
        {
            return;
        }
        if (!_isUnused)
        {
            Visited?.Invoke(use, block);
        }
        if (!node.IsValue)
        {
            node.Descriptor.Decode(block, diagnostics);
            if (Exports?.Invoke(node.Descriptor) is { } exports)
            {
                _values[use.Id] = exports;
            }
            if (node.Kind == NodeKind.Import)
            {
                CheckImport(use, block, diagnostics);
            }
            return;
        }
        if (ModuleValues.Of(node, use.Frame, block, this, diagnostics) is { } value)
        {
            _values[use.Id] = value;
        }
        if (node.Kind == NodeKind.Custom)
        {
            CheckCustom(use, diagnostics);
        }
        else if (node.Kind == NodeKind.Foreach)
        {
            CheckTemplate(use, diagnostics);
        }
    }

    private void CheckCustom(ModuleUse use, DiagnosticBag diagnostics)
    {
        if (ModuleExpansion.Custom(use, diagnostics, out _) is not { } module)
        {
            return;
        }
        _modules[use.Id] = module;
        BlockStatement declare = use.Frame.Lookup(use.Definition.Block)!.Value.Declare!;
        _checked.Add(declare);
        var inside = new DiagnosticBag();
        CheckInside(declare, module, inside);
        ModuleExpansion.Report(use.Definition, "custom component", inside, diagnostics);
    }

    /// <summary>The template once, for an item of which nothing is known: the items may come from anywhere.</summary>
    private void CheckTemplate(ModuleUse use, DiagnosticBag diagnostics)
    {
        if (use.Definition.Template is { } template)
        {
            Check(new ModuleFrame
            {
                Path = $"{use.Id}/{ForeachBlock.Template}",
                Plan = template,
                Lexical = use.Frame,
                Outer = use.Frame,
                Item = new UnknownValue(Agent.Sdk.Schema.SchemaType.Any),
                ModulePath = use.Frame.ModulePath,
                Metrics = _metrics,
                Origins = use.Frame.Origins,
            }, diagnostics);
        }
    }

    private void CheckImport(ModuleUse use, BlockValue block, DiagnosticBag diagnostics)
    {
        if (use.Definition.Block.Label is not { } label || ContentOf(use, block, diagnostics) is not { } content)
        {
            return;
        }
        var inside = new DiagnosticBag();
        if (ModuleExpansion.Imported(use, content, null, inside) is { } module)
        {
            use.Frame.Imported[label] = module;
            Check(module, inside);
        }
        ModuleExpansion.Report(use.Definition, "module", inside, diagnostics);
    }

    private static ModuleContent? ContentOf(ModuleUse use, BlockValue block, DiagnosticBag diagnostics)
    {
        switch (block.Name)
        {
            case ModuleBlocks.ImportString when block.Find("content")?.Value is StringValue text:
                return new ModuleContent([new ModuleFile(use.Id, text.Text)], use.Frame.ModulePath, use.Id);
            case ModuleBlocks.ImportFile when block.Find("filename")?.Value is StringValue name:
                try
                {
                    return ModuleFiles.Read(ModuleFiles.Resolve(name.Text, use.Frame.ModulePath));
                }
                catch (ComponentException exception)
                {
                    diagnostics.Warn(
                        DiagnosticCodes.Unchecked, use.Definition.Block.OpeningSpan, $"cannot check what the import brings: {exception.Message}",
                        "what it brings waits for the file, and a reload without it is refused");
                    return null;
                }
            default:
                return null;
        }
    }

    private void CheckInside(BlockStatement declare, ModuleFrame module, DiagnosticBag diagnostics)
    {
        // Recursion has been reported already.
        if (_open.Add(declare))
        {
            Check(module, diagnostics);
            _open.Remove(declare);
        }
    }
}
