using System.Text.RegularExpressions;
using Agent.Testing;

namespace Agent.EndToEnd.Prometheus;

/// <summary>The metrics of the node in a production DaemonSet, as they stand in its configuration.</summary>
public sealed partial class NodeMetricsTests : IDisposable
{
    private const string Seed = "conveyor-daemonset.alloy";
    private const string Exporter = "prometheus.exporter.unix";

    // Values move between two looks. What differs is what differs at each of several.
    private const int Looks = 5;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [SeedPeerFact(Seed, [Peer.NodeExporter], Exporter)]
    public async Task Families_labels_types_and_values_are_those_of_node_exporter()
    {
        string block = SeedBlocks.Of(Seed, Exporter + ".node");
        _workspace.Configure(block);
        await using NodeExporter exporter = await NodeExporter.StartAsync(Names().Matches(block).Skip(1).Select(static name => name.Groups[1].Value));
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        List<string>? differences = null;
        for (int look = 0; look < Looks && differences is not []; look++)
        {
            ExposedMetrics before = await exporter.ReadAsync();
            ExposedMetrics ours = await ReadAsync(agent);
            ExposedMetrics after = await exporter.ReadAsync();
            IEnumerable<string> found = NodeMetricsDifference.Between(before, ours, after);
            // The same difference may show another value each time: it is known by what it begins with.
            differences = differences is null ? [.. found] : [.. found.Where(next => differences.Any(last => last.Split(' ')[0] == next.Split(' ')[0]))];
            Assert.True(before.Types.Count > 100, $"node_exporter tells of {before.Types.Count} families");
        }
        Assert.True(differences is [], string.Join('\n', differences!));

        ExposedMetrics host = await ReadAsync(agent);
        ExposedMetrics theirs = await exporter.ReadAsync();
        Assert.Equal(theirs.Series["node_memory_MemTotal_bytes"], host.Series["node_memory_MemTotal_bytes"]);
        Assert.Contains(host.Series.Keys, static series => series.StartsWith("node_filesystem_size_bytes{", StringComparison.Ordinal));
        Assert.All(host.Series.Where(static series => series.Key.StartsWith("node_scrape_collector_success", StringComparison.Ordinal)), static series => Assert.Equal(1, series.Value));
    }

    [SeedPeerFact(Seed, [Peer.Prometheus], Exporter)]
    public async Task Metrics_of_the_node_arrive_with_the_labels_of_the_cluster()
    {
        await using PrometheusServer server = await PrometheusServer.StartAsync();
        _workspace.Configure(SeedBlocks.Of(Seed, Exporter + ".node", "prometheus.scrape.node_metrics", "prometheus.remote_write.mimir"));
        await using RunningAgent agent = await RunningAgent.StartAsync(new AgentStart(_workspace.Configuration)
        {
            Storage = _workspace.Storage,
            Environment = environment =>
            {
                environment["MIMIR_WRITE_URL"] = server.WriteUrl;
                environment["DC_LABEL"] = "fra-1";
            },
        });

        // It is scraped once in 30 s.
        await server.CountIsAsync(1, "up{job=\"integrations/unix\",cluster=\"conveyor-platform\",dc=\"fra-1\"} == 1", TimeSpan.FromSeconds(60));

        ExposedMetrics host = await ReadAsync(agent);
        await server.ValueIsAsync(host.Series["node_memory_MemTotal_bytes"], "node_memory_MemTotal_bytes");
        await server.ValueIsAsync(host.Series.Count, "scrape_samples_scraped");
        // Those of one scrape come in several requests.
        string[] missing = [];
        await Eventually.TrueAsync(
            async () =>
            {
                IReadOnlyList<QueriedSeries> names = await server.QueryAsync("count by (__name__) ({job=\"integrations/unix\",dc=\"fra-1\"})");
                missing = [.. host.Series.Keys.Select(ExposedMetrics.FamilyOf).Except(names.Select(static series => series.Labels["__name__"]))];
                return missing.Length == 0;
            },
            () => $"{string.Join(' ', missing)} did not come");
        await server.AssertTookEverythingAsync();
    }

    private static async Task<ExposedMetrics> ReadAsync(RunningAgent agent) =>
        ExposedMetrics.Parse(await agent.GetAsync($"/api/v0/component/{Exporter}.node/metrics"));

    /// <summary>What stands in quotes: the label of the block first, then its collectors.</summary>
    [GeneratedRegex("\"([a-z]+)\"")]
    private static partial Regex Names();
}
