using System.Text.Json;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process;

public sealed class StageConformanceTests
{
    public static TheoryData<string> Sets =>
        Conformance.Root is { } root
            ? [.. Directory.GetFiles(Path.Combine(root, "loki_stages"), "*.json").Select(static file => Path.GetFileNameWithoutExtension(file)).Order()]
            : [];

    [ConformanceTheory]
    [MemberData(nameof(Sets))]
    public void Stages_do_to_entries_what_Alloy_does(string name)
    {
        using JsonDocument document = Conformance.Load($"loki_stages/{name}.json");
        var set = new ConformanceSet($"loki_stages/{name}");
        foreach (JsonElement json in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var @case = new StageCase(json);
            if (@case.IsSupported)
            {
                set.Case(@case.Id, () => @case.Check(together: false) ?? (HasDelays(json) ? null : @case.Check(together: true)));
            }
            else
            {
                set.Skip();
            }
        }
        set.Finish();
    }

    private static bool HasDelays(JsonElement json) =>
        json.GetProperty("input").EnumerateArray().Any(static entry => entry.TryGetProperty("delay_ms", out _));
}
