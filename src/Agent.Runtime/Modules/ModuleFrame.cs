using Agent.Runtime.Graph;
using Agent.Sdk.Metrics;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Modules;

/// <summary>One instance of a module: a plan at a path, with what its expressions see besides their own nodes.</summary>
internal sealed class ModuleFrame
{
    private string? _componentPath;

    /// <summary>Global id of the module, such as <c>feature.default</c> or <c>foreach.pods/foreach_a_1</c>; empty at the root.</summary>
    public required string Path { get; init; }

    public required GraphPlan Plan { get; init; }

    /// <summary>Where names of custom components are looked up next; null at the root and for imported text.</summary>
    public ModuleFrame? Lexical { get; init; }

    /// <summary>The module around a <c>foreach</c>, whose nodes and variables can be referred to.</summary>
    public ModuleFrame? Outer { get; init; }

    /// <summary>The item of a <c>foreach</c>; null elsewhere.</summary>
    public Value? Item { get; init; }

    /// <summary>What <c>module_path</c> stands for.</summary>
    public required string ModulePath { get; init; }

    /// <summary>Where the self-metrics of its components go: a registry that nobody sees, for a <c>foreach</c> that does not want them.</summary>
    public required MetricRegistry Metrics { get; init; }

    /// <summary>Where the text of the module and of those that imported it comes from.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>What the module's imports brought, by label.</summary>
    public Dictionary<string, ModuleFrame> Imported { get; } = new(StringComparer.Ordinal);

    /// <summary>The path as logs and metrics show it.</summary>
    public string ComponentPath => _componentPath ??= "/" + Path;

    public string IdOf(string local) => Path.Length == 0 ? local : $"{Path}/{local}";

    /// <summary>The node of that id, in this module or around it.</summary>
    public (ModuleFrame Frame, NodeDefinition Node)? Find(string local)
    {
        for (ModuleFrame? at = this; at is not null; at = at.Outer)
        {
            if (at.Plan.ById.TryGetValue(local, out NodeDefinition? node))
            {
                return (at, node);
            }
        }
        return null;
    }

    /// <summary>The <c>declare</c> block that a custom component is made from, and the module it stands in.</summary>
    /// <returns>Null where there is none; a frame without a block where its import has brought nothing yet.</returns>
    public (ModuleFrame Where, BlockStatement? Declare)? Lookup(BlockStatement use)
    {
        for (ModuleFrame? at = this; at is not null; at = at.Lexical)
        {
            if (use.Name.Count == 1)
            {
                if (at.Plan.Declares.TryGetValue(use.Name[0], out BlockStatement? declare))
                {
                    return (at, declare);
                }
            }
            else if (at.Plan.Imports.ContainsKey(use.Name[0]))
            {
                if (!at.Imported.TryGetValue(use.Name[0], out ModuleFrame? content))
                {
                    return (at, null);
                }
                return use.Name.Count == 2 && content.Plan.Declares.TryGetValue(use.Name[1], out BlockStatement? imported)
                    ? (content, imported)
                    : null;
            }
        }
        return null;
    }

    /// <summary>True where expressions mean the same in both, apart from values of nodes.</summary>
    public bool IsLike(ModuleFrame other) =>
        ModulePath == other.ModulePath
        && Plan.Variable == other.Plan.Variable
        && Equals(Item, other.Item)
        && (Outer is null ? other.Outer is null : other.Outer is not null && Outer.IsLike(other.Outer));
}
