using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>Finds what the expressions of a block refer to, without evaluating them.</summary>
public static class ReferenceFinder
{
    /// <summary>Every chain in the bodies of <paramref name="statements"/>, in source order. A name that a call or an index interrupts ends there.</summary>
    public static IReadOnlyList<Reference> Find(IEnumerable<Statement> statements)
    {
        var found = new List<Reference>();
        foreach (Statement statement in statements)
        {
            Visit(statement, found);
        }
        return found;
    }

    private static void Visit(Statement statement, List<Reference> found)
    {
        switch (statement)
        {
            case AttributeStatement attribute:
                Visit(attribute.Value, found);
                break;
            case BlockStatement block:
                foreach (Statement inner in block.Body)
                {
                    Visit(inner, found);
                }
                break;
        }
    }

    private static void Visit(Expression expression, List<Reference> found)
    {
        switch (expression)
        {
            case IdentifierExpression or AccessExpression:
                VisitChain(expression, found);
                break;
            case ArrayExpression array:
                VisitAll(array.Elements, found);
                break;
            case ObjectExpression map:
                VisitAll(map.Fields.Select(static field => field.Value), found);
                break;
            case IndexExpression index:
                Visit(index.Value, found);
                Visit(index.Index, found);
                break;
            case CallExpression call:
                Visit(call.Function, found);
                VisitAll(call.Arguments, found);
                break;
            case UnaryExpression unary:
                Visit(unary.Operand, found);
                break;
            case BinaryExpression binary:
                Visit(binary.Left, found);
                Visit(binary.Right, found);
                break;
            case ParenExpression paren:
                Visit(paren.Inner, found);
                break;
        }
    }

    private static void VisitAll(IEnumerable<Expression> expressions, List<Reference> found)
    {
        foreach (Expression expression in expressions)
        {
            Visit(expression, found);
        }
    }

    private static void VisitChain(Expression expression, List<Reference> found)
    {
        var parts = new List<string>();
        Expression at = expression;
        while (at is AccessExpression access)
        {
            parts.Add(access.Name.Name);
            at = access.Value;
        }
        if (at is not IdentifierExpression root)
        {
            Visit(at, found);
            return;
        }
        parts.Add(root.Name);
        parts.Reverse();
        found.Add(new Reference(parts, expression.Span));
    }
}
