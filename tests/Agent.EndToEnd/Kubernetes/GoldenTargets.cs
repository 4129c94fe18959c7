using System.Text.Json;
using Agent.Testing;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>What blocks of production configurations make of the captured cluster: one line each, in files that are written from reading the rules.</summary>
internal static class GoldenTargets
{
    private const string Folder = "tests/Agent.EndToEnd/Kubernetes/Expected";

    public static string[] Of(string name) => File.ReadAllLines(Path.Combine(Repository.PathOf(Folder), $"{name}.txt"));

    /// <summary>Those of one node; its name stands before them in the file.</summary>
    public static string[] Of(string name, string node) =>
    [
        .. Of(name).Where(line => line.StartsWith(node + " ", StringComparison.Ordinal)).Select(line => line[(node.Length + 1)..]),
    ];

    /// <summary>Waits until the targets that a <c>discovery.relabel</c> hands on are as wanted; labels of the discovery itself do not count.</summary>
    public static Task AreAsync(RunningAgent agent, string block, string[] wanted) =>
        LinesAreAsync(wanted, async () => await ShownAsync(agent, block));

    /// <summary>Waits until lines are as wanted, in whatever order.</summary>
    public static Task LinesAreAsync(string[] wanted, Func<ValueTask<IReadOnlyList<string>>> read)
    {
        string[] sorted = [.. wanted.Order(StringComparer.Ordinal)];
        Assert.NotEmpty(sorted);
        string[] last = [];
        return Eventually.TrueAsync(
            async () => (last = [.. (await read()).Order(StringComparer.Ordinal)]).SequenceEqual(sorted),
            () => $"{last.Length} lines, not {sorted.Length}; more:\n{string.Join('\n', last.Except(sorted))}\nmissing:\n{string.Join('\n', sorted.Except(last))}");
    }

    /// <summary>Labels as the files have them.</summary>
    public static string Text(IEnumerable<KeyValuePair<string, string>> labels) =>
        string.Join(',', labels.OrderBy(static label => label.Key, StringComparer.Ordinal).Select(static label => $"{label.Key}={label.Value}"));

    private static async Task<IReadOnlyList<string>> ShownAsync(RunningAgent agent, string block)
    {
        using JsonDocument shown = JsonDocument.Parse(await agent.GetAsync($"/api/v0/web/components/{block}"));
        JsonElement output = shown.RootElement.GetProperty("exports").EnumerateArray().First(static export => export.GetProperty("name").GetString() == "output");
        return
        [
            .. output.GetProperty("value").GetProperty("value").EnumerateArray().Select(static target => Text(
                target.GetProperty("value").EnumerateArray()
                    .Select(static label => KeyValuePair.Create(label.GetProperty("key").GetString()!, label.GetProperty("value").GetProperty("value").GetString()!))
                    .Where(static label => !label.Key.StartsWith("__meta_", StringComparison.Ordinal)))),
        ];
    }
}
