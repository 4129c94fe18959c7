using System.Text.Json;
using Agent.Testing;

namespace Agent.Conversion.Tests;

/// <summary>The configurations that Alloy's own converter is tested with, with what it makes of them.</summary>
public sealed class ConversionConformanceTests
{
    [ConformanceFact]
    public void Prometheus_is_converted_as_Alloy_converts_it() => Check("prometheus", "convert/prometheus");

    [ConformanceFact]
    public void Promtail_is_converted_as_Alloy_converts_it() => Check("promtail", "convert/promtail");

    [ConformanceFact]
    public void Grafana_Agent_is_converted_as_Alloy_converts_it() => Check("static", "convert/static");

    private static void Check(string format, string name)
    {
        var set = new ConformanceSet(name);
        using JsonDocument index = Conformance.Load("convert/index.json");
        foreach (JsonElement test in index.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (test.GetProperty("source_format").GetString() == format)
            {
                set.Case(test.GetProperty("id").GetString()!, () => Difference(format, test));
            }
        }
        set.Finish();
    }

    private static string? Difference(string format, JsonElement test)
    {
        ConversionResult result = Converting.From(format, File.ReadAllBytes(PathOf(test, "input")!), Arguments(test));
        string findings = ConversionReport.Lines(result.Diagnostics, ConversionSeverity.Warning);
        string expectedFindings = PathOf(test, "expected_diags") is { } diags ? File.ReadAllText(diags).TrimEnd() : "";
        if (findings != expectedFindings)
        {
            return $"findings are\n{findings}\n but should be\n{expectedFindings}";
        }
        if (PathOf(test, "expected_alloy") is not { } path)
        {
            return result.IsUsable(bypassErrors: false) ? "it is converted, but should not be" : null;
        }
        string expected = Converting.Formatted(File.ReadAllText(path));
        string actual = result.Configuration is null ? "" : Converting.Text(result);
        return actual == expected ? null : FirstDifference(actual, expected);
    }

    // As Alloy's own tests run the folders.
    private static string[] Arguments(JsonElement test) =>
        test.GetProperty("source_format").GetString() != "static" ? []
        : test.GetProperty("id").GetString()!.StartsWith("static-v2/", StringComparison.Ordinal) ? ["-enable-features", "integrations-next", "-config.expand-env"]
        : ["-config.expand-env"];

    private static string? PathOf(JsonElement test, string name) =>
        test.TryGetProperty(name, out JsonElement file) ? Conformance.PathOf("convert/" + file.GetString()) : null;

    private static string FirstDifference(string actual, string expected)
    {
        string[] actualLines = actual.Split('\n');
        string[] expectedLines = expected.Split('\n');
        int line = 0;
        while (line < Math.Min(actualLines.Length, expectedLines.Length) && actualLines[line] == expectedLines[line])
        {
            line++;
        }
        return $"line {line + 1} is\n{string.Join('\n', actualLines.Skip(line).Take(6))}\n but should be\n{string.Join('\n', expectedLines.Skip(line).Take(6))}";
    }
}
