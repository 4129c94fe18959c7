using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.EndToEnd.Prometheus;
using Agent.Testing;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>A production DaemonSet as it stands, all but its tracing, on each node of a cluster.</summary>
[Collection(nameof(ClusterCollection))]
public sealed class ConveyorClusterTests : IDisposable
{
    private const string Seed = ConveyorNode.Seed;
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [ClusterFact(Seed, Peer.Prometheus)]
    public async Task Each_agent_scrapes_what_the_rules_say_of_its_node_and_reads_the_logs_of_all_running_pods()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync();
        cluster.Api.Logs = ConveyorNode.WriteLogAsync;
        await using PrometheusServer mimir = await PrometheusServer.StartAsync();
        await using LokiSink loki = await LokiSink.StartAsync();
        Configure();
        foreach (string node in cluster.Nodes.Select(ClusterView.Name))
        {
            await using RunningAgent agent = await StartAsync(cluster, node, mimir, loki);

            await TargetsAreAsync(agent, Expected(cluster, node));
            await AuditArrivesAsync(loki, node);
        }
        // What they read is the same: the configuration keeps no node.
        string[] wanted = [.. Containers(cluster).Order(StringComparer.Ordinal)];
        await Eventually.TrueAsync(
            () => Streams(loki).SequenceEqual(wanted),
            () => $"came:\n{string.Join('\n', Streams(loki).Except(wanted))}\nmissing:\n{string.Join('\n', wanted.Except(Streams(loki)))}");
        loki.AssertCorrectRequests();
        Assert.All(cluster.Scrapes.Where(static scrape => scrape.Url.Contains(":10250/", StringComparison.Ordinal)),
            static scrape => Assert.Equal($"Bearer {LoopbackCluster.Token}", scrape.Authorization));
    }

    // Targets are scraped once in 30 s: the first half minute brings each of them.
    [ClusterFact(Seed, Peer.Prometheus)]
    public async Task What_is_scraped_of_a_node_arrives()
    {
        const string Node = "node-a";
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync();
        await using PrometheusServer mimir = await PrometheusServer.StartAsync();
        await using LokiSink loki = await LokiSink.StartAsync();
        Configure();
        await using RunningAgent agent = await StartAsync(cluster, Node, mimir, loki);

        foreach (IGrouping<string, ScrapedTarget> job in Expected(cluster, Node).GroupBy(static target => target.Labels["job"]))
        {
            await mimir.CountIsAsync(
                job.Count(), $"shown{{job=\"{job.Key}\",cluster=\"conveyor-platform\",dc=\"fra-1\"}} == 1", TimeSpan.FromSeconds(75));
        }
        await mimir.AssertTookEverythingAsync();
    }

    [ClusterFact(Seed, Peer.Prometheus)]
    public async Task What_rules_keep_of_a_node_is_asked_for_alone_and_what_they_do_not_keep_is_asked_for_whole()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync();
        await using PrometheusServer mimir = await PrometheusServer.StartAsync();
        await using LokiSink loki = await LokiSink.StartAsync();
        Configure();
        await using (RunningAgent agent = await StartAsync(cluster, "node-b", mimir, loki))
        {
            await TargetsAreAsync(agent, Expected(cluster, "node-b"));
        }

        Assert.All(Queries(cluster, "nodes"), static query => Assert.Contains("fieldSelector=metadata.name%3Dnode-b", query, StringComparison.Ordinal));
        // The annotated pods of all nodes are scraped, and the logs of all are read.
        Assert.All(Queries(cluster, "pods"), static query => Assert.DoesNotContain("nodeName", query, StringComparison.Ordinal));
    }

    private void Configure() => ConveyorNode.Configure(_workspace);

    private Task<RunningAgent> StartAsync(LoopbackCluster cluster, string node, PrometheusServer mimir, LokiSink loki) =>
        new ConveyorNode(_workspace, cluster, mimir, loki).StartAsync(node);

    private static async Task AuditArrivesAsync(LokiSink loki, string node)
    {
        string user = $"\"username\":\"{node}\"";
        SinkEntry entry = await loki.LineAsync(user);
        Assert.Equal(
            [
                ("audit_level", "Metadata"), ("audit_ns", "shop"), ("cluster", "conveyor-platform"), ("dc", "fra-1"),
                ("filename", "/var/log/kube-audit/audit.log"), ("job", "kube-audit"), ("resource", "pods"), ("source", "audit"), ("status_code", "200"),
                ("user", node), ("verb", "get"),
            ],
            entry.Labels.OrderBy(static label => label.Key, StringComparer.Ordinal).Select(static label => (label.Key, label.Value)));
        Assert.DoesNotContain(loki.Lines, line => line.Contains(user, StringComparison.Ordinal) && line.Contains("leases", StringComparison.Ordinal));
    }

    private static Task TargetsAreAsync(RunningAgent agent, IReadOnlyList<ScrapedTarget> wanted)
    {
        string[] expected = [.. wanted.Select(static target => target.ToString()).Order(StringComparer.Ordinal)];
        string[] last = [];
        return Eventually.TrueAsync(
            async () => (last = await ActiveAsync(agent)).SequenceEqual(expected),
            () => $"more:\n{string.Join('\n', last.Except(expected))}\nmissing:\n{string.Join('\n', expected.Except(last))}");
    }

    /// <summary>All active targets, but for those that no cluster is asked for.</summary>
    private static async Task<string[]> ActiveAsync(RunningAgent agent)
    {
        using JsonDocument answer = JsonDocument.Parse(await agent.GetAsync("/api/v1/targets?state=active"));
        return
        [
            .. answer.RootElement.GetProperty("data").GetProperty("activeTargets").EnumerateArray()
                .Select(static target => new ScrapedTarget(
                    target.GetProperty("scrapeUrl").GetString()!,
                    target.GetProperty("labels").EnumerateObject().ToDictionary(static label => label.Name, static label => label.Value.GetString()!)))
                .Where(static target => target.Labels["job"] is not ("integrations/unix" or "blackbox"))
                .Select(static target => target.ToString()).Order(StringComparer.Ordinal),
        ];
    }

    private static List<ScrapedTarget> Expected(LoopbackCluster cluster, string node)
    {
        string address = cluster.Nodes.First(item => item.Name() == node).InternalAddress();
        var targets = new List<ScrapedTarget>
        {
            new($"https://{address}:10250/metrics", Of("prometheus.scrape.kubelet", node, ("node", node))),
            new($"https://{address}:10250/metrics/cadvisor", Of("prometheus.scrape.cadvisor", node, ("node", node))),
            new($"https://{address}:6443/metrics", Of("apiserver", node, ("node", node))),
            new($"http://{address}:2381/metrics", Of("prometheus.scrape.etcd", node, ("node", node))),
        };
        foreach (JsonObject pod in cluster.Pods.Where(static pod => pod.Address() is not null))
        {
            string ip = pod.Address()!;
            if (pod.Annotation("prometheus.io/scrape") == "true")
            {
                targets.Add(new($"http://{ip}:8080/metrics", Of("prometheus.scrape.pod_metrics", $"{ip}:8080", ("namespace", pod.NamespaceOf()), ("pod", pod.Name()))));
            }
            if (pod.NamespaceOf() == "kube-system" && pod.Node() == node && pod.Containers().Any(static container => container.ContainerName() == "coredns"))
            {
                targets.Add(new($"http://{ip}:9153/metrics", Of("coredns", $"{ip}:9153", ("pod", pod.Name()), ("node", node))));
            }
            if (pod.Label("cnpg.io/cluster") is { } name)
            {
                targets.Add(new($"http://{ip}:9187/metrics", Of(
                    "prometheus.scrape.cnpg_metrics", $"{ip}:9187", ("namespace", pod.NamespaceOf()), ("pod", pod.Name()), ("cluster_name", name))));
            }
        }
        return targets;
    }

    private static Dictionary<string, string> Of(string job, string instance, params (string Name, string Value)[] labels) =>
        labels.Append(("job", job)).Append(("instance", instance)).ToDictionary(static label => label.Item1, static label => label.Item2);

    /// <summary>The streams that the rules make of the containers of running pods.</summary>
    private static IEnumerable<string> Containers(LoopbackCluster cluster) =>
        from pod in cluster.Pods
        where pod.Phase() == "Running" && pod.Address() is not null
        from container in pod.Containers()
        select Text(
        [
            ("app", pod.Label("app.kubernetes.io/name")!), ("cluster", "conveyor-platform"), ("container", container.ContainerName()), ("dc", "fra-1"),
            ("instance", $"{pod.NamespaceOf()}/{pod.Name()}:{container.ContainerName()}"), ("job", "loki.source.kubernetes.pod_logs"), ("namespace", pod.NamespaceOf()), ("node", pod.Node()), ("pod", pod.Name()), ("source", "kubernetes"),
        ]);

    private static string[] Streams(LokiSink loki) =>
    [
        .. loki.Entries.Where(static entry => entry.Labels.GetValueOrDefault("source") == "kubernetes")
            .Select(static entry => Text(entry.Labels.Select(static label => (label.Key, label.Value)))).Distinct().Order(StringComparer.Ordinal),
    ];

    private static string Text(IEnumerable<(string Name, string Value)> labels) =>
        string.Join(',', labels.OrderBy(static label => label.Name, StringComparer.Ordinal).Select(static label => $"{label.Name}={label.Value}"));

    private static IEnumerable<string> Queries(LoopbackCluster cluster, string resource) => cluster.Api.Requests
        .Where(request => request.Resource == resource && request.Verb is ("list" or "watch")).Select(static request => request.Path);

    private sealed record ScrapedTarget(string Url, IReadOnlyDictionary<string, string> Labels)
    {
        public override string ToString() => $"{Url} {Text(Labels.Select(static label => (label.Key, label.Value)))}";
    }
}
