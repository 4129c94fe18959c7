using Agent.Sdk;
using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>One block of a configuration that becomes a node: a component, or a block such as <c>logging</c>.</summary>
/// <param name="Id">Name and label, such as <c>loki.write.local</c>, or the name alone.</param>
/// <param name="Block">Where it is written.</param>
/// <param name="Descriptor">What kind it is.</param>
public sealed record NodeDefinition(string Id, BlockStatement Block, ComponentDescriptor Descriptor)
{
    /// <summary>Ids of the nodes that its expressions refer to, without repeats.</summary>
    public IReadOnlyList<string> Dependencies { get; init; } = [];
}
