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

    public static string Of(BlockValue block, BlockSchema schema)
    {
        var text = new StringBuilder();
        WriteBody(text, block, schema, "");
        return text.ToString();
    }

    public static string Of(Value value)
    {
        if (value is not ObjectValue fields)
        {
            return Cut(ValuePrinter.Print(value));
        }
        var text = new StringBuilder();
        foreach (string key in fields.Keys)
        {
            text.Append(key).Append(" = ").Append(Cut(ValuePrinter.Print(fields[key]))).Append('\n');
        }
        return text.ToString();
    }

    private static void WriteBody(StringBuilder text, BlockValue block, BlockSchema? schema, string indent)
    {
        foreach (AttributeValue attribute in block.Attributes)
        {
            SchemaType? type = schema?.Attributes.FirstOrDefault(known => known.Name == attribute.Name)?.Type;
            string value = Cut(ValuePrinter.Print(Redaction.Mark(attribute.Value, type)));
            text.Append(indent).Append(attribute.Name).Append(" = ").Append(value.Replace("\n", "\n" + indent, StringComparison.Ordinal)).Append('\n');
        }
        foreach (BlockValue child in block.Blocks)
        {
            text.Append(indent).Append(child.Name);
            if (!string.IsNullOrEmpty(child.Label))
            {
                text.Append(" \"").Append(child.Label).Append('"');
            }
            text.Append(" {\n");
            WriteBody(text, child, schema?.Blocks.FirstOrDefault(known => known.Name == child.Name)?.Schema(), indent + "\t");
            text.Append(indent).Append("}\n");
        }
    }

    private static string Cut(string text) => text.Length <= LongestValue ? text : text[..LongestValue] + " … (cut)";
}
