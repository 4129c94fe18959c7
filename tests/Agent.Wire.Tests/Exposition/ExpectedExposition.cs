using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Agent.Wire.Tests.Exposition;

/// <summary>Prints the expected entries of a golden case the way <see cref="ExpositionText"/> prints what a reader gives.</summary>
internal static class ExpectedExposition
{
    public static List<string> Of(JsonElement expected)
    {
        var lines = new List<string>();
        foreach (JsonElement entry in expected.GetProperty("entries").EnumerateArray())
        {
            lines.Add(entry.GetProperty("kind").GetString() switch
            {
                "help" => $"help {Text(entry, "metric")} {Text(entry, "help")}",
                "type" => $"type {Text(entry, "metric")} {entry.GetProperty("type").GetString()}",
                "unit" => $"unit {Text(entry, "metric")} {Text(entry, "unit")}",
                "comment" => $"comment {Text(entry, "text")}",
                _ => Sample(entry),
            });
        }
        return lines;
    }

    private static string Sample(JsonElement entry)
    {
        string kind = entry.GetProperty("kind").GetString()!;
        var text = new StringBuilder($"{kind} {Labels(entry.GetProperty("labels"))} ");
        text.Append(kind == "series" ? Bits(entry.GetProperty("value")) : Histogram(entry.GetProperty("histogram")));
        text.Append(entry.TryGetProperty("timestamp_ms", out JsonElement time) ? $" @{time.GetInt64()}" : "");
        foreach (JsonElement exemplar in entry.TryGetProperty("exemplars", out JsonElement all) ? all.EnumerateArray() : default)
        {
            text.Append(CultureInfo.InvariantCulture, $" # {Labels(exemplar.GetProperty("labels"))} {Bits(exemplar.GetProperty("value"))}");
            text.Append(exemplar.TryGetProperty("timestamp_ms", out time) ? $" @{time.GetInt64()}" : "");
        }
        return text.Append(entry.TryGetProperty("start_timestamp_ms", out JsonElement start) ? $" since {start.GetInt64()}" : "").ToString();
    }

    public static string Histogram(JsonElement h)
    {
        bool isFloat = h.GetProperty("float").GetBoolean();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"float={isFloat} reset={h.GetProperty("counter_reset_hint").GetInt32()} schema={h.GetProperty("schema").GetInt32()}");
        text.Append(CultureInfo.InvariantCulture, $" count={Count(h.GetProperty("count"), isFloat)} sum={Bits(h.GetProperty("sum"))}");
        text.Append(CultureInfo.InvariantCulture, $" zero={Count(h.GetProperty("zero_count"), isFloat)} threshold={Bits(h.GetProperty("zero_threshold"))}");
        Spans(text.Append(" +"), h.GetProperty("positive_spans"));
        Spans(text.Append(" -"), h.GetProperty("negative_spans"));
        string kind = isFloat ? "counts" : "deltas";
        Numbers(text.Append(" +"), h.GetProperty($"positive_{kind}"));
        Numbers(text.Append(" -"), h.GetProperty($"negative_{kind}"));
        Numbers(text.Append(" custom"), h.GetProperty("custom_values"));
        return text.ToString();
    }

    private static string Count(JsonElement count, bool isFloat) =>
        isFloat && count.ValueKind == JsonValueKind.Object ? Bits(count) : count.GetRawText();

    private static void Spans(StringBuilder text, JsonElement spans)
    {
        foreach (JsonElement span in spans.ValueKind == JsonValueKind.Null ? default : spans.EnumerateArray())
        {
            text.Append(CultureInfo.InvariantCulture, $"({span[0].GetInt32()},{span[1].GetInt32()})");
        }
    }

    private static void Numbers(StringBuilder text, JsonElement numbers)
    {
        foreach (JsonElement number in numbers.ValueKind == JsonValueKind.Null ? default : numbers.EnumerateArray())
        {
            text.Append('|').Append(number.ValueKind == JsonValueKind.Object ? Bits(number) : number.GetRawText());
        }
    }

    private static string Labels(JsonElement labels)
    {
        var text = new StringBuilder("{");
        foreach (JsonElement label in labels.EnumerateArray())
        {
            text.Append(CultureInfo.InvariantCulture, $"[{Text(label[0].GetString()!)}={Text(label[1].GetString()!)}]");
        }
        return text.Append('}').ToString();
    }

    private static string Bits(JsonElement number) => number.GetProperty("bits").GetString()!;

    private static string Text(JsonElement entry, string property) =>
        entry.TryGetProperty(property + "_base64", out JsonElement raw) ? Text(raw.GetBytesFromBase64()) : Text(entry.GetProperty(property).GetString()!);

    private static string Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    private static string Text(byte[] bytes) => bytes.AsSpan().IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0
        ? "x" + Convert.ToHexString(bytes)
        : Encoding.UTF8.GetString(bytes);
}
