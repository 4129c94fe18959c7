namespace Agent.Syntax;

/// <summary><c>function(argument, argument)</c>.</summary>
public sealed class CallExpression : Expression
{
    public required Expression Function { get; init; }

    public required IReadOnlyList<Expression> Arguments { get; init; }

    public required TextSpan OpenParen { get; init; }

    public required TextSpan CloseParen { get; init; }
}
