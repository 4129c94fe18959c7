using Agent.Runtime.Evaluation;
using Agent.Runtime.Modules;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>Turns the statements of a module into nodes in dependency order: names, labels, references and cycles are checked here.</summary>
/// <param name="catalog">What the names of blocks mean.</param>
/// <param name="names">What the names in expressions mean, apart from nodes.</param>
/// <param name="minimum">The least settled components and functions that are allowed.</param>
public sealed class GraphPlanner(BlockCatalog catalog, IExpressionNames names, Stability minimum)
{
    private readonly StabilityRule _stability = new(minimum);

    /// <summary>Name of a root whose configuration may not say how the process behaves; empty for one that may.</summary>
    public string Apart { get; init; } = "";

    /// <summary>Plans what can be planned; wrong blocks are reported and left out.</summary>
    public GraphPlan Plan(IEnumerable<Statement> statements, DiagnosticBag diagnostics)
    {
        var plan = new GraphPlan(this, ModuleKind.Root);
        Fill(plan, statements, diagnostics);
        return plan;
    }

    internal void Fill(GraphPlan plan, IEnumerable<Statement> statements, DiagnosticBag diagnostics)
    {
        var blocks = new List<BlockStatement>();
        foreach (Statement statement in statements)
        {
            if (statement is BlockStatement block)
            {
                blocks.Add(block);
            }
            else if (statement is AttributeStatement attribute)
            {
                diagnostics.Error(
                    DiagnosticCodes.UnknownArgument, attribute.Name.Span, $"unrecognized attribute {attribute.Name.Name}",
                    plan.Kind == ModuleKind.Root ? "only blocks may stand at the top level of a configuration" : "only blocks may stand in a module");
            }
        }
        // Names first: a custom component may be used above the block that declares or imports it.
        foreach (BlockStatement block in blocks)
        {
            Declare(plan, block, diagnostics);
        }
        foreach (BlockStatement block in blocks)
        {
            if (block.FullName != ModuleBlocks.Declare)
            {
                Bind(plan, block, diagnostics);
            }
        }
        CustomNames.CheckRecursion(plan, diagnostics);
        plan.Nodes = new NodeLinker(this, plan, names, _stability).Link(diagnostics);
    }

    /// <summary>The plan of a <c>foreach</c>'s template, which sees the module around it.</summary>
    internal GraphPlan Template(GraphPlan outer, BlockStatement template, string? variable, DiagnosticBag diagnostics)
    {
        var plan = new GraphPlan(this, ModuleKind.Foreach) { Lexical = outer, Outer = outer, Variable = variable };
        Fill(plan, template.Body, diagnostics);
        return plan;
    }

    private static void Declare(GraphPlan plan, BlockStatement block, DiagnosticBag diagnostics)
    {
        if (ModuleBlocks.IsImport(block.FullName))
        {
            string id = ModuleBlocks.IdOf(block);
            if (block.Label is not null && !plan.Imports.TryAdd(block.Label, id) && plan.Imports[block.Label] != id)
            {
                diagnostics.Error(
                    DiagnosticCodes.DuplicateComponent, block.HeaderSpan, $"the namespace \"{block.Label}\" is taken by {plan.Imports[block.Label]}", "give it another label");
            }
        }
        else if (block.FullName == ModuleBlocks.Declare)
        {
            if (block.Label is null)
            {
                diagnostics.Error(DiagnosticCodes.Label, block.NameSpan, "declare block must have a label");
            }
            else if (!plan.DeclaredBlocks.TryAdd(block.Label, block))
            {
                ReportDuplicate(ModuleBlocks.IdOf(block), block, plan.DeclaredBlocks[block.Label], diagnostics);
            }
        }
    }

    private void Bind(GraphPlan plan, BlockStatement block, DiagnosticBag diagnostics)
    {
        string id = ModuleBlocks.IdOf(block);
        if (Definition(plan, id, block, diagnostics) is not { } definition)
        {
            plan.UnavailableIds.Add(id);
            return;
        }
        if (!plan.ById.TryAdd(id, definition))
        {
            ReportDuplicate(id, block, plan.ById[id].Block, diagnostics);
        }
        else if (definition.Kind == NodeKind.Argument)
        {
            plan.ArgumentNames.Add(block.Label ?? "");
        }
        else if (definition.Kind == NodeKind.Export)
        {
            plan.ExportNames.Add(block.Label ?? "");
        }
    }

