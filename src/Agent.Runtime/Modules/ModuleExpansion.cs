using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;
using Agent.Sdk.Modules;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Modules;

/// <summary>A node that runs modules.</summary>
/// <param name="Id">Its global id.</param>
/// <param name="Definition">What it is.</param>
/// <param name="Frame">The module it stands in.</param>
internal readonly record struct ModuleUse(string Id, NodeDefinition Definition, ModuleFrame Frame);

/// <summary>Finds the modules that a node runs.</summary>
internal static class ModuleExpansion
{
    /// <summary>Imports within imports beyond this are taken for a loop that shows no other way, such as one through a server.</summary>
    private const int DeepestImport = 32;

    /// <summary>More errors of one module help nobody: what is no module at all gives hundreds.</summary>
    private const int MostErrors = 20;

    /// <summary>The module of an instance of a <c>declare</c> block; null where there is an error, or where its import has brought nothing yet.</summary>
    public static ModuleFrame? Custom(ModuleUse use, DiagnosticBag diagnostics, out bool isWaiting)
    {
        BlockStatement block = use.Definition.Block;
        isWaiting = false;
        if (use.Frame.Lookup(block) is not var (where, declare))
        {
            diagnostics.Error(
                DiagnosticCodes.UnknownComponent, block.NameSpan, $"cannot find the definition of component name \"{block.FullName}\"",
                "the import brings no declare block of that name");
            return null;
        }
        if (declare is null)
        {
            isWaiting = true;
            return null;
        }
        var findings = new DiagnosticBag();
        GraphPlan plan = where.Plan.Inner(declare, findings);
        Report(use.Definition, "custom component", findings, diagnostics);
        ModuleValues.CheckArguments(block, plan, diagnostics);
        return new ModuleFrame
        {
            Path = use.Id,
            Plan = plan,
            Lexical = where,
            ModulePath = where.ModulePath,
            Metrics = use.Frame.Metrics,
            Origins = where.Origins,
        };
    }

    /// <summary>The modules of a <c>foreach</c>, one an item.</summary>
    /// <param name="use">The node.</param>
    /// <param name="attributes">The evaluated attributes of the block.</param>
    /// <param name="hidden">Takes the metrics that are not to show.</param>
    /// <param name="diagnostics">Takes errors.</param>
    public static IReadOnlyList<ModuleFrame> Items(ModuleUse use, ObjectValue? attributes, MetricRegistry hidden, DiagnosticBag diagnostics)
    {
        if (use.Definition.Template is not { } template || attributes is null || !attributes.TryGet("collection", out Value? items) || items is UnknownValue)
        {
            return [];
        }
        if (items is not ArrayValue array)
        {
            TextSpan span = use.Definition.Block.Body.OfType<AttributeStatement>().First(static a => a.Name.Name == "collection").Value.Span;
            diagnostics.Error(DiagnosticCodes.WrongType, span, $"collection should be array, got {items.Kind.Text()}");
            return [];
        }
        string idField = attributes.TryGet("id", out Value? id) && id is StringValue field ? field.Text : "";
        bool hash = attributes.TryGet("hash_string_id", out Value? flag) && flag.Equals(Value.True);
        bool shown = attributes.TryGet("enable_metrics", out Value? metrics) && metrics.Equals(Value.True);
        return [.. ForeachItems.Of(array, idField, hash).Select(item => new ModuleFrame
        {
            Path = $"{use.Id}/{item.Id}",
            Plan = template,
            Lexical = use.Frame,
            Outer = use.Frame,
            Item = item.Item,
            ModulePath = use.Frame.ModulePath,
            Metrics = shown ? use.Frame.Metrics : hidden,
            Origins = use.Frame.Origins,
        })];
    }

    /// <summary>The module that imported text makes; null where it is wrong.</summary>
    /// <param name="use">The import.</param>
    /// <param name="content">What it found.</param>
    /// <param name="known">The plan of the same content, where it has been made before.</param>
    /// <param name="diagnostics">Takes errors.</param>
    public static ModuleFrame? Imported(ModuleUse use, ModuleContent content, GraphPlan? known, DiagnosticBag diagnostics)
    {
        (string id, NodeDefinition definition, ModuleFrame frame) = use;
        if (frame.Origins.Contains(content.Origin, StringComparer.Ordinal) || frame.Origins.Count >= DeepestImport)
        {
            string path = string.Join(" imports ", frame.Origins.Append(content.Origin));
            diagnostics.Error(DiagnosticCodes.Cycle, definition.Block.OpeningSpan, $"cannot import a module into itself: {path}");
            return null;
        }
        GraphPlan? plan = known ?? Parse(content, frame.Plan, diagnostics);
        return plan is null ? null : new ModuleFrame
        {
            Path = id,
            Plan = plan,
            ModulePath = content.Path,
            Metrics = frame.Metrics,
            Origins = [.. frame.Origins, content.Origin],
        };
    }

    /// <summary>Adds what was found inside a module, and, where that is an error, where the module is used.</summary>
    public static void Report(NodeDefinition use, string what, DiagnosticBag findings, DiagnosticBag diagnostics)
    {
        diagnostics.AddRange(findings);
        if (findings.FirstOrDefault(static finding => finding.Severity == Severity.Error) is { } first)
        {
            diagnostics.Error(DiagnosticCodes.Module, use.Block.OpeningSpan, $"cannot load {what} {use.Id}: {first}");
        }
    }

    private static GraphPlan? Parse(ModuleContent content, GraphPlan importing, DiagnosticBag diagnostics)
    {
        var statements = new List<Statement>();
        var findings = new DiagnosticBag();
        foreach (ModuleFile file in content.Files)
        {
            statements.AddRange(ConfigurationSource.ParseOne(new SourceText(file.Name, file.Text), findings).Body);
        }
        diagnostics.AddRange(findings.Take(MostErrors));
        return findings.HasErrors ? null : importing.Import(statements, diagnostics);
    }
}
