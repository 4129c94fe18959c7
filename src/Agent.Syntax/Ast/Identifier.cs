namespace Agent.Syntax;

/// <summary>A name at its place in the source.</summary>
public sealed class Identifier : SyntaxNode
{
    public required string Name { get; init; }
}
