namespace Agent.Syntax;

/// <summary><c>value.name</c>.</summary>
public sealed class AccessExpression : Expression
{
    public required Expression Value { get; init; }

    public required Identifier Name { get; init; }
}
