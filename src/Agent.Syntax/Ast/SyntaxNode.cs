namespace Agent.Syntax;

/// <summary>A part of a parsed configuration, with the bytes it covers.</summary>
public abstract class SyntaxNode
{
    /// <summary>From the first byte of the node to behind its last one.</summary>
    public required TextSpan Span { get; init; }
}
