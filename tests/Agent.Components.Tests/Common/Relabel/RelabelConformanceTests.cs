using System.Text.Json;
using Agent.Components.Common.Relabel;
using Agent.Components.Discovery;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Common.Relabel;

public sealed class RelabelConformanceTests
{
    [ConformanceFact]
    public void Every_golden_case_passes_with_both_rules_for_names()
    {
        var set = new ConformanceSet("relabel");
        using JsonDocument document = Conformance.Load("relabel.json");
        foreach (JsonElement golden in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            string id = golden.GetProperty("id").GetString()!;
            JsonElement expected = golden.GetProperty("expected");
            JsonElement legacy = golden.TryGetProperty("expected_prometheus_relabel", out JsonElement given) ? given : expected;
            set.Case(id, () => Check(golden, expected, LabelNameRule.Utf8));
            set.Case(id + " (legacy names)", () => Check(golden, legacy, LabelNameRule.Legacy));
        }
        set.Finish();
    }

    private static string? Check(JsonElement golden, JsonElement expected, LabelNameRule names)
    {
        var diagnostics = new DiagnosticBag();
        ComponentDescriptor descriptor = Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "discovery.relabel");
        var arguments = (DiscoveryRelabel.Arguments?)descriptor.Decode(ToBlock(golden), diagnostics);
        if (expected.TryGetProperty("config_error", out JsonElement error))
        {
            return diagnostics.HasErrors ? null : $"accepted, but: {error}";
        }
        if (arguments is null)
        {
            return $"refused: {string.Join("; ", diagnostics)}";
        }
        var labels = new LabelSetBuilder(arguments.Targets[0].Labels);
        bool kept = new Relabeler(arguments.Rule, names).Apply(labels);
        if (!expected.TryGetProperty("labels", out JsonElement wanted))
        {
            return kept ? $"kept as {labels.ToLabelSet()}" : null;
        }
        LabelSet goal = LabelSet.From(wanted.EnumerateObject().Select(static label => KeyValuePair.Create(label.Name, label.Value.GetString()!)));
        return !kept ? "dropped" : labels.ToLabelSet().Equals(goal) ? null : $"got {labels.ToLabelSet()}, wanted {goal}";
    }

    private static BlockValue ToBlock(JsonElement golden)
    {
        IEnumerable<BlockValue> rules = golden.GetProperty("rules").EnumerateArray().Select(static rule =>
            Config.Block("rule", [.. rule.EnumerateObject().Select(static field => Config.Set(field.Name, ToValue(field.Value)))]));
        return Config.Block("discovery.relabel", [Config.Set("targets", Config.List(ToValue(golden.GetProperty("labels")))), .. rules]);
    }

    private static Value ToValue(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => Value.Of(json.GetString()!),
        JsonValueKind.Number => new NumberValue(json.GetUInt64()),
        JsonValueKind.Array => Config.List([.. json.EnumerateArray().Select(ToValue)]),
        JsonValueKind.Object => Config.Map([.. json.EnumerateObject().Select(static field => (field.Name, ToValue(field.Value)))]),
        _ => throw new InvalidDataException($"a rule holds {json.ValueKind}"),
    };
}
