namespace Agent.Syntax;

/// <summary>A variable, the first part of a reference such as <c>loki.write.default.receiver</c>.</summary>
public sealed class IdentifierExpression : Expression
{
    public required string Name { get; init; }
}
