using System.Text;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Writes values as configuration text for people to read; secrets show as <c>(secret)</c>.</summary>
public static class ValuePrinter
{
    public static string Print(Value value)
    {
        var output = new StringBuilder();
        Append(output, value, 0);
        return output.ToString();
    }

    private static void Append(StringBuilder output, Value value, int indent)
    {
        switch (value)
        {
            case StringValue { IsSensitive: true }:
                output.Append(Secret.Redacted);
                break;
            case NullValue:
                output.Append("null");
                break;
            case BoolValue flag:
                output.Append(flag.IsTrue ? "true" : "false");
                break;
            case NumberValue number:
                output.Append(NumberText.Format(number));
                break;
            case StringValue text:
                output.Append(text.Bytes is { } bytes ? StringLiteral.Quote(bytes) : StringLiteral.Quote(text.Text));
                break;
            case ArrayValue array:
                AppendArray(output, array, indent);
                break;
            case ObjectValue map:
                AppendObject(output, map, indent);
                break;
            default:
                output.Append(Describe(value));
                break;
        }
    }

    private static void AppendArray(StringBuilder output, ArrayValue array, int indent)
    {
        output.Append('[');
        for (int i = 0; i < array.Count; i++)
        {
            output.Append(i > 0 ? ", " : "");
            Append(output, array[i], indent);
        }
        output.Append(']');
    }

    private static void AppendObject(StringBuilder output, ObjectValue map, int indent)
    {
        if (map.Count == 0)
        {
            output.Append("{}");
            return;
        }
        string[] keys = [.. map.Keys.Order(StringComparer.Ordinal)];
        string[] written = [.. keys.Select(IdentifierText.Key)];
        int widest = written.Max(static key => key.Length);
        output.Append("{\n");
        for (int i = 0; i < keys.Length; i++)
        {
            output.Append('\t', indent + 1).Append(written[i].PadRight(widest)).Append(" = ");
            Append(output, map[keys[i]], indent + 1);
            output.Append(",\n");
        }
        output.Append('\t', indent).Append('}');
    }

    /// <summary>A value that has no literal, as messages and pages show it.</summary>
    internal static string Describe(Value value) => value switch
    {
        CapsuleValue { Content: Secret or OptionalSecret { IsSecret: true } } => Secret.Redacted,
        CapsuleValue { Content: OptionalSecret open } => StringLiteral.Quote(open.Value),
        CapsuleValue capsule => $"capsule(\"{capsule.TypeName}\")",
        UnknownValue unknown => $"({unknown.Type.Name}, not known yet)",
        _ => value.Kind.Text(),
    };
}
