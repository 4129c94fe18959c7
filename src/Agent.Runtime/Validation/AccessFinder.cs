using Agent.Runtime.Configuration;
using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Sdk.Access;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Runtime.Validation;

/// <summary>The rights towards the Kubernetes API that one component of a configuration needs.</summary>
public sealed record ComponentAccess(string Id, IReadOnlyList<AccessRule> Rules);

/// <summary>What a configuration needs of the Kubernetes API.</summary>
/// <param name="Components">Those that need anything, in dependency order.</param>
/// <param name="Unavailable">Ids of blocks that this build does not have, and so cannot tell of.</param>
public sealed record AccessFindings(IReadOnlyList<ComponentAccess> Components, IReadOnlyList<string> Unavailable);

/// <summary>Asks the components of a configuration for the rights that they need; nothing is built or run.</summary>
public sealed class AccessFinder(BlockCatalog catalog, IExpressionNames names, IScope globals)
{
    /// <summary>What is wrong goes to <paramref name="diagnostics"/>; blocks that this build does not have are told of in the findings alone.</summary>
    public AccessFindings Find(ConfigurationSource source, DiagnosticBag diagnostics)
    {
        var findings = new DiagnosticBag();
        GraphPlan plan = new GraphPlanner(catalog, names, Stability.Experimental).Plan(source.Statements, findings);
        Dictionary<string, BlockValue> blocks = Evaluate(plan, findings);
        diagnostics.AddRange(findings.Where(static found =>
            found.Severity == Severity.Error && found.Code is not (DiagnosticCodes.UnknownComponent or DiagnosticCodes.NotSupported)));

        var nodes = plan.Nodes.ToDictionary(static node => node.Id, StringComparer.Ordinal);
        var components = new List<ComponentAccess>();
        foreach (NodeDefinition node in plan.Nodes)
        {
            if (node.Descriptor.Access is { } access && QueryOf(node.Id, nodes, blocks) is { } query && access(query).ToArray() is { Length: > 0 } rules)
            {
                components.Add(new ComponentAccess(node.Id, rules));
            }
        }
        return new AccessFindings(components, [.. plan.Unavailable.Order(StringComparer.Ordinal)]);
    }

    private Dictionary<string, BlockValue> Evaluate(GraphPlan plan, DiagnosticBag findings)
    {
        var scope = new CheckScope(plan, globals);
        var blocks = new Dictionary<string, BlockValue>(StringComparer.Ordinal);
        foreach (NodeDefinition node in plan.Nodes)
        {
            if (BlockEvaluator.Evaluate(node.Block, scope, static value => value, findings) is { } block)
            {
                blocks.Add(node.Id, block);
            }
        }
        return blocks;
    }

    private static AccessQuery? QueryOf(string id, Dictionary<string, NodeDefinition> nodes, Dictionary<string, BlockValue> blocks) =>
        blocks.TryGetValue(id, out BlockValue? block)
            ? new AccessQuery(id, block, attribute => SourcesOf(nodes[id], attribute, nodes, blocks))
            : null;

    private static List<AccessQuery> SourcesOf(
        NodeDefinition node, string attribute, Dictionary<string, NodeDefinition> nodes, Dictionary<string, BlockValue> blocks)
    {
        IEnumerable<Statement> written = node.Block.Body.Where(statement => statement is AttributeStatement given && given.Name.Name == attribute);
        var sources = new List<AccessQuery>();
        foreach (Reference reference in ReferenceFinder.Find(written))
        {
            if (NodeNames.LongestPrefix(reference.Parts, nodes.ContainsKey) is { } prefix && QueryOf(prefix.Id, nodes, blocks) is { } query)
            {
                sources.Add(query);
            }
        }
        return sources;
    }
}
