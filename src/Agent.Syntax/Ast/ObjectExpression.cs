namespace Agent.Syntax;

/// <summary><c>{ key = value, "other key" = value }</c>.</summary>
public sealed class ObjectExpression : Expression
{
    public required IReadOnlyList<ObjectField> Fields { get; init; }

    public required TextSpan OpenBrace { get; init; }

    public required TextSpan CloseBrace { get; init; }
}