    /// <summary>Null where the name means nothing; other faults are reported and the node is planned nevertheless.</summary>
    private NodeDefinition? Definition(GraphPlan plan, string id, BlockStatement block, DiagnosticBag diagnostics)
    {
        if (ModuleBlocks.Of(block) is { } own)
        {
            CheckModuleBlock(plan, block, own.Kind, diagnostics);
            return own with { Id = id };
        }
        if (CustomNames.IsCustom(plan, block))
        {
            if (block.Label is null)
            {
                diagnostics.Error(DiagnosticCodes.Label, block.NameSpan, $"component {Quoted(block.FullName)} must have a label");
            }
            return new NodeDefinition(id, block, ModuleBlocks.Custom(block.FullName)) { Kind = NodeKind.Custom };
        }
        if (!catalog.TryGet(block.FullName, out ComponentDescriptor? descriptor))
        {
            ReportUnknown(block, diagnostics);
            return null;
        }
        NodeKind kind = catalog.IsConfigBlock(descriptor) ? NodeKind.Setting
            : ModuleBlocks.IsImport(descriptor.Name) ? NodeKind.Import : NodeKind.Component;
        CheckPlace(plan, id, block, kind, diagnostics);
        CheckLabel(block, descriptor, kind, diagnostics);
        _stability.Check(descriptor.Stability, $"component {Quoted(block.FullName)}", block.NameSpan, diagnostics);
        return new NodeDefinition(id, block, descriptor) { Kind = kind };
    }

    private void CheckModuleBlock(GraphPlan plan, BlockStatement block, NodeKind kind, DiagnosticBag diagnostics)
    {
        if (kind == NodeKind.Foreach)
        {
            _stability.Check(Stability.Experimental, "foreach block \"foreach\"", block.NameSpan, diagnostics);
        }
        else if (plan.Kind != ModuleKind.Declare)
        {
            diagnostics.Error(DiagnosticCodes.NotSupported, block.Span, $"{block.FullName} blocks only allowed inside a module");
        }
        if (block.Label is null)
        {
            diagnostics.Error(DiagnosticCodes.Label, block.NameSpan, $"{block.FullName} block must have a label");
        }
        if (plan.Kind == ModuleKind.Import)
        {
            ReportNoModule(block, diagnostics);
        }
    }

    private void CheckPlace(GraphPlan plan, string id, BlockStatement block, NodeKind kind, DiagnosticBag diagnostics)
    {
        if (plan.Kind == ModuleKind.Import && kind != NodeKind.Import)
        {
            ReportNoModule(block, diagnostics);
        }
        else if (kind == NodeKind.Setting && plan.Kind != ModuleKind.Root)
        {
            string where = plan.Kind == ModuleKind.Foreach ? "foreach" : "module";
            diagnostics.Error(DiagnosticCodes.NotSupported, block.NameSpan, $"{id} not allowed in {where}");
        }
        else if (kind == NodeKind.Setting && Apart.Length > 0)
        {
            diagnostics.Error(DiagnosticCodes.NotSupported, block.NameSpan, $"{id} not allowed in {Apart}", "put it into the agent's own configuration");
        }
    }

    private static void ReportNoModule(BlockStatement block, DiagnosticBag diagnostics) => diagnostics.Error(
        DiagnosticCodes.NotSupported, block.NameSpan, $"only declare and import blocks are allowed in a module, got {block.FullName}",
        "put it into a declare block");

    private void ReportUnknown(BlockStatement block, DiagnosticBag diagnostics)
    {
        if (BlockCatalog.IsPlanned(block.FullName))
        {
            diagnostics.Error(
                DiagnosticCodes.NotSupported, block.NameSpan, $"block {Quoted(block.FullName)} is not supported yet",
                "this version runs components, modules, logging, http, livedebugging and remotecfg");
            return;
        }
        string? nearest = catalog.Nearest(block.FullName);
        diagnostics.Error(
            DiagnosticCodes.UnknownComponent, block.NameSpan, $"cannot find the definition of component name {Quoted(block.FullName)}",
            nearest is null ? "'invar components' lists what this build has" : $"did you mean {Quoted(nearest)}?");
    }

    private static void CheckLabel(BlockStatement block, ComponentDescriptor descriptor, NodeKind kind, DiagnosticBag diagnostics)
    {
        if (block.Label is null && !descriptor.Singleton)
        {
            string message = kind == NodeKind.Import
                ? $"{block.FullName} block must have a label"
                : $"component {Quoted(block.FullName)} must have a label";
            diagnostics.Error(DiagnosticCodes.Label, block.OpeningSpan, message);
        }
        else if (block.Label is not null && descriptor.Singleton)
        {
            diagnostics.Error(DiagnosticCodes.Label, block.OpeningSpan, $"block {Quoted(block.FullName)} does not support labels");
        }
    }

    private static void ReportDuplicate(string id, BlockStatement block, BlockStatement first, DiagnosticBag diagnostics) => diagnostics.Error(
        DiagnosticCodes.DuplicateComponent, block.HeaderSpan, $"block {id} already declared at {first.NameSpan}", "give it another label");

    private static string Quoted(string text) => $"\"{text}\"";
}
