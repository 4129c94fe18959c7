using Agent.Sdk;
using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>One block of a configuration that becomes a node: a component, or a block such as <c>logging</c> or <c>argument</c>.</summary>
/// <param name="Id">Name and label, such as <c>loki.write.local</c>, or the name alone; unique within its module.</param>
/// <param name="Block">Where it is written; the block of a <c>foreach</c> stands here without its template.</param>
/// <param name="Descriptor">What kind it is.</param>
public sealed record NodeDefinition(string Id, BlockStatement Block, ComponentDescriptor Descriptor)
{
    public NodeKind Kind { get; init; }

    /// <summary>Ids of the nodes of the same module that must stand before this one, without repeats.</summary>
    public IReadOnlyList<string> Dependencies { get; init; } = [];

    /// <summary>The nodes that its expressions refer to, in this module or, inside a <c>foreach</c>, around it.</summary>
    public IReadOnlyList<NodeLink> Links { get; init; } = [];

    /// <summary>What a <c>foreach</c> makes for each item.</summary>
    public GraphPlan? Template { get; init; }

    /// <summary>True where people see it as a component.</summary>
    public bool IsComponent => Kind is NodeKind.Component or NodeKind.Custom or NodeKind.Foreach;

    /// <summary>True where there is only a value behind the node, nothing that runs.</summary>
    internal bool IsValue => Kind is NodeKind.Custom or NodeKind.Foreach or NodeKind.Argument or NodeKind.Export;
}

/// <summary>One reference to a node.</summary>
/// <param name="Id">The node, in the module of the referring one or around it.</param>
/// <param name="Field">The first name behind it, or null.</param>
public readonly record struct NodeLink(string Id, string? Field);
