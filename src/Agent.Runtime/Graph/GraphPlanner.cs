using Agent.Runtime.Evaluation;
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
    /// <summary>Plans what can be planned; wrong blocks are reported and left out.</summary>
    public GraphPlan Plan(IEnumerable<Statement> statements, DiagnosticBag diagnostics)
    {
        var nodes = new Dictionary<string, NodeDefinition>(StringComparer.Ordinal);
        var unavailable = new HashSet<string>(StringComparer.Ordinal);
        foreach (Statement statement in statements)
        {
            if (statement is BlockStatement block)
            {
                Bind(block, nodes, unavailable, diagnostics);
            }
            else if (statement is AttributeStatement attribute)
            {
                diagnostics.Error(
                    DiagnosticCodes.UnknownArgument, attribute.Name.Span, $"unrecognized attribute {attribute.Name.Name}",
                    "only blocks may stand at the top level of a configuration");
            }
        }
        var linked = new List<NodeDefinition>(nodes.Count);
        foreach (NodeDefinition node in nodes.Values)
        {
            linked.Add(node with { Dependencies = Resolve(node, nodes, unavailable, diagnostics) });
        }
        return new GraphPlan(DependencyOrder.Sort(linked, diagnostics), unavailable);
    }

    private void Bind(
        BlockStatement block, Dictionary<string, NodeDefinition> nodes, HashSet<string> unavailable, DiagnosticBag diagnostics)
    {
        string id = block.Label is null ? block.FullName : $"{block.FullName}.{block.Label}";
        if (!catalog.TryGet(block.FullName, out ComponentDescriptor? descriptor))
        {
            unavailable.Add(id);
            ReportUnknown(block, diagnostics);
            return;
        }
        CheckLabel(block, descriptor, diagnostics);
        CheckStability(descriptor.Stability, $"component {Quoted(block.FullName)}", block.NameSpan, diagnostics);
        if (!nodes.TryAdd(id, new NodeDefinition(id, block, descriptor)))
        {
            TextSpan first = nodes[id].Block.NameSpan;
            diagnostics.Error(
                DiagnosticCodes.DuplicateComponent, block.HeaderSpan, $"block {id} already declared at {first}", "give it another label");
        }
    }

    private void ReportUnknown(BlockStatement block, DiagnosticBag diagnostics)
    {
        if (BlockCatalog.IsPlanned(block.FullName))
        {
            diagnostics.Error(
                DiagnosticCodes.NotSupported, block.NameSpan, $"block {Quoted(block.FullName)} is not supported yet",
                "this version runs components, logging, http and livedebugging");
            return;
        }
        string? nearest = catalog.Nearest(block.FullName);
        diagnostics.Error(
            DiagnosticCodes.UnknownComponent, block.NameSpan, $"cannot find the definition of component name {Quoted(block.FullName)}",
            nearest is null ? "'invar components' lists what this build has" : $"did you mean {Quoted(nearest)}?");
    }

    private static void CheckLabel(BlockStatement block, ComponentDescriptor descriptor, DiagnosticBag diagnostics)
    {
        if (block.Label is null && !descriptor.Singleton)
        {
            diagnostics.Error(DiagnosticCodes.Label, block.OpeningSpan, $"component {Quoted(block.FullName)} must have a label");
        }
        else if (block.Label is not null && descriptor.Singleton)
        {
            diagnostics.Error(DiagnosticCodes.Label, block.OpeningSpan, $"block {Quoted(block.FullName)} does not support labels");
        }
    }

    private void CheckStability(Stability stability, string what, TextSpan span, DiagnosticBag diagnostics)
    {
        if (stability > minimum)
        {
            string level = Quoted(NameOf(stability));
            diagnostics.Error(
                DiagnosticCodes.Stability, span,
                $"{what} is at stability level {level}, which is below the minimum allowed stability level {Quoted(NameOf(minimum))}. "
                + $"Use --stability.level command-line flag to enable {level} features");
        }
    }

    private List<string> Resolve(
        NodeDefinition node, Dictionary<string, NodeDefinition> nodes, HashSet<string> unavailable, DiagnosticBag diagnostics)
    {
        var dependencies = new List<string>();
        foreach (Reference reference in ReferenceFinder.Find(node.Block.Body))
        {
            if (NodeNames.LongestPrefix(reference.Parts, nodes.ContainsKey) is { } prefix)
            {
                if (names.Contains(reference.Parts[0]))
                {
                    diagnostics.Warn(DiagnosticCodes.Unused, reference.Span, "a component is shadowing an existing stdlib name");
                }
                if (!dependencies.Contains(prefix.Id, StringComparer.Ordinal))
                {
                    dependencies.Add(prefix.Id);
                }
            }
            else if (NodeNames.LongestPrefix(reference.Parts, unavailable.Contains) is null)
            {
                CheckName(reference, diagnostics);
            }
        }
        return dependencies;
    }

    private void CheckName(Reference reference, DiagnosticBag diagnostics)
    {
        if (!names.Contains(reference.Parts[0]))
        {
            diagnostics.Error(
                DiagnosticCodes.UnknownReference, reference.Span, $"component {Quoted(reference.ToString())} does not exist or is out of scope");
        }
        else if (names.IsDeprecated(reference.Parts[0]))
        {
            diagnostics.Warn(
                DiagnosticCodes.Deprecated, reference.Span,
                "this stdlib function is deprecated; please refer to the documentation for updated usage and alternatives");
        }
        else
        {
            CheckStability(names.StabilityOf(reference.ToString()), reference.ToString(), reference.Span, diagnostics);
        }
    }

    private static string Quoted(string text) => $"\"{text}\"";

    private static string NameOf(Stability stability) => stability switch
    {
        Stability.GenerallyAvailable => "generally-available",
        Stability.PublicPreview => "public-preview",
        _ => "experimental",
    };
}
