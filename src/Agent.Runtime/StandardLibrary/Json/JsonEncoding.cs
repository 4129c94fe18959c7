using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Agent.Sdk;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.Json;

/// <summary>Writes values as Go's encoding/json does: keys sorted, HTML characters escaped.</summary>
/// <remarks>Secrets are written out, as Alloy does: configurations rely on it. Whoever calls marks the text as secret.</remarks>
internal static class JsonEncoding
{
    private const double SmallestPlain = 1e-6;
    private const double LargestPlain = 1e21;

    public static bool TryAppend(StringBuilder to, Value value, [NotNullWhen(false)] out string? error)
    {
        error = null;
        switch (value)
        {
            case NullValue:
                to.Append("null");
                return true;
            case BoolValue flag:
                to.Append(flag.IsTrue ? "true" : "false");
                return true;
            case NumberValue number:
                return TryAppend(to, number, out error);
            case StringValue text:
                AppendText(to, text.Text);
                return true;
            case ArrayValue array:
                return TryAppend(to, array, out error);
            case ObjectValue map:
                return TryAppend(to, map, out error);
            case CapsuleValue { Content: Secret secret }:
                AppendText(to, secret.Reveal());
                return true;
            case CapsuleValue { Content: OptionalSecret secret }:
                // Alloy shows the record behind the value here.
                to.Append("{\"IsSecret\":").Append(secret.IsSecret ? "true" : "false").Append(",\"Value\":");
                AppendText(to, secret.Value);
                to.Append('}');
                return true;
            default:
                error = $"cannot write JSON: unsupported type {value.Kind.Text()}";
                return false;
        }
    }

    /// <summary>A finite number: without an exponent from 1e-6 up to 1e21.</summary>
    public static string Number(double number)
    {
        double magnitude = Math.Abs(number);
        if (magnitude == 0 || magnitude is >= SmallestPlain and < LargestPlain)
        {
            return GoFloat.Format(number, 'f');
        }
        string text = GoFloat.Format(number, 'e');
        int exponent = text.IndexOf('e') + 2;
        return text[exponent] == '0' && text[exponent - 1] == '-' ? text.Remove(exponent, 1) : text;
    }

    private static bool TryAppend(StringBuilder to, NumberValue number, out string? error)
    {
        error = null;
        if (number.NumberKind != NumberKind.Float)
        {
            to.Append(number.NumberKind == NumberKind.Int ? number.AsInt64.ToString(CultureInfo.InvariantCulture) : number.AsUInt64.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        if (!double.IsFinite(number.AsDouble))
        {
            error = $"cannot write JSON: unsupported value {GoFloat.Format(number.AsDouble, 'g')}";
            return false;
        }
        to.Append(Number(number.AsDouble));
        return true;
    }

    private static bool TryAppend(StringBuilder to, ArrayValue array, out string? error)
    {
        error = null;
        to.Append('[');
        for (int i = 0; i < array.Count; i++)
        {
            to.Append(i > 0 ? "," : "");
            if (!TryAppend(to, array[i], out error))
            {
                return false;
            }
        }
        to.Append(']');
        return true;
    }

    private static bool TryAppend(StringBuilder to, ObjectValue map, out string? error)
    {
        error = null;
        string separator = "{";
        foreach (string key in map.Keys.Order(StringComparer.Ordinal))
        {
            to.Append(separator);
            AppendText(to, key);
            to.Append(':');
            if (!TryAppend(to, map[key], out error))
            {
                return false;
            }
            separator = ",";
        }
        to.Append(map.Count == 0 ? "{}" : "}");
        return true;
    }

    private static void AppendText(StringBuilder to, string text)
    {
        to.Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => to.Append("\\\""),
                '\\' => to.Append("\\\\"),
                '\b' => to.Append("\\b"),
                '\f' => to.Append("\\f"),
                '\n' => to.Append("\\n"),
                '\r' => to.Append("\\r"),
                '\t' => to.Append("\\t"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => to.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => to.Append(c),
            };
        }
        to.Append('"');
    }
}
