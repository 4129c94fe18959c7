namespace Agent.Syntax;

/// <summary><c>left operator right</c>.</summary>
public sealed class BinaryExpression : Expression
{
    public required Expression Left { get; init; }

    public required BinaryOperator Operator { get; init; }

    public required TextSpan OperatorSpan { get; init; }

    public required Expression Right { get; init; }
}
