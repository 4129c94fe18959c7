namespace Agent.Syntax;

/// <summary><c>name = expression</c>.</summary>
public sealed class AttributeStatement : Statement
{
    public required Identifier Name { get; init; }

    public required Expression Value { get; init; }
}
