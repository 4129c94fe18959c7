using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Agent.Components.Common.JmesPath;

/// <summary>JSON in, as Go's encoding/json reads it (the last of equal keys counts, broken text becomes U+FFFD), and out as it prints.</summary>
public static class JmesJson
{
    private const int MaxDepth = 512;

    // Go writes plain decimals from 1e-6 to below 1e21.
    private const int PlainFrom = -6;
    private const int PlainBelow = 21;

    /// <summary>False, with the reader's message, when the text is no JSON or something follows the value.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, out JmesValue value, out string? error)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        value = default;
        error = null;
        try
        {
            reader.Read();
            value = Read(ref reader);
            reader.Read();
            return true;
        }
        catch (JsonException exception)
        {
            error = exception.Message;
            return false;
        }
    }

    /// <summary>JSON text as Go's json.Marshal prints it: sorted keys, no spaces, <c>&lt; &gt; &amp;</c> escaped.</summary>
    public static string Write(JmesValue value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static JmesValue Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                SortedDictionary<string, JmesValue> fields = JmesValue.NewObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = ReadString(ref reader);
                    reader.Read();
                    fields[name] = Read(ref reader);
                }
                return JmesValue.Of(fields);
            case JsonTokenType.StartArray:
                var items = new List<JmesValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader));
                }
                return JmesValue.Of(items);
            case JsonTokenType.String:
                return JmesValue.Of(ReadString(ref reader));
            case JsonTokenType.Number:
                double number = double.Parse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
                return double.IsFinite(number) ? JmesValue.Of(number) : throw new JsonException("number out of range");
            case JsonTokenType.True or JsonTokenType.False:
                return JmesValue.Of(reader.TokenType == JsonTokenType.True);
            default:
                return JmesValue.Null;
        }
    }

    private static string ReadString(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
        return JsonEscapes.TryDecode(reader.ValueSpan, out byte[] decoded)
            ? Encoding.UTF8.GetString(decoded)
            : throw new JsonException("invalid escape in string");
    }

    private static void Write(StringBuilder text, JmesValue value)
    {
        switch (value.Kind)
        {
            case JmesKind.Boolean:
                text.Append(value.AsBoolean ? "true" : "false");
                break;
            case JmesKind.Number:
                WriteNumber(text, value.AsNumber);
                break;
            case JmesKind.String:
                WriteString(text, value.AsString);
                break;
            case JmesKind.Array:
                char separator = '[';
                foreach (JmesValue item in value.AsArray)
                {
                    Write(text.Append(separator), item);
                    separator = ',';
                }
                text.Append(separator == '[' ? "[]" : "]");
                break;
            case JmesKind.Object:
                separator = '{';
                foreach ((string name, JmesValue item) in value.AsObject)
                {
                    WriteString(text.Append(separator), name);
                    Write(text.Append(':'), item);
                    separator = ',';
                }
                text.Append(separator == '{' ? "{}" : "}");
                break;
            default:
                text.Append("null");
                break;
        }
    }

    private static void WriteNumber(StringBuilder text, double value)
    {
        string shortest = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        for (int digits = 0; digits < 17; digits++)
        {
            shortest = Math.Abs(value).ToString("E" + digits, CultureInfo.InvariantCulture);
            if (double.Parse(shortest, CultureInfo.InvariantCulture) == Math.Abs(value))
            {
                break;
            }
        }
        int mark = shortest.IndexOf('E', StringComparison.Ordinal);
        string mantissa = shortest[..mark].Replace(".", "", StringComparison.Ordinal);
        int exponent = int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        text.Append(double.IsNegative(value) ? "-" : "");
        if (exponent is < PlainFrom or >= PlainBelow)
        {
            text.Append(mantissa[0]).Append(mantissa.Length > 1 ? "." : "").Append(mantissa, 1, mantissa.Length - 1);
            text.Append('e').Append(exponent < 0 ? '-' : '+').Append(Math.Abs(exponent).ToString(exponent < 0 ? "D1" : "D2"));
        }
        else if (exponent < 0)
        {
            text.Append("0.").Append('0', -exponent - 1).Append(mantissa);
        }
        else
        {
            string whole = mantissa.PadRight(exponent + 1, '0');
            text.Append(whole, 0, exponent + 1);
            text.Append(whole.Length > exponent + 1 ? "." : "").Append(whole, exponent + 1, whole.Length - exponent - 1);
        }
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (Rune rune in value.EnumerateRunes())
        {
            string? escaped = rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' or '<' or '>' or '&' or 0x2028 or 0x2029 => "\\u" + rune.Value.ToString("x4"),
                _ => null,
            };
            text.Append(escaped ?? rune.ToString());
        }
        text.Append('"');
    }
}
