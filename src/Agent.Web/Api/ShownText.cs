using System.Globalization;
using System.Text;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Web.Api;

/// <summary>Writes values and blocks as configuration text, with secrets redacted.</summary>
internal static class ShownText
{
    /// <summary>Lists of ten thousand targets are cut: a page is for people.</summary>
    private const int ShownItems = 100;

    public static string Of(BlockValue block, BlockSchema schema)
    {
        var text = new StringBuilder();
        WriteBody(text, block, schema, 0);
        return text.ToString();
    }

    public static string Of(ObjectValue fields)
    {
        var text = new StringBuilder();
        foreach (string key in fields.Keys)
        {
            text.Append(key).Append(" = ");
            WriteValue(text, fields[key], null, 0);
            text.Append('\n');
        }
        return text.ToString();
    }

    public static string Of(Value value)
    {
        if (value is ObjectValue fields)
        {
            return Of(fields);
        }
        var text = new StringBuilder();
        WriteValue(text, value, null, 0);
        return text.ToString();
    }

    private static void WriteBody(StringBuilder text, BlockValue block, BlockSchema? schema, int depth)
    {
        foreach (AttributeValue attribute in block.Attributes)
        {
            SchemaType? type = schema?.Attributes.FirstOrDefault(known => known.Name == attribute.Name)?.Type;
            Indent(text, depth).Append(attribute.Name).Append(" = ");
            WriteValue(text, attribute.Value, type, depth);
            text.Append('\n');
        }
        foreach (BlockValue child in block.Blocks)
        {
            Indent(text, depth).Append(child.Name);
            if (!string.IsNullOrEmpty(child.Label))
            {
                text.Append(" \"").Append(child.Label).Append('"');
            }
            text.Append(" {\n");
            WriteBody(text, child, schema?.Blocks.FirstOrDefault(known => known.Name == child.Name)?.Schema(), depth + 1);
            Indent(text, depth).Append("}\n");
        }
    }

    private static void WriteValue(StringBuilder text, Value value, SchemaType? type, int depth)
    {
        if (Redaction.Hides(value, type))
        {
            text.Append(Secret.Redacted);
            return;
        }
        switch (value)
        {
            case NullValue:
                text.Append("null");
                break;
            case BoolValue flag:
                text.Append(flag.IsTrue ? "true" : "false");
                break;
            case NumberValue number:
                text.Append(NumberOf(number));
                break;
            case StringValue s:
                text.Append(StringLiteral.Quote(s.Text));
                break;
            case ArrayValue array:
                WriteArray(text, array, type, depth);
                break;
            case ObjectValue map:
                WriteObject(text, map, type, depth);
                break;
            case CapsuleValue capsule:
                text.Append(Redaction.Describe(capsule));
                break;
            default:
                text.Append(value is FunctionValue function ? function.Name : "(unknown)");
                break;
        }
    }

    private static void WriteArray(StringBuilder text, ArrayValue array, SchemaType? type, int depth)
    {
        if (array.Count == 0)
        {
            text.Append("[]");
            return;
        }
        text.Append("[\n");
        for (int i = 0; i < Math.Min(array.Count, ShownItems); i++)
        {
            Indent(text, depth + 1);
            WriteValue(text, array[i], type?.Element, depth + 1);
            text.Append(",\n");
        }
        if (array.Count > ShownItems)
        {
            Indent(text, depth + 1).Append(CultureInfo.InvariantCulture, $"// and {array.Count - ShownItems} more\n");
        }
        Indent(text, depth).Append(']');
    }

    private static void WriteObject(StringBuilder text, ObjectValue map, SchemaType? type, int depth)
    {
        if (map.Count == 0)
        {
            text.Append("{}");
            return;
        }
        text.Append("{\n");
        foreach (string key in map.Keys)
        {
            Indent(text, depth + 1).Append(IdentifierText.IsValid(key) ? key : StringLiteral.Quote(key)).Append(" = ");
            WriteValue(text, map[key], type?.Element, depth + 1);
            text.Append(",\n");
        }
        Indent(text, depth).Append('}');
    }

    private static string NumberOf(NumberValue number) => number.NumberKind switch
    {
        NumberKind.Int => number.AsInt64.ToString(CultureInfo.InvariantCulture),
        NumberKind.Uint => number.AsUInt64.ToString(CultureInfo.InvariantCulture),
        _ => number.AsDouble.ToString("R", CultureInfo.InvariantCulture),
    };

    private static StringBuilder Indent(StringBuilder text, int depth) => text.Append(' ', depth * 2);
}
