using System.Text.Json;
using Agent.Testing;

namespace Agent.EndToEnd.Prometheus;

/// <summary>The agent's answers to questions for Prometheus, beside those of a Prometheus that scrapes the same target.</summary>
public sealed class TargetApiTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [PeerFact(Peer.Prometheus)]
    public async Task Targets_and_metadata_are_told_as_Prometheus_tells_them()
    {
        await using MetricsPage page = await MetricsPage.StartAsync(
            "# HELP a_seconds Time, \"große\".\n# TYPE a_seconds histogram\na_seconds_bucket{le=\"+Inf\"} 1\na_seconds_sum 1\na_seconds_count 1\n# TYPE b counter\nb 1\n# HELP c Only help.\nc 1\n");
        await using PrometheusServer server = await PrometheusServer.StartAsync(
            $$"""[{job_name: shop, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{targets: ["{{page.Address}}"], labels: {__meta_x: "y"} }] }]""");
        _workspace.Configure($$"""
            prometheus.scrape "shop" {
                targets         = [{__address__ = "{{page.Address}}", __meta_x = "y"}, {__meta_name = "no address"}]
                forward_to      = []
                job_name        = "shop"
                scrape_interval = "1s"
                scrape_timeout  = "1s"
            }
            """);
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        JsonElement theirs = await UpAsync(async () => await server.DataAsync("targets"));
        JsonElement ours = await UpAsync(async () => await DataAsync(agent, "targets"));

        foreach (JsonProperty field in theirs.EnumerateObject().Where(static field => field.Name is not ("scrapePool" or "lastScrape" or "lastScrapeDuration")))
        {
            Assert.Equal($"{field.Name} {field.Value.GetRawText()}", $"{field.Name} {ours.GetProperty(field.Name).GetRawText()}");
        }
        Assert.Equal(theirs.EnumerateObject().Select(static field => field.Name), ours.EnumerateObject().Select(static field => field.Name));
        Assert.Equal("prometheus.scrape.shop", ours.GetProperty("scrapePool").GetString());
        Assert.InRange(ours.GetProperty("lastScrape").GetDateTimeOffset(), TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow());
        Assert.InRange(ours.GetProperty("lastScrapeDuration").GetDouble(), 1e-6, 1);
        JsonElement dropped = (await DataAsync(agent, "targets?state=dropped")).GetProperty("droppedTargets");
        Assert.Equal("no address", Assert.Single(dropped.EnumerateArray()).GetProperty("discoveredLabels").GetProperty("__meta_name").GetString());
        Assert.Equal(Sorted(await server.DataAsync("metadata")), Sorted(await DataAsync(agent, "metadata")));
    }

    private static async Task<JsonElement> UpAsync(Func<Task<JsonElement>> ask)
    {
        JsonElement active = default;
        await Eventually.TrueAsync(
            async () =>
            {
                active = (await ask()).GetProperty("activeTargets");
                return active.GetArrayLength() == 1 && active[0].GetProperty("health").GetString() == "up";
            },
            () => active.GetRawText());
        return active[0];
    }

    private static IEnumerable<string> Sorted(JsonElement metadata) =>
        metadata.EnumerateObject().Select(static metric => $"{metric.Name} {metric.Value.GetRawText()}").Order(StringComparer.Ordinal);

    private static async Task<JsonElement> DataAsync(RunningAgent agent, string path)
    {
        string text = await agent.GetAsync($"/api/v1/{path}");
        using JsonDocument answer = JsonDocument.Parse(text);
        Assert.True(answer.RootElement.GetProperty("status").GetString() == "success", text);
        return answer.RootElement.GetProperty("data").Clone();
    }
}
