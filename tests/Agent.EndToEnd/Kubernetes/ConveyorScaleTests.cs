using System.Text.Json;
using Agent.Syntax;
using Agent.Testing;
using Xunit.Abstractions;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>
/// The half of a production DaemonSet that finds its targets in the cluster, as it stands, on one node of a hundred: its rules keep
/// nodes but hardly any pods, so that each agent lists all of them unless it is told that it is one of many.
/// </summary>
[Collection(nameof(ClusterCollection))]
public sealed class ConveyorScaleTests(ITestOutputHelper output) : IDisposable
{
    private const int Changes = 1000;
    private const long Mebibyte = 1 << 20;

    /// <summary>The logs of a hundred containers, followed at once over TLS, come on top of what finding targets takes.</summary>
    private const long PeakWithLogs = 50 * Mebibyte;
    private const string OwnNodePods = "--kubernetes.own-node-pods";
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    /// <summary>The logs of ten thousand pods are more than one agent should follow: they are left out where the flag is not set.</summary>
    [ClusterFact(ConveyorNode.Seed)]
    public async Task With_the_flag_an_agent_costs_the_pods_of_its_node()
    {
        const int Node = 7;
        Usage own = await RunAsync(Node, LargeCluster.ShowingMetrics, static block => IsMetrics(block) || IsLogs(block), OwnNodePods);
        Usage same = await RunAsync(Node, LargeCluster.ShowingMetrics, IsMetrics, OwnNodePods);
        Usage all = await RunAsync(Node, LargeCluster.ShowingMetrics * LargeCluster.NodeCount, IsMetrics);

        output.WriteLine($"with the flag, logs included:       {own}");
        output.WriteLine($"with the flag, logs left out:       {same}");
        output.WriteLine($"without the flag, logs left out:    {all}");
        // Like with like: the log source looks up the pods that it reads for itself, and is part of the first run alone.
        Assert.InRange(all.Listed / same.Listed, 50, LargeCluster.NodeCount * 2);
        Assert.InRange(all.Total / same.Total, 50, LargeCluster.NodeCount * 2);
        Assert.InRange(same.Memory, 1, 45 * Mebibyte);
        Assert.InRange(own.Memory, 1, PeakWithLogs);
    }

    private async Task<Usage> RunAsync(int node, int scraped, Func<BlockStatement, bool> keep, params string[] flags)
    {
        await using LargeCluster cluster = await LargeCluster.StartAsync();
        cluster.Api.Logs = ConveyorNode.WriteLogAsync;
        await using LokiSink loki = await LokiSink.StartAsync();
        string text = SeedBlocks.Where(ConveyorNode.Seed, keep);
        _workspace.Configure(text);
        await using RunningAgent agent = await RunningAgent.StartAsync(new AgentStart(_workspace.Configuration)
        {
            Wrapper = NodeRoot.Command,
            Flags = flags,
            Environment = environment =>
            {
                cluster.Prepare(_workspace.PathOf("root"), node, environment);
                environment["MIMIR_WRITE_URL"] = cluster.WriteUrl;
                environment["LOKI_WRITE_URL_LOCAL"] = loki.Url;
                environment["DC_LABEL"] = "fra-1";
            },
        });
        await TargetsAreAsync(agent, scraped);
        if (text.Contains("loki.source.kubernetes", StringComparison.Ordinal))
        {
            await loki.ReceivedAsync(LargeCluster.PodCount / LargeCluster.NodeCount);
        }
        long listed = cluster.Api.BytesSent;
        for (int i = 0; i < Changes; i++)
        {
            cluster.PutPod(i, revision: 1);
        }
        // What comes last is known when all before it is.
        cluster.DeletePod(node);
        await TargetsAreAsync(agent, scraped - 1);
        string note = await OwnNodeNoteAsync(agent);
        Assert.Equal(flags.Length > 0, note.StartsWith("restricted to node ip-10-1-7-1.ec2.internal", StringComparison.Ordinal));
        return new Usage(listed, cluster.Api.BytesSent, agent.PeakMemory());
    }

    /// <summary>Metrics of what is found in the cluster, and where they go.</summary>
    private static bool IsMetrics(BlockStatement block) =>
        (block.FullName.StartsWith("discovery.", StringComparison.Ordinal) && block.Label != "blackbox_targets")
        || (block.FullName == "prometheus.scrape" && block.Label is not ("node_metrics" or "blackbox"))
        || block.FullName == "prometheus.remote_write";

    private static bool IsLogs(BlockStatement block) =>
        block.FullName == "loki.source.kubernetes" || block is { FullName: "loki.process", Label: "pod_pipeline" } or { FullName: "loki.write", Label: "local" };

    private static Task TargetsAreAsync(RunningAgent agent, int wanted)
    {
        int last = 0;
        return Eventually.TrueAsync(
            async () => (last = await TargetsAsync(agent)) == wanted, () => $"{last} targets, not {wanted}", TimeSpan.FromSeconds(60));
    }

    private static async Task<int> TargetsAsync(RunningAgent agent)
    {
        using JsonDocument component = JsonDocument.Parse(await agent.GetAsync("/api/v0/web/components/discovery.relabel.pod_metrics"));
        return component.RootElement.TryGetProperty("exports", out JsonElement exports) && exports.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } made
            ? made.GetProperty("value").GetProperty("value").GetArrayLength()
            : 0;
    }

    private static async Task<string> OwnNodeNoteAsync(RunningAgent agent)
    {
        using JsonDocument component = JsonDocument.Parse(await agent.GetAsync("/api/v0/web/components/discovery.kubernetes.pods"));
        return component.RootElement.GetProperty("debugInfo").EnumerateArray()
            .First(static field => field.GetProperty("name").GetString() == "own_node_pods").GetProperty("value").GetProperty("value").GetString()!;
    }

    /// <param name="Listed">Bytes that the API server sent until all was known.</param>
    /// <param name="Total">Bytes with those of a thousand changes all over the cluster.</param>
    /// <param name="Memory">Bytes resident at most.</param>
    private sealed record Usage(long Listed, long Total, long Memory)
    {
        public override string ToString() => $"{Listed:N0} bytes listed, {Total - Listed:N0} watched, {Memory / (double)Mebibyte:F1} MiB resident at most";
    }
}
