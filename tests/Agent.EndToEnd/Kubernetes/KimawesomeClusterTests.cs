using System.Text.Json;
using Agent.EndToEnd.Prometheus;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>A production DaemonSet on each node of a cluster: logs, journal and exporters of the node, and the events of the cluster.</summary>
[Collection(nameof(ClusterCollection))]
public sealed class KimawesomeClusterTests : IDisposable
{
    private const string Seed = KimawesomeNode.Seed;
    private const string EventJob = "integrations/kubernetes/eventhandler";

    /// <summary>The name of the component: as in Alloy it stands over the label of that name that the configuration sets.</summary>
    private const string JournalJob = "loki.source.journal.node";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    // Targets are scraped once a minute: the first minute brings each of them.
    [ClusterFact(Seed, Peer.Prometheus)]
    public async Task Each_agent_takes_the_logs_and_the_exporters_of_its_own_node()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync(isScraped: false);
        await using ScrapedServers exporters = await ScrapedServers.StartAsync(KimawesomeNode.ExporterAddresses);
        await using PrometheusServer prometheus = await PrometheusServer.StartAsync();
        await using LokiSink loki = await LokiSink.StartAsync();
        KimawesomeNode.AddExporters(cluster);
        KimawesomeNode.Configure(_workspace);
        var daemonSet = new KimawesomeNode(_workspace, cluster, loki) { PrometheusUrl = prometheus.WriteUrl };
        List<RunningAgent> agents = [];
        try
        {
            foreach (string node in KimawesomeNode.Nodes)
            {
                daemonSet.WriteLogs(node);
                RunningAgent agent = await daemonSet.StartAsync(node);
                agents.Add(agent);
                await GoldenTargets.AreAsync(agent, "discovery.relabel.pod_logs", GoldenTargets.Of("kimawesome_pod_logs", node));
                string[] scraped = GoldenTargets.Of("kimawesome_node_exporters", node);
                await GoldenTargets.AreAsync(agent, "discovery.relabel.node_exporters", scraped);
                await GoldenTargets.LinesAreAsync([.. scraped.Select(Scraped)], async () => await ActiveAsync(agent));
            }
            // One line of each container of the node, and none of another node's, whose logs lie there too.
            await GoldenTargets.LinesAreAsync(
                [.. KimawesomeNode.Nodes.SelectMany(static node => Lines(node))],
                () => ValueTask.FromResult<IReadOnlyList<string>>([.. PodEntries(loki).Select(static entry => $"{entry.Labels["node"]} {entry.Line}")]));
            await prometheus.CountIsAsync(6, "shown{cluster=\"kimawesome\"} == 1", TimeSpan.FromSeconds(90));
            await prometheus.AssertTookEverythingAsync();
        }
        finally
        {
            foreach (RunningAgent agent in agents)
            {
                await agent.DisposeAsync();
            }
        }
        Assert.Equal(
            KimawesomeNode.ExporterAddresses.Select(static address => $"http://{address}/metrics").Order(StringComparer.Ordinal),
            exporters.Scrapes.Distinct().Order(StringComparer.Ordinal));
        Assert.All(
            cluster.Api.Requests.Where(static request => request.Resource == "pods"),
            static request => Assert.Contains("fieldSelector=spec.nodeName%3Dnode-", request.Path, StringComparison.Ordinal));
        loki.AssertCorrectRequests();
    }

    [JournalClusterFact(Seed)]
    public async Task The_journal_of_each_node_arrives_as_its_rules_keep_it()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync(isScraped: false);
        await using LokiSink loki = await LokiSink.StartAsync();
        KimawesomeNode.Configure(_workspace);
        var daemonSet = new KimawesomeNode(_workspace, cluster, loki);
        foreach (string node in KimawesomeNode.Nodes)
        {
            JournalExport.Write(
                Path.Combine(daemonSet.Root(node).Logs, "journal"),
                (node, "kubelet.service", 6, $"pod started on {node}"), (node, "sshd.service", 6, "left out"), (node, "containerd.service", 4, $"image gone from {node}"));
            await using RunningAgent agent = await daemonSet.StartAsync(node);
            await loki.LineAsync($"image gone from {node}");
            Assert.Equal(0, await agent.StopAsync());
        }
        // Where each had come to is known: nothing comes again.
        await using (RunningAgent again = await daemonSet.StartAsync("node-a"))
        {
            JournalExport.Write(Path.Combine(daemonSet.Root("node-a").Logs, "journal"), ("node-a", "kubelet.service", 3, "later"));
            await loki.LineAsync("later");
        }

        Assert.Equal(
            KimawesomeNode.Nodes.SelectMany(static node => (string[])
            [
                $"cluster=kimawesome,job={JournalJob},level=info,node={node},unit=kubelet.service pod started on {node}",
                $"cluster=kimawesome,job={JournalJob},level=warning,node={node},unit=containerd.service image gone from {node}",
            ]).Append($"cluster=kimawesome,job={JournalJob},level=error,node=node-a,unit=kubelet.service later"),
            loki.Entries.Where(static entry => entry.Labels["job"] == JournalJob).Select(static entry => $"{GoldenTargets.Text(entry.Labels)} {entry.Line}"));
        loki.AssertCorrectRequests();
    }

    [ClusterFact(Seed)]
    public async Task Events_come_once_though_the_agent_starts_again()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync(isScraped: false);
        await using LokiSink loki = await LokiSink.StartAsync();
        KimawesomeNode.Configure(_workspace);
        var daemonSet = new KimawesomeNode(_workspace, cluster, loki);
        List<string> wanted = [.. GoldenTargets.Of("kimawesome_events")];

        for (int start = 0; start < 3; start++)
        {
            await using RunningAgent agent = await daemonSet.StartAsync("node-a");
            wanted.Add(AddEvent(cluster, $"while-{start}"));
            await EventsAreAsync(loki, wanted);
            Assert.Equal(0, await agent.StopAsync());
            wanted.Add(AddEvent(cluster, $"between-{start}"));
        }
        await using (RunningAgent last = await daemonSet.StartAsync("node-a"))
        {
            await EventsAreAsync(loki, wanted);
        }
        Assert.All(Events(loki), static entry =>
        {
            Assert.Equal("kimawesome", entry.Labels["cluster"]);
            Assert.Equal("loki.source.kubernetes_events.cluster", entry.Labels["instance"]);
        });
        loki.AssertCorrectRequests();
    }

    [ClusterFact(Seed)]
    public async Task Of_three_agents_one_reads_the_events_and_the_next_goes_on_where_it_ended()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync(isScraped: false);
        await using LokiSink loki = await LokiSink.StartAsync();
        KimawesomeNode.Configure(_workspace);
        var daemonSet = new KimawesomeNode(_workspace, cluster, loki);
        List<string> wanted = [.. GoldenTargets.Of("kimawesome_events")];
        var agents = new Dictionary<string, RunningAgent>(StringComparer.Ordinal);
        try
        {
            foreach (string node in KimawesomeNode.Nodes)
            {
                agents.Add(node, await daemonSet.StartAsync(node));
            }
            while (agents.Count > 0)
            {
                wanted.Add(AddEvent(cluster, $"with-{agents.Count}"));
                await EventsAreAsync(loki, wanted);
                string leader = Assert.Single(await LeadersAsync(agents));
                Assert.Equal(0, await agents[leader].StopAsync());
                await agents[leader].DisposeAsync();
                agents.Remove(leader);
            }
        }
        finally
        {
            foreach (RunningAgent agent in agents.Values)
            {
                await agent.DisposeAsync();
            }
        }
        loki.AssertCorrectRequests();
    }

    /// <summary>The nodes whose agent reads the events.</summary>
    private static async Task<List<string>> LeadersAsync(Dictionary<string, RunningAgent> agents)
    {
        List<string> leaders = [];
        foreach ((string node, RunningAgent agent) in agents)
        {
            if (await agent.HealthAsync("loki.source.kubernetes_events.cluster") == "healthy: reading")
            {
                leaders.Add(node);
            }
        }
        return leaders;
    }

    /// <summary>Puts an event into the cluster; gives namespace and line of it.</summary>
    private static string AddEvent(LoopbackCluster cluster, string name)
    {
        string version = cluster.Api.Put("v1/events", $$"""
            {
              "metadata": { "name": "{{name}}", "namespace": "shop" },
              "involvedObject": { "kind": "Node", "namespace": "shop", "name": "{{name}}" }, "reason": "Seen", "type": "Normal", "count": 2,
              "message": "a \"b\"", "lastTimestamp": "2026-11-20T11:00:00Z"
            }
            """);
        return $"shop name={name} kind=Node eventRV={version} reason=Seen type=Normal count=2 msg=\"a \\\"b\\\"\" ";
    }

    private static Task EventsAreAsync(LokiSink loki, IReadOnlyCollection<string> wanted) => GoldenTargets.LinesAreAsync(
        [.. wanted], () => ValueTask.FromResult<IReadOnlyList<string>>([.. Events(loki).Select(static entry => $"{entry.Labels["namespace"]} {entry.Line}")]));

    private static IEnumerable<SinkEntry> Events(LokiSink loki) => loki.Entries.Where(static entry => entry.Labels.GetValueOrDefault("job") == EventJob);

    private static IEnumerable<SinkEntry> PodEntries(LokiSink loki) => loki.Entries.Where(static entry => entry.Labels.ContainsKey("controller"));

    /// <summary>The lines that <see cref="KimawesomeNode.WriteLogs"/> writes for the targets of a node.</summary>
    private static IEnumerable<string> Lines(string node) => GoldenTargets.Of("kimawesome_pod_logs", node).Select(target =>
    {
        // /var/log/pods/NAMESPACE_POD_UID/CONTAINER/*.log
        string[] path = target.Split(',').First(static label => label.StartsWith("__path__=", StringComparison.Ordinal)).Split('/');
        return $"{node} {node} has {path[4].Split('_')[1]} {path[5]}";
    }).Distinct();

    /// <summary>The target as it is scraped: its address becomes the URL.</summary>
    private static string Scraped(string target)
    {
        string address = target.Split(',')[0]["__address__=".Length..];
        return $"http://{address}/metrics {target[(target.IndexOf(',', StringComparison.Ordinal) + 1)..]}";
    }

    private static async Task<IReadOnlyList<string>> ActiveAsync(RunningAgent agent)
    {
        using JsonDocument answer = JsonDocument.Parse(await agent.GetAsync("/api/v1/targets?state=active"));
        return
        [
            .. answer.RootElement.GetProperty("data").GetProperty("activeTargets").EnumerateArray().Select(static target =>
                $"{target.GetProperty("scrapeUrl").GetString()} "
                + GoldenTargets.Text(target.GetProperty("labels").EnumerateObject().Select(static label => KeyValuePair.Create(label.Name, label.Value.GetString()!)))),
        ];
    }
}
