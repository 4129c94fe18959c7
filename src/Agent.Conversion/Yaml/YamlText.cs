using System.Text;
using System.Text.Json;

namespace Agent.Conversion.Yaml;

/// <summary>Writes a node as YAML again, in the block style of Go's encoder.</summary>
internal static class YamlText
{
    private const string Indent = "  ";

    public static string Of(YamlNode node)
    {
        var text = new StringBuilder();
        Write(node, "", text);
        return text.ToString();
    }

    private static void Write(YamlNode node, string indent, StringBuilder text)
    {
        foreach (YamlField field in node.Fields)
        {
            text.Append(indent).Append(Scalar(field.Key, YamlScalar.KindOf(field.Key) != YamlKind.Text)).Append(':');
            WriteValue(field.Value, field.Value.Kind == YamlKind.List ? indent : indent + Indent, text);
        }
        foreach (YamlNode item in node.Items)
        {
            text.Append(indent).Append('-');
            if (item.Fields.Count == 0)
            {
                WriteValue(item, indent + Indent, text);
                continue;
            }
            // The first field of a map stands behind the dash.
            int start = text.Length;
            Write(item, indent + Indent, text);
            text.Remove(start, indent.Length + 1);
        }
        if (node.IsScalar)
        {
            text.Append(Scalar(node)).Append('\n');
        }
    }

    private static void WriteValue(YamlNode value, string indent, StringBuilder text)
    {
        if (value.IsScalar)
        {
            text.Append(' ').Append(Scalar(value)).Append('\n');
        }
        else if (value.Fields.Count + value.Items.Count == 0)
        {
            text.Append(value.Kind == YamlKind.List ? " []\n" : " {}\n");
        }
        else
        {
            text.Append('\n');
            Write(value, indent, text);
        }
    }

    private static string Scalar(YamlNode node) => node.Kind switch
    {
        YamlKind.Null => "null",
        YamlKind.Text => Scalar(node.Text, YamlScalar.KindOf(node.Text) != YamlKind.Text),
        _ => node.Text,
    };

    private static string Scalar(string text, bool looksOtherwise)
    {
        if (looksOtherwise || text.AsSpan().ContainsAnyInRange('\0', '\x1f'))
        {
            return $"\"{JsonEncodedText.Encode(text)}\"";
        }
        bool plain = text[0] is not ('-' or '?' or ':' or ',' or '[' or ']' or '{' or '}' or '#' or '&' or '*' or '!' or '|' or '>' or '\'' or '"'
            or '%' or '@' or '`' or ' ') && text[^1] is not (' ' or ':')
            && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal);
        return plain ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }
}
