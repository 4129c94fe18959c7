using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Where a part of an expression's value was written, and its text for messages.</summary>
/// <param name="Span">The innermost expression that spells the part.</param>
/// <param name="Text">That expression, followed by the steps into its value that the source does not spell out.</param>
public readonly record struct ExpressionPlace(TextSpan Span, string Text)
{
    private const int LongestText = 200;

    /// <summary>Follows <paramref name="path"/> into array and object literals as far as they are written out.</summary>
    public static ExpressionPlace Of(Expression expression, ValuePath? path = null)
    {
        Expression at = expression;
        while (path is not null && Step(Inner(at), path) is { } next)
        {
            at = next;
            path = path.Rest;
        }
        string text = at.Span.Source is null ? "" : Formatter.FormatText(at);
        if (text.Length > LongestText)
        {
            text = text[..LongestText] + "...";
        }
        return new ExpressionPlace(at.Span, text + path);
    }

    private static Expression? Step(Expression at, ValuePath path) => at switch
    {
        ArrayExpression array when path.Field is null && path.Index < array.Elements.Count => array.Elements[path.Index],
        ObjectExpression map when path.Field is not null => map.Fields.LastOrDefault(field => field.Name == path.Field)?.Value,
        _ => null,
    };

    private static Expression Inner(Expression expression)
    {
        while (expression is ParenExpression paren)
        {
            expression = paren.Inner;
        }
        return expression;
    }
}
