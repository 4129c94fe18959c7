using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>One reference of a block to the exports of a node.</summary>
/// <param name="Argument">The argument with the blocks around it, such as <c>rule.regex</c>.</param>
/// <param name="Export">What is referred to, such as <c>targets</c>; empty for all exports.</param>
/// <param name="IsWhole">The argument is that export, alone or joined with others.</param>
/// <param name="Span">Where the argument's value stands.</param>
internal sealed record ExportReference(string Argument, string Export, bool IsWhole, TextSpan Span);

/// <summary>Finds where a block refers to the exports of a node, and how.</summary>
internal static class ExportReferences
{
    public static IReadOnlyList<ExportReference> Find(BlockStatement block, string id, Func<string, bool> exists)
    {
        var found = new List<ExportReference>();
        Visit(block, "", id, exists, found);
        return found;
    }

    private static void Visit(BlockStatement block, string path, string id, Func<string, bool> exists, List<ExportReference> found)
    {
        foreach (Statement statement in block.Body)
        {
            if (statement is BlockStatement inner)
            {
                Visit(inner, $"{path}{inner.FullName}.", id, exists, found);
            }
            else if (statement is AttributeStatement attribute)
            {
                foreach (Reference reference in ReferenceFinder.Find([attribute]))
                {
                    if (NodeNames.LongestPrefix(reference.Parts, exists) is { } prefix && prefix.Id == id)
                    {
                        found.Add(new ExportReference(
                            path + attribute.Name.Name, string.Join('.', reference.Parts.Skip(prefix.Length)),
                            IsWhole(attribute.Value, reference.Span), attribute.Value.Span));
                    }
                }
            }
        }
    }

    /// <summary>Whether all that is referred to is part of the value, and nothing else is done with it.</summary>
    private static bool IsWhole(Expression expression, TextSpan reference) => expression switch
    {
        IdentifierExpression or AccessExpression => expression.Span.Equals(reference),
        ParenExpression paren => IsWhole(paren.Inner, reference),
        CallExpression call => Joins(call.Function) && call.Arguments.Any(argument => IsWhole(argument, reference)),
        _ => false,
    };

    private static bool Joins(Expression function) => function switch
    {
        IdentifierExpression { Name: "concat" } => true,
        AccessExpression { Name.Name: "concat", Value: IdentifierExpression { Name: "array" } } => true,
        _ => false,
    };
}
