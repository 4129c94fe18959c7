using System.Net;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>A production configuration that reads the logs of all pods through the API server; its traces need components that there are none of.</summary>
[Collection(nameof(ClusterCollection))]
public sealed class SrcnodesClusterTests : IDisposable
{
    private const string Seed = "srcnodes.alloy";
    private const string Node = "node-b";

    /// <summary>Where the configuration sends to: a name that the agent's node resolves, and a port.</summary>
    private static readonly IPEndPoint Loki = new(IPAddress.Parse("127.31.0.1"), 3100);

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [ClusterFact(Seed)]
    public async Task Targets_and_streams_are_what_the_rules_say_of_all_containers()
    {
        await using LoopbackCluster cluster = await LoopbackCluster.StartAsync(isScraped: false);
        cluster.Api.Logs = ConveyorNode.WriteLogAsync;
        await using LokiSink loki = await LokiSink.StartAsync(Loki);
        _workspace.Configure(SeedBlocks.Where(Seed, static block => !block.FullName.StartsWith("otelcol.", StringComparison.Ordinal)));
        await using RunningAgent agent = await StartAsync(cluster);

        await GoldenTargets.AreAsync(agent, "discovery.relabel.pod_logs", GoldenTargets.Of("srcnodes_pod_logs"));
        // Each container has one line: as many entries as streams, and none twice, however many of its ports are targets.
        await GoldenTargets.LinesAreAsync(
            GoldenTargets.Of("srcnodes_streams"), () => ValueTask.FromResult<IReadOnlyList<string>>([.. loki.Entries.Select(static entry => GoldenTargets.Text(entry.Labels))]));
        Assert.All(loki.Entries, static entry => Assert.Equal($"line of {entry.Labels["pod"]} {entry.Labels["container"]}", entry.Line));
        loki.AssertCorrectRequests();
    }

    private Task<RunningAgent> StartAsync(LoopbackCluster cluster)
    {
        NodeRoot root = cluster.Root(_workspace.PathOf("root"));
        root.AddHost(Loki.Address.ToString(), "loki.monitoring");
        return RunningAgent.StartAsync(new AgentStart(_workspace.Configuration)
        {
            Wrapper = NodeRoot.Command,
            Environment = environment =>
            {
                cluster.Prepare(environment, Node);
                root.Prepare(environment);
            },
        });
    }
}
