using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Sdk.Decoding;
using Agent.Sdk.Tracing;
using Agent.Telemetry;

namespace Agent.Web.Api.V1;

/// <summary>What relabelling rules and stages do: counts, and single label sets or entries step by step.</summary>
internal sealed class TraceAnswers(WholeGraph view)
{
    private const int MostInputs = 200;
    private const string RuleBlock = "rule";
    private const string StagePrefix = "stage.";

    /// <summary>The rules of a component with their counts, and some of what came in.</summary>
    public void WriteRules(Utf8JsonWriter json, ComponentNode node, string text)
    {
        IRelabelTrace rules = node.RelabelTrace!;
        IReadOnlyList<RuleCounts> counts = rules.RuleCounts;
        json.WriteStartObject();
        json.WriteStartArray("rules"u8);
        int at = 0;
        foreach (string rule in TextsOf(node, static block => block.Name == RuleBlock))
        {
            json.WriteStartObject();
            json.WriteString("text"u8, rule);
            json.WriteNumber("hits"u8, at < counts.Count ? counts[at].Hits : 0);
            json.WriteNumber("drops"u8, at < counts.Count ? counts[at].Drops : 0);
            json.WriteEndObject();
            at++;
        }
        json.WriteEndArray();
        json.WriteStartArray("inputs"u8);
        foreach (LabelSet labels in rules.Inputs().Where(labels => Holds(labels, text)).Take(MostInputs))
        {
            json.WriteStartObject();
            ScrapeTargetsAnswer.WriteLabels(json, "labels", labels);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        NodeFacts.WriteStrings(json, "next", NextOf(node));
        json.WriteEndObject();
    }

    /// <summary>The labels after each rule of a component, up to the one that drops them.</summary>
    public void WriteTrace(Utf8JsonWriter json, ComponentNode node, LabelSet labels)
    {
        IReadOnlyList<LabelSet?> after = node.RelabelTrace!.Trace(labels);
        List<string> rules = [.. TextsOf(node, static block => block.Name == RuleBlock)];
        json.WriteStartObject();
        json.WriteStartArray("steps"u8);
        for (int i = 0; i < after.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, i < rules.Count ? rules[i] : "");
            json.WriteBoolean("dropped"u8, after[i] is null);
            if (after[i] is { } left)
            {
                ScrapeTargetsAnswer.WriteLabels(json, "labels", left);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        NodeFacts.WriteStrings(json, "next", NextOf(node));
        json.WriteEndObject();
    }

    public static void WriteStages(Utf8JsonWriter json, ComponentNode node)
    {
        json.WriteStartObject();
        NodeFacts.WriteStrings(json, "stages", TextsOf(node, IsStage));
        json.WriteEndObject();
    }

    /// <summary>An entry after each stage of a component.</summary>
    public static void WriteStageTrace(Utf8JsonWriter json, ComponentNode node, TracedEntry entry)
    {
        IReadOnlyList<IReadOnlyList<TracedEntry>> after = node.StageTrace!.Trace(entry.Labels, entry.Timestamp, entry.Line);
        List<string> stages = [.. TextsOf(node, IsStage)];
        json.WriteStartObject();
        json.WriteStartArray("steps"u8);
        for (int i = 0; i < after.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, i < stages.Count ? stages[i] : "");
            json.WriteStartArray("entries"u8);
            foreach (TracedEntry left in after[i])
            {
                Write(json, left);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TracedEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("line"u8, PlainJson.Cut(entry.Line));
        // A number of that size is none that a browser could hold.
        json.WriteString("timestamp"u8, entry.Timestamp.ToString(System.Globalization.CultureInfo.InvariantCulture));
        ScrapeTargetsAnswer.WriteLabels(json, "labels", entry.Labels);
        WritePairs(json, "metadata", entry.Metadata);
        WritePairs(json, "extracted", entry.Extracted);
        json.WriteEndObject();
    }

    private static void WritePairs(Utf8JsonWriter json, string key, IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        json.WriteStartObject(key);
        foreach ((string name, string value) in pairs)
        {
            json.WriteString(name, PlainJson.Cut(value));
        }
        json.WriteEndObject();
    }

    private static bool IsStage(BlockValue block) => block.Name.StartsWith(StagePrefix, StringComparison.Ordinal);

    private static IEnumerable<string> TextsOf(ComponentNode node, Predicate<BlockValue> wanted) =>
        node.Block is { } block
            ? block.Blocks.Where(child => wanted(child)).Select(child => ShownText.OfChild(child, node.Definition.Descriptor.Arguments))
            : [];

    /// <summary>Components that relabel further what this one hands on.</summary>
    private IEnumerable<string> NextOf(ComponentNode node) =>
        view.ReferencedBy(node).Concat(WholeGraph.FlowsTo(node)).Where(id => view.Find(id)?.RelabelTrace is not null).Distinct(StringComparer.Ordinal);

    private static bool Holds(LabelSet labels, string text) =>
        text.Length == 0 || labels.Any(label => label.Value.Contains(text, StringComparison.OrdinalIgnoreCase) || label.Name.Contains(text, StringComparison.OrdinalIgnoreCase));
}
