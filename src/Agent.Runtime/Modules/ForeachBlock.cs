using Agent.Sdk.Declarations;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Modules;

/// <summary>The <c>foreach</c> block: runs its template once for each item of a collection.</summary>
[ConfigBlock("foreach")]
public sealed record ForeachBlock
{
    internal const string Template = "template";

    /// <summary>The items, of any type.</summary>
    public required Value Collection { get; init; }

    /// <summary>Name under which the template finds its item.</summary>
    public required string Var { get; init; }

    /// <summary>Whether the metrics of the components in the template show.</summary>
    public bool EnableMetrics { get; init; }

    /// <summary>Whether ids are made of a hash of text items rather than of the text.</summary>
    public bool HashStringId { get; init; }

    /// <summary>Field of the items that identifies them; the whole item where it is empty.</summary>
    public string Id { get; init; } = "";

    /// <summary>The block without its template, and the template.</summary>
    internal static (BlockStatement Block, BlockStatement? Template) Split(BlockStatement block)
    {
        BlockStatement? template = block.Body.OfType<BlockStatement>().FirstOrDefault(static inner => inner.FullName == Template);
        var rest = new BlockStatement
        {
            Span = block.Span,
            Name = block.Name,
            NameSpan = block.NameSpan,
            Label = block.Label,
            LabelSpan = block.LabelSpan,
            OpenBrace = block.OpenBrace,
            Body = [.. block.Body.Where(statement => !ReferenceEquals(statement, template))],
            CloseBrace = block.CloseBrace,
        };
        return (rest, template);
    }

    /// <summary>The name that <c>var</c> gives, where it is written as plain text.</summary>
    internal static string? VariableOf(BlockStatement block) => block.Body.OfType<AttributeStatement>()
        .FirstOrDefault(static attribute => attribute.Name.Name == "var")?.Value is LiteralExpression { Kind: LiteralKind.String } literal
            ? (Evaluation.Literals.Evaluate(literal) as StringValue)?.Text
            : null;
}
