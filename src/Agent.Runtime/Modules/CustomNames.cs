using Agent.Runtime.Graph;
using Agent.Syntax;

namespace Agent.Runtime.Modules;

/// <summary>What names of blocks mean where <c>declare</c> and <c>import.*</c> blocks give them a meaning.</summary>
internal static class CustomNames
{
    /// <summary>True where the nearest module that knows the name, or its namespace, makes it a custom component.</summary>
    public static bool IsCustom(GraphPlan plan, BlockStatement block)
    {
        for (GraphPlan? at = plan; at is not null; at = at.Lexical)
        {
            if (block.Name.Count == 1 ? at.Declares.ContainsKey(block.Name[0]) : at.Imports.ContainsKey(block.Name[0]))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The imports that must be there before an instance can be made, with the modules that hold them.</summary>
    public static IEnumerable<(GraphPlan Where, string Id)> ImportsOf(GraphPlan plan, string name)
    {
        var found = new HashSet<(GraphPlan, string)>();
        Collect(plan, name, found, new HashSet<BlockStatement>(ReferenceEqualityComparer.Instance));
        return found;
    }

    /// <summary>Reports <c>declare</c> blocks of the module that would be made of themselves.</summary>
    public static void CheckRecursion(GraphPlan plan, DiagnosticBag diagnostics)
    {
        List<NodeDefinition> nodes = [.. plan.Declares.Select(declared => new NodeDefinition(
            ModuleBlocks.IdOf(declared.Value), declared.Value, ModuleBlocks.Custom(declared.Key))
        {
            Dependencies = [.. Names(declared.Value.Body).Where(plan.Declares.ContainsKey).Distinct(StringComparer.Ordinal)
                .Select(name => ModuleBlocks.IdOf(plan.Declares[name]))],
        })];
        DependencyOrder.Sort(nodes, diagnostics);
    }

    private static void Collect(GraphPlan plan, string name, HashSet<(GraphPlan, string)> found, HashSet<BlockStatement> seen)
    {
        string first = name.Split('.')[0];
        for (GraphPlan? at = plan; at is not null; at = at.Lexical)
        {
            if (at.Declares.TryGetValue(name, out BlockStatement? declare))
            {
                if (seen.Add(declare))
                {
                    foreach (string inner in Names(declare.Body))
                    {
                        Collect(at, inner, found, seen);
                    }
                }
                return;
            }
            if (first.Length < name.Length && at.Imports.TryGetValue(first, out string? import))
            {
                found.Add((at, import));
                return;
            }
        }
    }

    /// <summary>Names of all blocks in a body, those of nested modules too, without those that a nested module declares or imports itself.</summary>
    private static IEnumerable<string> Names(IReadOnlyList<Statement> body)
    {
        HashSet<string> own = new(StringComparer.Ordinal);
        foreach (BlockStatement block in body.OfType<BlockStatement>())
        {
            if (block.Label is not null && (block.FullName == ModuleBlocks.Declare || ModuleBlocks.IsImport(block.FullName)))
            {
                own.Add(block.Label);
            }
        }
        foreach (BlockStatement block in body.OfType<BlockStatement>())
        {
            IEnumerable<string> names = block.FullName is ModuleBlocks.Declare or ModuleBlocks.Foreach or ForeachBlock.Template
                ? Names(block.Body)
                : [block.FullName];
            foreach (string name in names)
            {
                if (!own.Contains(name.Split('.')[0]))
                {
                    yield return name;
                }
            }
        }
    }
}
