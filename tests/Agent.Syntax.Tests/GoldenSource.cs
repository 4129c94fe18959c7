using System.Text.Json;

namespace Agent.Syntax.Tests;

internal static class GoldenSource
{
    public static SourceText Of(JsonElement @case) => @case.TryGetProperty("src_base64", out JsonElement bytes)
        ? new SourceText("main.alloy", bytes.GetBytesFromBase64())
        : new SourceText("main.alloy", @case.GetProperty("src").GetString()!);

    public static string Id(JsonElement @case) => @case.GetProperty("id").GetString()!;

    /// <summary>Null where two texts are the same, else both.</summary>
    public static string? Differ(string expected, string actual) =>
        expected == actual ? null : $"expected\n{expected}\ngot\n{actual}";
}
