namespace Agent.Syntax;

/// <summary>What gives a value.</summary>
public abstract class Expression : SyntaxNode
{
    private protected Expression()
    {
    }

    /// <summary>Levels of expressions below this one. The parser bounds it, so that walking an expression by recursion is safe.</summary>
    internal int Height { get; init; }
}
