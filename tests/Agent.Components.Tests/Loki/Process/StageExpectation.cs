using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Sdk.Metrics;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process;

/// <summary>What a golden case says must come out.</summary>
internal sealed class StageExpectation(JsonElement json, TimeProvider time)
{
    private readonly bool _jsonTexts = Says("json_text_key_order", json);
    private readonly bool _anyMetadataOrder = Says("metadata_order", json);

    public string? Compare(IReadOnlyList<CollectedEntry> entries, MetricRegistry registry)
    {
        List<string> found = [.. entries.Select(Describe)];
        List<string> wanted = [.. json.GetProperty("expected").EnumerateArray().Select(Describe)];
        if (Says("order", json))
        {
            found.Sort(StringComparer.Ordinal);
            wanted.Sort(StringComparer.Ordinal);
        }
        if (!found.SequenceEqual(wanted))
        {
            return $"entries:\n  {string.Join("\n  ", found)}\ninstead of\n  {string.Join("\n  ", wanted)}";
        }
        if (!json.TryGetProperty("expected_metrics", out JsonElement expected))
        {
            return null;
        }
        string metrics = Describe(registry);
        return metrics == expected.GetString() ? null : $"metrics:\n{metrics}instead of\n{expected.GetString()}";
    }

    private static bool Says(string property, JsonElement json) => json.TryGetProperty(property, out JsonElement order) && order.GetString() == "any";

    private string Describe(CollectedEntry entry) => Describe(
        entry.Labels.Select(static label => KeyValuePair.Create(label.Name, label.Value)), entry.Timestamp, entry.Line, entry.Metadata);

    private string Describe(JsonElement entry)
    {
        string timestamp = entry.GetProperty("timestamp").GetString()!;
        long nanos = timestamp == "NOW" ? (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100 : WrappedNanos.Parse(timestamp);

        // An empty label is the same as none: ours are never empty.
        IEnumerable<KeyValuePair<string, string>> labels = entry.GetProperty("labels").EnumerateObject()
            .Select(static label => KeyValuePair.Create(label.Name, label.Value.GetString()!)).Where(static label => label.Value.Length > 0);
        IEnumerable<KeyValuePair<string, string>> metadata = entry.TryGetProperty("structured_metadata", out JsonElement pairs)
            ? pairs.EnumerateArray().Select(static pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetString()!))
            : [];
        return Describe(labels, nanos, entry.GetProperty("line").GetString()!, metadata);
    }

    private string Describe(
        IEnumerable<KeyValuePair<string, string>> labels, long nanos, string line, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        if (_anyMetadataOrder)
        {
            metadata = metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal);
        }
        return $"{Describe(labels.OrderBy(static l => l.Key, StringComparer.Ordinal))} {nanos} {Normal(line)} {Describe(metadata)}";
    }

    private string Describe(IEnumerable<KeyValuePair<string, string>> pairs) =>
        "{" + string.Join(", ", pairs.Select(pair => $"{pair.Key}={JsonSerializer.Serialize(Normal(pair.Value))}")) + "}";

    private string Normal(string text)
    {
        if (!_jsonTexts || text is not ['{' or '[', ..])
        {
            return text;
        }
        try
        {
            using var document = JsonDocument.Parse(text);
            return Sorted(document.RootElement);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static string Sorted(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject()
            .Select(static p => $"{JsonSerializer.Serialize(p.Name)}:{Sorted(p.Value)}").Order(StringComparer.Ordinal)) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(Sorted)) + "]",
        _ => element.GetRawText(),
    };

    private static string Describe(MetricRegistry registry)
    {
        var text = new StringBuilder();
        foreach (MetricFamily family in registry.Families())
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Name} {family.Help}\n# TYPE {family.Name} {family.Type.ToString().ToLowerInvariant()}\n");
            foreach (MetricSeries series in family.Series.OrderBy(static s => s.LabelNames.Length).ThenBy(static s => string.Join('\0', s.LabelValues), StringComparer.Ordinal))
            {
                Describe(family.Name, series, text);
            }
        }
        return text.ToString();
    }

    private static void Describe(string name, MetricSeries series, StringBuilder text)
    {
        string[] labels = [.. series.LabelNames.Zip(series.LabelValues)
            .Where(static label => label.First is not ("component_path" or "component_id"))
            .Select(static label => $"{label.First}=\"{label.Second}\"")];
        if (series.Instrument is not Histogram histogram)
        {
            double value = series.Instrument is Counter counter ? counter.Value : ((Gauge)series.Instrument).Value;
            text.Append(CultureInfo.InvariantCulture, $"{name}{Braces(labels)} {value}\n");
            return;
        }
        long count = 0;
        for (int i = 0; i <= histogram.Bounds.Length; i++)
        {
            count += histogram.CountOf(i);
            string bound = i < histogram.Bounds.Length ? histogram.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{Braces([.. labels, $"le=\"{bound}\""])} {count}\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braces(labels)} {histogram.Sum}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_count{Braces(labels)} {count}\n");
    }

    private static string Braces(string[] labels) => labels.Length == 0 ? "" : "{" + string.Join(',', labels) + "}";
}
