namespace Agent.Syntax;

/// <summary><c>!value</c> or <c>-value</c>.</summary>
public sealed class UnaryExpression : Expression
{
    public required UnaryOperator Operator { get; init; }

    public required TextSpan OperatorSpan { get; init; }

    public required Expression Operand { get; init; }
}
