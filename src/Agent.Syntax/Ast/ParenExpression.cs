namespace Agent.Syntax;

/// <summary><c>(inner)</c>.</summary>
public sealed class ParenExpression : Expression
{
    public required Expression Inner { get; init; }
}
