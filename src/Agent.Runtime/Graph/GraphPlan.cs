using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>What the statements of a plan are the body of.</summary>
public enum ModuleKind
{
    Root,
    Declare,
    Foreach,
    Import,
}

/// <summary>The nodes of a module in an order in which each stands behind everything it refers to.</summary>
/// <remarks>One plan serves every instance of a <c>declare</c> block: it knows names, never values.</remarks>
public sealed class GraphPlan
{
    private readonly GraphPlanner _planner;
    private readonly Dictionary<BlockStatement, (GraphPlan Plan, DiagnosticBag Findings)> _inner = new(ReferenceEqualityComparer.Instance);

    internal GraphPlan(GraphPlanner planner, ModuleKind kind) => (_planner, Kind) = (planner, kind);

    public ModuleKind Kind { get; }

    /// <summary>In dependency order; sinks come before their producers, since producers refer to them.</summary>
    public IReadOnlyList<NodeDefinition> Nodes { get; internal set; } = [];

    /// <summary>Ids of blocks that this build cannot run: their exports are unknown, so that what refers to them can still be checked.</summary>
    public IReadOnlySet<string> Unavailable => UnavailableIds;

    /// <summary>The <c>declare</c> blocks by label.</summary>
    public IReadOnlyDictionary<string, BlockStatement> Declares => DeclaredBlocks;

    /// <summary>Labels of the <c>argument</c> blocks.</summary>
    public IReadOnlyList<string> Arguments => ArgumentNames;

    /// <summary>Labels of the <c>export</c> blocks.</summary>
    public IReadOnlyList<string> Exports => ExportNames;

    /// <summary>The module around this one, where names of custom components that are not declared here are looked up; null at the root and for imported text.</summary>
    internal GraphPlan? Lexical { get; init; }

    /// <summary>The module around a <c>foreach</c>, whose nodes the template may refer to.</summary>
    internal GraphPlan? Outer { get; init; }

    /// <summary>The variable of a <c>foreach</c>.</summary>
    internal string? Variable { get; init; }

    internal HashSet<string> UnavailableIds { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, BlockStatement> DeclaredBlocks { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids of the <c>import.*</c> blocks by label.</summary>
    internal Dictionary<string, string> Imports { get; } = new(StringComparer.Ordinal);

    internal List<string> ArgumentNames { get; } = [];

    internal List<string> ExportNames { get; } = [];

    internal Dictionary<string, NodeDefinition> ById { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids of nodes around a <c>foreach</c> that its template needs.</summary>
    internal HashSet<string> OuterNeeds { get; } = new(StringComparer.Ordinal);

    /// <summary>The plan of a <c>declare</c> block of this module, made once; its errors are reported to everybody who asks.</summary>
    internal GraphPlan Inner(BlockStatement declare, DiagnosticBag diagnostics)
    {
        if (!_inner.TryGetValue(declare, out (GraphPlan Plan, DiagnosticBag Findings) made))
        {
            made = (new GraphPlan(_planner, ModuleKind.Declare) { Lexical = this }, []);
            _inner[declare] = made;
            _planner.Fill(made.Plan, declare.Body, made.Findings);
            diagnostics.AddRange(made.Findings.Where(static finding => finding.Severity != Severity.Error));
        }
        diagnostics.AddRange(made.Findings.Where(static finding => finding.Severity == Severity.Error));
        return made.Plan;
    }

    /// <summary>The plan of imported text, which sees nothing of what is around its import.</summary>
    internal GraphPlan Import(IEnumerable<Statement> statements, DiagnosticBag diagnostics)
    {
        var plan = new GraphPlan(_planner, ModuleKind.Import);
        _planner.Fill(plan, statements, diagnostics);
        return plan;
    }
}
