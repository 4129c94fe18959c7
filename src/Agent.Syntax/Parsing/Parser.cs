namespace Agent.Syntax;

/// <summary>Reads sources into syntax trees. It never throws: what is wrong with a source is in the diagnostics, all of it at once.</summary>
public static class Parser
{
    /// <summary>How deep blocks and expressions may nest. It keeps every recursive walk of a tree far from the end of the stack.</summary>
    public const int MaxDepth = 1000;

    public static ParseResult ParseFile(SourceText source)
    {
        var diagnostics = new DiagnosticBag();
        var tokens = new TokenReader(source, diagnostics);
        IReadOnlyList<Statement> body = new StatementParser(tokens).ParseBody(TokenKind.EndOfFile);
        var file = new FileNode
        {
            Span = new TextSpan(source, 0, source.Bytes.Length),
            Source = source,
            Body = body,
            CommentGroups = tokens.CommentGroups,
        };
        return new ParseResult(file, diagnostics);
    }

    /// <summary>Reads a source that is one expression; null, with errors in <paramref name="diagnostics"/>, where it is none.</summary>
    public static Expression? ParseExpression(SourceText source, DiagnosticBag diagnostics)
    {
        var found = new DiagnosticBag();
        var tokens = new TokenReader(source, found);
        Expression expression = new StatementParser(tokens).Expressions.Parse();
        tokens.Expect(TokenKind.Terminator);
        diagnostics.AddRange(found);
        return found.HasErrors ? null : expression;
    }
}
