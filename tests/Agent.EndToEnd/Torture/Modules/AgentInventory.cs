using System.Text.Json;
using System.Text.RegularExpressions;

namespace Agent.EndToEnd.Torture.Modules;

/// <summary>What an agent says that it has: components, those in modules too, and the components that its metrics are of.</summary>
/// <param name="Components">Global ids, from the UI API.</param>
/// <param name="Measured">Path and id of each component that has a metric.</param>
internal sealed partial record AgentInventory(IReadOnlySet<string> Components, IReadOnlySet<string> Measured)
{
    public static async Task<AgentInventory> OfAsync(RunningAgent agent)
    {
        var components = new SortedSet<string>(StringComparer.Ordinal);
        await CollectAsync(agent, "", components);
        var measured = new SortedSet<string>(StringComparer.Ordinal);
        string metrics = await agent.GetAsync("/metrics");
        foreach (Match labels in MetricLabels().Matches(metrics))
        {
            measured.Add($"{labels.Groups["path"].Value.TrimEnd('/')}/{labels.Groups["id"].Value}");
        }
        foreach (Match receiver in Receivers().Matches(metrics))
        {
            measured.Add($"/{receiver.Groups["id"].Value}");
        }
        return new AgentInventory(components, measured);
    }

    /// <summary>The components at the root.</summary>
    public static async Task<IReadOnlySet<string>> RootAsync(RunningAgent agent)
    {
        using JsonDocument list = JsonDocument.Parse(await agent.GetAsync("/api/v0/web/components"));
        return list.RootElement.EnumerateArray().Select(static component => component.GetProperty("localID").GetString()!).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>What this one has beyond another, and the other way round.</summary>
    /// <returns>Empty where they are alike.</returns>
    public IEnumerable<string> Differences(AgentInventory fresh)
    {
        IEnumerable<string> Named(string what, IEnumerable<string> ids) => ids.Select(id => $"{what}: {id}");
        return
        [
            .. Named("component left behind", Components.Except(fresh.Components)),
            .. Named("component missing", fresh.Components.Except(Components)),
            .. Named("metrics left behind", Measured.Except(fresh.Measured)),
            .. Named("metrics missing", fresh.Measured.Except(Measured)),
        ];
    }

    private static async Task CollectAsync(RunningAgent agent, string module, SortedSet<string> found)
    {
        string path = module.Length == 0 ? "/api/v0/web/components" : $"/api/v0/web/modules/{module}/components";
        using JsonDocument list = JsonDocument.Parse(await agent.GetAsync(path));
        foreach (JsonElement component in list.RootElement.EnumerateArray())
        {
            string id = component.GetProperty("localID").GetString()!;
            found.Add(module.Length == 0 ? id : $"{module}/{id}");
            foreach (JsonElement inner in component.GetProperty("createdModuleIDs").EnumerateArray())
            {
                await CollectAsync(agent, inner.GetString()!, found);
            }
        }
    }

    [GeneratedRegex("""\{(?=[^}\n]*component_path="(?<path>[^"]*)")(?=[^}\n]*\bcomponent_id="(?<id>[^"]*)")""")]
    private static partial Regex MetricLabels();

    [GeneratedRegex("""to_component_id="(?<id>[^"]*)""")]
    private static partial Regex Receivers();
}
