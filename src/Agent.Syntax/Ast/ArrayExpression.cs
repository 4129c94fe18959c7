namespace Agent.Syntax;

/// <summary><c>[a, b]</c>.</summary>
public sealed class ArrayExpression : Expression
{
    public required IReadOnlyList<Expression> Elements { get; init; }

    public required TextSpan OpenBracket { get; init; }

    public required TextSpan CloseBracket { get; init; }
}
