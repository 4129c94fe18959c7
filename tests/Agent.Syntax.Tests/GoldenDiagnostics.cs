using System.Text.Json;

namespace Agent.Syntax.Tests;

/// <summary>Compares diagnostics with those of the golden data: all of them, in order, with their ends where given.</summary>
internal static class GoldenDiagnostics
{
    public static string? Compare(JsonElement expected, IReadOnlyCollection<Diagnostic> actual)
    {
        string[] wanted = [.. expected.EnumerateArray().Select(Describe)];
        string[] found = [.. actual.Select(Describe)];
        return wanted.SequenceEqual(found)
            ? null
            : $"expected\n  {string.Join("\n  ", wanted)}\ngot\n  {string.Join("\n  ", found)}";
    }

    private static string Describe(JsonElement diagnostic)
    {
        string text = $"{diagnostic.GetProperty("severity").GetString()} {Describe(diagnostic, "start")}";
        return $"{text}{Describe(diagnostic, "end")} {diagnostic.GetProperty("message").GetString()}";
    }

    private static string Describe(JsonElement diagnostic, string name) =>
        diagnostic.TryGetProperty(name, out JsonElement place)
            ? $"[{place.GetProperty("line").GetInt32()}:{place.GetProperty("column").GetInt32()}@{place.GetProperty("offset").GetInt32()}]"
            : "";

    private static string Describe(Diagnostic diagnostic)
    {
        TextSpan span = diagnostic.Span;
        string end = span.End > span.Start ? Describe(span.Source!.Position(span.End - 1), span.End - 1) : "";
        string severity = diagnostic.Severity == Severity.Error ? "error" : "warning";
        return $"{severity} {Describe(span.StartPosition, span.Start)}{end} {diagnostic.Message}";
    }

    private static string Describe(LinePosition position, int offset) => $"[{position}@{offset}]";
}
