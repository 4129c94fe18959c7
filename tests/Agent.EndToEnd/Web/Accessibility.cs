using System.Text.Json;
using Agent.Testing;

namespace Agent.EndToEnd.Web;

/// <summary>What axe-core, of the UI's development packages, finds on a page.</summary>
internal static class Accessibility
{
    // The rules' verdicts that a reader cannot be expected to live with.
    private const string Question = """
        async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
            .filter(violation => violation.impact === "serious" || violation.impact === "critical")
            .map(violation => `${violation.id} (${violation.impact}): ${violation.nodes.slice(0, 3).map(node => `${node.html.slice(0, 200)} ${node.failureSummary}`).join(" | ")}`)
        """;

    /// <summary>The source text; null where the packages are not installed. Pages forbid scripts from elsewhere, so it is put into the browser.</summary>
    public static string? Script { get; } = Read(Repository.PathOf("src/Agent.Web/ui/node_modules/axe-core/axe.min.js"));

    public static string? Lack => Script is null ? "axe-core is not among the UI's packages: run build/ui" : null;

    /// <summary>Serious and critical violations of the page as it stands.</summary>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(Screen screen)
    {
        JsonElement? found = await screen.Page.EvaluateAsync(Question);
        return [.. found!.Value.EnumerateArray().Select(static one => one.GetString()!)];
    }

    private static string? Read(string path) => File.Exists(path) ? File.ReadAllText(path) : null;
}
