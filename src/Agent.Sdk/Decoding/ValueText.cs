using System.Text;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding;

/// <summary>Writes values as configuration text, for docs and messages; never shows secrets.</summary>
public static class ValueText
{
    public static string Of(Value value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, Value value)
    {
        switch (value)
        {
            case { IsSensitive: true }:
                text.Append(Secret.Redacted);
                break;
            case StringValue s:
                Quote(text, s.Text);
                break;
            case NumberValue number:
                text.Append(NumberText.Format(number));
                break;
            case BoolValue b:
                text.Append(b.IsTrue ? "true" : "false");
                break;
            case ArrayValue array:
                WriteArray(text, array);
                break;
            case ObjectValue map:
                WriteObject(text, map);
                break;
            case CapsuleValue capsule:
                text.Append(capsule.Content is Secret ? Secret.Redacted : $"capsule(\"{capsule.TypeName}\")");
                break;
            default:
                text.Append("null");
                break;
        }
    }

    private static void WriteArray(StringBuilder text, ArrayValue array)
    {
        text.Append('[');
        for (int i = 0; i < array.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Write(text, array[i]);
        }
        text.Append(']');
    }

    private static void WriteObject(StringBuilder text, ObjectValue map)
    {
        text.Append('{');
        bool first = true;
        foreach (string key in map.Keys)
        {
            text.Append(first ? "" : ", ");
            first = false;
            Quote(text, key);
            text.Append(" = ");
            Write(text, map[key]);
        }
        text.Append('}');
    }

    private static void Quote(StringBuilder text, string content)
    {
        text.Append('"');
        foreach (char c in content)
        {
            string? escaped = c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ => null,
            };
            _ = escaped is null ? text.Append(c) : text.Append(escaped);
        }
        text.Append('"');
    }
}
