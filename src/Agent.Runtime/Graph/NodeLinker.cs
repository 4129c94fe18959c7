using Agent.Runtime.Evaluation;
using Agent.Runtime.Modules;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>Finds what the nodes of one plan refer to, and puts them in order.</summary>
internal sealed class NodeLinker(GraphPlanner planner, GraphPlan plan, IExpressionNames names, StabilityRule stability)
{
    public IReadOnlyList<NodeDefinition> Link(DiagnosticBag diagnostics)
    {
        var linked = new List<NodeDefinition>(plan.ById.Count);
        foreach (NodeDefinition node in plan.ById.Values)
        {
            linked.Add(Linked(node, diagnostics));
        }
        foreach (NodeDefinition node in linked)
        {
            plan.ById[node.Id] = node;
        }
        return DependencyOrder.Sort(linked, diagnostics);
    }

    private NodeDefinition Linked(NodeDefinition node, DiagnosticBag diagnostics)
    {
        var needs = new List<string>();
        var links = new List<NodeLink>();
        NodeDefinition made = node.Kind == NodeKind.Foreach ? WithTemplate(node, needs, diagnostics) : node;
        foreach (Reference reference in ReferenceFinder.Find(made.Block.Body))
        {
            Resolve(reference, links, needs, diagnostics);
        }
        if (node.Kind == NodeKind.Custom)
        {
            foreach ((GraphPlan where, string import) in CustomNames.ImportsOf(plan, node.Block.FullName))
            {
                Need(where, import, needs);
            }
        }
        return made with { Dependencies = needs, Links = links };
    }

    private NodeDefinition WithTemplate(NodeDefinition node, List<string> needs, DiagnosticBag diagnostics)
    {
        (BlockStatement block, BlockStatement? template) = ForeachBlock.Split(node.Block);
        if (template is null)
        {
            diagnostics.Error(DiagnosticCodes.MissingArgument, block.Span, "missing required block \"template\"");
            return node;
        }
        GraphPlan inner = planner.Template(plan, template, ForeachBlock.VariableOf(block), diagnostics);
        foreach (string id in inner.OuterNeeds)
        {
            Need(plan.ById.ContainsKey(id) ? plan : null, id, needs);
        }
        return node with { Block = block, Template = inner };
    }

    private void Resolve(Reference reference, List<NodeLink> links, List<string> needs, DiagnosticBag diagnostics)
    {
        for (GraphPlan? at = plan; at is not null; at = at.Outer)
        {
            if (NodeNames.LongestPrefix(reference.Parts, at.ById.ContainsKey) is { } prefix)
            {
                if (names.Contains(reference.Parts[0]))
                {
                    diagnostics.Warn(DiagnosticCodes.Unused, reference.Span, "a component is shadowing an existing stdlib name");
                }
                var link = new NodeLink(prefix.Id, prefix.Length < reference.Parts.Count ? reference.Parts[prefix.Length] : null);
                if (!links.Contains(link))
                {
                    links.Add(link);
                }
                Need(at, prefix.Id, needs);
                return;
            }
            if (at.Variable == reference.Parts[0] || NodeNames.LongestPrefix(reference.Parts, at.Unavailable.Contains) is not null)
            {
                return;
            }
        }
        CheckName(reference, diagnostics);
    }

    private void Need(GraphPlan? where, string id, List<string> needs)
    {
        if (!ReferenceEquals(where, plan))
        {
            plan.OuterNeeds.Add(id);
        }
        else if (!needs.Contains(id, StringComparer.Ordinal))
        {
            needs.Add(id);
        }
    }

    private void CheckName(Reference reference, DiagnosticBag diagnostics)
    {
        string root = reference.Parts[0];
        if (root == ModuleBlocks.ModulePath)
        {
            return;
        }
        if (!names.Contains(root))
        {
            diagnostics.Error(
                DiagnosticCodes.UnknownReference, reference.Span, $"component \"{reference}\" does not exist or is out of scope");
        }
        else if (names.IsDeprecated(root))
        {
            diagnostics.Warn(
                DiagnosticCodes.Deprecated, reference.Span,
                "this stdlib function is deprecated; please refer to the documentation for updated usage and alternatives");
        }
        else
        {
            stability.Check(names.StabilityOf(reference.ToString()), reference.ToString(), reference.Span, diagnostics);
        }
    }
}
