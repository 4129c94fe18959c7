using Agent.Runtime.Configuration;
using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Runtime.Modules;
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
        var blocks = new Dictionary<string, (ModuleUse Use, BlockValue Block)>(StringComparer.Ordinal);
        var check = new ModuleCheck(globals, findings) { Visited = (use, block) => blocks[use.Id] = (use, block) };
        check.CheckRoot(new RootModule(plan, source.Folder));
        diagnostics.AddRange(findings.Where(static found => found.Severity == Severity.Error && !IsForOthers(found.Code)));

        var trace = new SourceTrace(id => blocks.TryGetValue(id, out (ModuleUse Use, BlockValue Block) found) ? found.Use : null, check);
        AccessQuery QueryOf(string id) => new(id, blocks[id].Block, attribute => [.. trace.SourcesOf(id, attribute).Select(QueryOf)]);
        var components = new List<ComponentAccess>();
        foreach ((string id, (ModuleUse use, _)) in blocks)
        {
            if (use.Definition.Descriptor.Access is { } access && access(QueryOf(id)).ToArray() is { Length: > 0 } rules)
            {
                components.Add(new ComponentAccess(id, rules));
            }
        }
        return new AccessFindings(components, [.. check.Unavailable]);
    }

    /// <summary>What says nothing about rights: parts that the build does not have, rules of components' own, calls that fail here.</summary>
    private static bool IsForOthers(string code) => code is DiagnosticCodes.UnknownComponent or DiagnosticCodes.NotSupported
        or DiagnosticCodes.InvalidArgument or DiagnosticCodes.FailedCall;
}
