using System.Net;
using System.Text.Json.Nodes;
using Agent.Testing;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>A production configuration for a node, with what components there are of it: no OTLP, and no rules for Mimir's ruler.</summary>
[Collection(nameof(ClusterCollection))]
public sealed class HomelabClusterTests : IDisposable
{
    private const string Seed = "homelab.alloy";
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [ClusterFact(Seed)]
    public async Task Each_agent_asks_for_the_pods_of_its_node_and_sends_their_lines_with_trace_and_image_for_the_tenant()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync(isScraped: false);
        await using LokiSink loki = await LokiSink.StartAsync();
        List<string> wanted = [];
        foreach (string node in cluster.Nodes.Select(ClusterView.Name))
        {
            cluster.Api.Requests.Clear();
            NodeRoot root = WriteLogs(cluster, node);
            await using RunningAgent agent = await StartAsync(cluster, root, (node, loki.Url, "http://127.0.0.1:9/"));
            string[] targets = GoldenTargets.Of("homelab_pods", node);
            await GoldenTargets.AreAsync(agent, "discovery.relabel.pods", targets);
            wanted.AddRange(targets.SelectMany(target => Entries(target, node)).Distinct());
            await GoldenTargets.LinesAreAsync([.. wanted], () => ValueTask.FromResult<IReadOnlyList<string>>(
                [.. loki.Entries.Select(static entry => $"{entry.Tenant} {GoldenTargets.Text(entry.Labels)} {string.Join(',', entry.Metadata)} {entry.Line}")]));
            Assert.All(
                cluster.Api.Requests.Where(static request => request.Resource == "pods"),
                request => Assert.Contains($"fieldSelector=spec.nodeName%3D{node}", request.Path, StringComparison.Ordinal));
        }
        loki.AssertCorrectRequests();
    }

    // Once in 15 s.
    [ClusterFact(Seed)]
    public async Task The_containerd_of_the_node_is_scraped_for_the_tenant()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync(isScraped: false);
        await using ScrapedServers containerd = await ScrapedServers.StartAsync(new IPEndPoint(IPAddress.Loopback, 1338));
        await using LokiSink loki = await LokiSink.StartAsync();
        await using SeriesSink mimir = await SeriesSink.StartAsync();
        NodeRoot root = cluster.Root(_workspace.PathOf("root"));
        await using RunningAgent agent = await StartAsync(cluster, root, ("node-c", loki.Url, mimir.Url));

        await Eventually.TrueAsync(
            () => mimir.Series.Contains(("homelab", "__name__=shown,instance=127.0.0.1:1338,job=containerd")), () => $"only {string.Join(' ', mimir.Series)} came");
        Assert.Equal("http://127.0.0.1:1338/v1/metrics", Assert.Single(containerd.Scrapes.Distinct()));
        // The second tenant's metrics come over OTLP, of which there is none.
        Assert.All(mimir.Series, static series => Assert.Equal("homelab", series.Tenant));
    }

    private Task<RunningAgent> StartAsync(LoopbackCluster cluster, NodeRoot root, (string Node, string Loki, string Mimir) where)
    {
        _workspace.Configure(SeedBlocks.Where(
            Seed, static block => !block.FullName.StartsWith("otelcol.", StringComparison.Ordinal) && !block.FullName.StartsWith("mimir.", StringComparison.Ordinal)));
        return RunningAgent.StartAsync(new AgentStart(_workspace.Configuration)
        {
            Wrapper = NodeRoot.Command,
            Environment = environment =>
            {
                cluster.Prepare(environment, where.Node);
                root.Prepare(environment);
                environment["LOKI_URL"] = where.Loki;
                environment["MIMIR_URL"] = where.Mimir;
            },
        });
    }

    /// <summary>Three lines of each container of the cluster, as if the node ran them all.</summary>
    private NodeRoot WriteLogs(LoopbackCluster cluster, string node)
    {
        NodeRoot root = cluster.Root(_workspace.PathOf($"root-{node}"));
        foreach (JsonObject pod in cluster.Pods)
        {
            foreach (string container in pod.Containers().Select(ClusterView.ContainerName))
            {
                string path = Path.Combine(root.Logs, "pods", $"{pod.NamespaceOf()}_{pod.Name()}_{pod.Uid()}", container, "0.log");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                string[] lines = [Json(node), "level=debug msg=dropped", Logfmt(node)];
                File.WriteAllLines(path, lines.Select(static line => $"2026-11-20T11:00:00.000000001Z stdout F {line}"));
            }
        }
        return root;
    }

    /// <summary>What becomes of these lines, for a target of the golden file.</summary>
    private static IEnumerable<string> Entries(string target, string node)
    {
        var labels = target.Split(',').Select(static label => label.Split('=', 2)).ToDictionary(static label => label[0], static label => label[1]);
        string Entry(string level, string trace, string line) =>
            $"homelab container={labels["container"]},level={level},namespace={labels["namespace"]},pod={labels["pod"]},stream=stdout image={labels["image"]},trace_id={trace} {line}";
        return [Entry("info", "aa", Json(node)), Entry("warn", "bb", Logfmt(node))];
    }

    private static string Json(string node) => $$"""{"level":"info","trace_id":"aa","msg":"kept on {{node}}"}""";

    private static string Logfmt(string node) => $"level=warn traceID=bb msg=\"kept on {node}\"";
}
