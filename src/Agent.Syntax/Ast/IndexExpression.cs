namespace Agent.Syntax;

/// <summary><c>value[index]</c>.</summary>
public sealed class IndexExpression : Expression
{
    public required Expression Value { get; init; }

    public required Expression Index { get; init; }

    public required TextSpan OpenBracket { get; init; }

    public required TextSpan CloseBracket { get; init; }
}
