using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding;

/// <summary>One attribute of an evaluated block.</summary>
public sealed record AttributeValue(string Name, Value Value, TextSpan NameSpan, TextSpan ValueSpan);

/// <summary>A block whose expressions have been evaluated: what decoders read.</summary>
/// <param name="Name">Dotted name, such as <c>loki.write</c> or <c>stage.regex</c>.</param>
/// <param name="Label">The label in quotes, or null.</param>
/// <param name="NameSpan">Where the block's name stands.</param>
public sealed record BlockValue(
    string Name,
    string? Label,
    TextSpan NameSpan,
    IReadOnlyList<AttributeValue> Attributes,
    IReadOnlyList<BlockValue> Blocks)
{
    public AttributeValue? Find(string name)
    {
        foreach (AttributeValue attribute in Attributes)
        {
            if (attribute.Name == name)
            {
                return attribute;
            }
        }
        return null;
    }
}
