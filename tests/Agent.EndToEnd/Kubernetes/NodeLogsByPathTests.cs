using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Agent.Testing;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>Production configurations that read the logs of their node's pods from its files.</summary>
[Collection(nameof(ClusterCollection))]
public sealed partial class NodeLogsByPathTests : IDisposable
{
    private const string Controllers = "kimawesome.alloy";
    private const string Debugging = "homelab.alloy";
    private const string Node = "node-a";
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [ClusterFact(Controllers)]
    public async Task Lines_of_the_nodes_own_pods_arrive_with_controller_app_node_and_image()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync();
        await using LokiSink loki = await LokiSink.StartAsync();
        NodeRoot root = WriteLogs(cluster, static (pod, container) => [$"line of {pod.Name()} {container}"]);
        _workspace.Configure(SeedBlocks.Of(
            Controllers, "discovery.kubernetes.pods", "discovery.relabel.pod_logs", "local.file_match.pod_logs", "loki.source.file.pod_logs",
            "loki.process.pod_logs", "loki.write.loki"));
        await using RunningAgent agent = await StartAsync(cluster, root, loki);

        string[] wanted =
        [
            .. (from pod in cluster.Pods
                where pod.Node() == Node && pod.Address() is not null
                from container in pod.Containers()
                select Text(
                    ("app", pod.Label("app.kubernetes.io/name")!), ("cluster", "kimawesome"), ("controller", HashOfController().Replace(pod.Controller()!, "")),
                    ("filename", Path.Combine("/var/log/pods", PathOf(pod, container.ContainerName()))), ("image", container.Image()),
                    ("namespace", pod.NamespaceOf()), ("node", Node), ("stream", "stdout"))).Order(StringComparer.Ordinal),
        ];
        await StreamsAreAsync(loki, wanted);
        Assert.All(cluster.Api.Requests.Where(static request => request.Resource == "pods"), static request => Assert.Contains("fieldSelector=spec.nodeName%3Dnode-a", request.Path, StringComparison.Ordinal));
    }

    [ClusterFact(Debugging)]
    public async Task Debug_lines_are_dropped_and_the_level_of_others_is_a_label()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync();
        await using LokiSink loki = await LokiSink.StartAsync();
        NodeRoot root = WriteLogs(cluster, static (_, _) =>
        [
            "{\"level\":\"info\",\"trace_id\":\"aa\",\"msg\":\"kept\"}", "{\"level\":\"debug\",\"msg\":\"dropped\"}", "level=warn traceID=bb msg=kept", "level=debug msg=dropped",
        ]);
        _workspace.Configure(SeedBlocks.Of(
            Debugging, "discovery.kubernetes.pods", "discovery.relabel.pods", "local.file_match.pods", "loki.source.file.pods", "loki.process.pods", "loki.write.loki"));
        await using RunningAgent agent = await StartAsync(cluster, root, loki);

        string[] wanted =
        [
            .. (from pod in cluster.Pods
                where pod.Node() == Node && pod.Address() is not null
                from container in pod.Containers()
                from level in new[] { "info", "warn" }
                select Text(("container", container.ContainerName()), ("level", level), ("namespace", pod.NamespaceOf()), ("pod", pod.Name()), ("stream", "stdout"))).Order(StringComparer.Ordinal),
        ];
        await StreamsAreAsync(loki, wanted);
        Assert.DoesNotContain(loki.Lines, static line => line.Contains("dropped", StringComparison.Ordinal));
    }

    private static async Task StreamsAreAsync(LokiSink loki, string[] wanted)
    {
        string[] last = [];
        await Eventually.TrueAsync(
            () => (last = [.. loki.Entries.Select(static entry => Text([.. entry.Labels.Select(static label => (label.Key, label.Value))])).Distinct().Order(StringComparer.Ordinal)])
                .SequenceEqual(wanted),
            () => $"more:\n{string.Join('\n', last.Except(wanted))}\nmissing:\n{string.Join('\n', wanted.Except(last))}");
        loki.AssertCorrectRequests();
    }

    private Task<RunningAgent> StartAsync(LoopbackCluster cluster, NodeRoot root, LokiSink loki) => RunningAgent.StartAsync(new AgentStart(_workspace.Configuration)
    {
        Wrapper = NodeRoot.Command,
        Environment = environment =>
        {
            cluster.Prepare(environment, Node);
            root.Prepare(environment);
            environment["LOKI_URL"] = loki.Url;
        },
    });

    /// <summary>Writes logs of all pods, those of other nodes too: only the node's own are to be read.</summary>
    private NodeRoot WriteLogs(LoopbackCluster cluster, Func<JsonObject, string, string[]> lines)
    {
        NodeRoot root = cluster.Root(_workspace.PathOf("root"));
        foreach (JsonObject pod in cluster.Pods)
        {
            foreach (string container in pod.Containers().Select(ClusterView.ContainerName))
            {
                string path = Path.Combine(root.Logs, "pods", PathOf(pod, container));
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllLines(path, lines(pod, container).Select(static line => $"2026-11-20T11:00:00.000000001Z stdout F {line}"));
            }
        }
        return root;
    }

    private static string PathOf(JsonObject pod, string container) => $"{pod.NamespaceOf()}_{pod.Name()}_{pod.Uid()}/{container}/0.log";

    private static string Text(params (string Name, string Value)[] labels) =>
        string.Join(',', labels.OrderBy(static label => label.Name, StringComparer.Ordinal).Select(static label => $"{label.Name}={label.Value}"));

    [GeneratedRegex("-[0-9a-f]{8,10}$")]
    private static partial Regex HashOfController();
}
