namespace Agent.Syntax;

/// <summary>A whole parsed source.</summary>
public sealed class FileNode : SyntaxNode
{
    public required SourceText Source { get; init; }

    public required IReadOnlyList<Statement> Body { get; init; }

    /// <summary>All comments in order; comments on adjacent lines with nothing between form one group. Only the formatter needs them.</summary>
    public required IReadOnlyList<IReadOnlyList<Comment>> CommentGroups { get; init; }
}
