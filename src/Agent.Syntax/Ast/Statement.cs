namespace Agent.Syntax;

/// <summary>What a body consists of: an <see cref="AttributeStatement"/> or a <see cref="BlockStatement"/>.</summary>
public abstract class Statement : SyntaxNode
{
    private protected Statement()
    {
    }
}
