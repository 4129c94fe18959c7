using System.Text;
using Agent.Runtime.Evaluation;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Web.Api;

/// <summary>Writes blocks as configuration text, with secrets redacted.</summary>
internal static class ShownText
{
    /// <summary>Longer values are cut: ten thousand targets are no page for people, and the API has them all.</summary>
    private const int LongestValue = 16 * 1024;

    /// <summary>Longer lists are cut before they are printed at all.</summary>
    private const int LongestList = 100;

    public static string Of(BlockValue block, BlockSchema schema)
    {
        var text = new StringBuilder();
        WriteBody(text, block, schema, "");
        return text.ToString();
    }

    /// <summary>One block inside of a block.</summary>
    public static string OfChild(BlockValue child, BlockSchema parent)
    {
        var text = new StringBuilder();
        WriteBlock(text, child, parent, "");
        return text.ToString();
    }

    public static string Of(Value value)
    {
        if (value is not ObjectValue fields)
        {
            return Print(value);
        }
        var text = new StringBuilder();
        foreach (string key in fields.Keys)
        {
            text.Append(key).Append(" = ").Append(Print(fields[key])).Append('\n');
        }
        return text.ToString();
    }

    private static void WriteBody(StringBuilder text, BlockValue block, BlockSchema? schema, string indent)
    {
        foreach (AttributeValue attribute in block.Attributes)
        {
            SchemaType? type = schema?.Attributes.FirstOrDefault(known => known.Name == attribute.Name)?.Type;
            string value = Print(Redaction.Mark(attribute.Value, type));
            text.Append(indent).Append(attribute.Name).Append(" = ").Append(value.Replace("\n", "\n" + indent, StringComparison.Ordinal)).Append('\n');
        }
        foreach (BlockValue child in block.Blocks)
        {
            WriteBlock(text, child, schema, indent);
        }
    }

    private static void WriteBlock(StringBuilder text, BlockValue child, BlockSchema? parent, string indent)
    {
        text.Append(indent).Append(child.Name);
        if (!string.IsNullOrEmpty(child.Label))
        {
            text.Append(" \"").Append(child.Label).Append('"');
        }
        text.Append(" {\n");
        WriteBody(text, child, parent?.Blocks.FirstOrDefault(known => known.Name == child.Name)?.Schema(), indent + "\t");
        text.Append(indent).Append("}\n");
    }

    private static string Print(Value value)
    {
        if (value is ArrayValue { Count: > LongestList } list)
        {
            return $"{Cut(ValuePrinter.Print(new ListValue([.. list.Take(LongestList)])))} // {list.Count - LongestList} more";
        }
        return Cut(ValuePrinter.Print(value));
    }

    /// <summary>Never in the middle of a character of two units.</summary>
    private static string Cut(string text) => text.Length <= LongestValue
        ? text
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[LongestValue - 1]) ? LongestValue - 1 : LongestValue), " … (cut)");
}
