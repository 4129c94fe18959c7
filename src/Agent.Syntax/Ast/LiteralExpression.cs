namespace Agent.Syntax;

/// <summary>A constant.</summary>
public sealed class LiteralExpression : Expression
{
    public required LiteralKind Kind { get; init; }

    /// <summary>The literal as it is written, a string with its quotes: see <see cref="StringLiteral.TryUnquote"/>.</summary>
    public required string Text { get; init; }
}
