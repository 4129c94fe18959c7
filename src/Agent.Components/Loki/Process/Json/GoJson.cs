using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Json;

/// <summary>Writes JSON as Go programs do: no white space, numbers as doubles, &lt; &gt; and &amp; escaped, the last of equal keys.</summary>
/// <remarks>Only for objects and arrays that are extracted as a whole; it allocates.</remarks>
internal static class GoJson
{
    private const double SmallestPlain = 1e-6;
    private const double LargestPlain = 1e21;

    public static ReadOnlyMemory<byte> Rewrite(ReadOnlyMemory<byte> json, PooledBytes scratch)
    {
        // Strings with invalid UTF-8 are read as U+FFFD here; JsonDocument would throw at them.
        ReadOnlyMemory<byte> valid = System.Text.Unicode.Utf8.IsValid(json.Span)
            ? json
            : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json.Span));
        using var document = JsonDocument.Parse(valid, new JsonDocumentOptions { MaxDepth = 1024 });
        var output = new ArrayBufferWriter<byte>(json.Length);
        Write(document.RootElement, output);
        return scratch.Copy(output.WrittenSpan);
    }

    public static void Write(JsonElement element, IBufferWriter<byte> output)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(element, output);
                break;
            case JsonValueKind.Array:
                WriteArray(element, output);
                break;
            case JsonValueKind.String:
                WriteText(element.GetString()!, output);
                break;
            case JsonValueKind.Number:
                WriteNumber(element.GetDouble(), output);
                break;
            default:
                output.Write(Encoding.UTF8.GetBytes(element.GetRawText()));
                break;
        }
    }

    public static void WriteNumber(double value, IBufferWriter<byte> output)
    {
        Span<byte> buffer = stackalloc byte[400];
        double size = Math.Abs(value);
        if (size == 0 || size is >= SmallestPlain and < LargestPlain)
        {
            output.Write(buffer[..GoNumber.FormatPlain(value, buffer)]);
            return;
        }
        // "1E+21" and "1E-07" in .NET's shortest form; Go writes "1e+21" and "1e-7".
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        int mark = text.IndexOf('E', StringComparison.Ordinal);
        string mantissa = mark < 0 ? text : text[..mark];
        int exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string sign = exponent < 0 ? "-" : "+";
        output.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{sign}{Math.Abs(exponent)}")));
    }

    public static void WriteText(string text, IBufferWriter<byte> output)
    {
        var escaped = new StringBuilder(text.Length + 2).Append('"');
        foreach (char unit in text)
        {
            _ = unit switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append("\\\\"),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => escaped.Append(unit),
            };
        }
        output.Write(Encoding.UTF8.GetBytes(escaped.Append('"').ToString()));
    }

    private static void WriteObject(JsonElement element, IBufferWriter<byte> output)
    {
        output.Write("{"u8);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!seen.Add(property.Name))
            {
                continue;
            }
            if (seen.Count > 1)
            {
                output.Write(","u8);
            }
            WriteText(property.Name, output);
            output.Write(":"u8);
            Write(element.GetProperty(property.Name), output);
        }
        output.Write("}"u8);
    }

    private static void WriteArray(JsonElement element, IBufferWriter<byte> output)
    {
        output.Write("["u8);
        bool any = false;
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (any)
            {
                output.Write(","u8);
            }
            any = true;
            Write(item, output);
        }
        output.Write("]"u8);
    }
}
