using System.Text;
using System.Text.Json;
using Agent.Components.Loki.Process.Selectors;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process.Selectors;

public sealed class LogSelectorConformanceTests
{
    [ConformanceFact]
    public void Selectors_match_the_lines_that_Alloy_matches()
    {
        using JsonDocument document = Conformance.Load("logql_selectors.json");
        JsonElement[] entries = [.. document.RootElement.GetProperty("entries").EnumerateArray()];
        var set = new ConformanceSet("logql_selectors");
        foreach (JsonElement @case in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(@case.GetProperty("id").GetString()!, () => Check(@case, entries));
        }
        set.Finish();
    }

    private static string? Check(JsonElement @case, JsonElement[] entries)
    {
        bool parses = LogSelector.TryParse(@case.GetProperty("selector").GetString()!, out LogSelector? selector, out string? error);
        if (@case.TryGetProperty("expected_error", out _))
        {
            return parses ? "was accepted" : null;
        }
        if (!parses)
        {
            return error;
        }
        bool[] expected = [.. @case.GetProperty("expected_match").EnumerateArray().Select(static match => match.GetBoolean())];
        for (int i = 0; i < entries.Length; i++)
        {
            var labels = LabelSet.From(entries[i].GetProperty("labels").EnumerateObject()
                .Select(static label => KeyValuePair.Create(label.Name, label.Value.GetString()!)));
            if (selector!.Matches(labels, Encoding.UTF8.GetBytes(entries[i].GetProperty("line").GetString()!)) != expected[i])
            {
                return $"entry {i}: expected {expected[i]}";
            }
        }
        return null;
    }
}
