namespace Agent.Syntax;

/// <summary>One line comment (<c>//</c>) or block comment (<c>/* */</c>).</summary>
public sealed class Comment : SyntaxNode
{
    /// <summary>The comment with its markers; a line comment ends before the line break. Carriage returns are taken out.</summary>
    public required string Text { get; init; }

    public bool IsBlock => Text.StartsWith("/*", StringComparison.Ordinal);
}
