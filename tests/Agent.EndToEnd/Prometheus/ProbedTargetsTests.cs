using System.Text.RegularExpressions;

namespace Agent.EndToEnd.Prometheus;

/// <summary>The probes of a production DaemonSet, as they stand in its configuration, through a prober on loopback.</summary>
public sealed partial class ProbedTargetsTests : IDisposable
{
    private const string Seed = "conveyor-daemonset.alloy";
    private const string Prober = "blackbox-exporter-prometheus-blackbox-exporter.observability.svc.cluster.local:9115";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [SeedPeerFact(Seed, [Peer.Prometheus])]
    public async Task Each_target_is_probed_with_its_module_and_its_result_arrives_under_its_name()
    {
        string blocks = SeedBlocks.Of(Seed, "discovery.relabel.blackbox_targets", "prometheus.scrape.blackbox", "prometheus.remote_write.mimir");
        (string Target, string Module, string Instance)[] targets =
            [.. Targets().Matches(blocks).Select(static match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value))];
        Assert.NotEmpty(targets);
        await using PrometheusServer server = await PrometheusServer.StartAsync();
        await using MetricsPage prober = await MetricsPage.StartAsync(request =>
            $"probe_success {(request.Query["target"].ToString().StartsWith("https", StringComparison.Ordinal) ? 1 : 0)}\n"
            + $"probe_asked{{path=\"{request.Path}\",module=\"{request.Query["module"]}\",target=\"{request.Query["target"]}\"}} 1\n");
        Assert.Contains(Prober, blocks, StringComparison.Ordinal);
        _workspace.Configure(blocks.Replace(Prober, prober.Address, StringComparison.Ordinal));
        await using RunningAgent agent = await RunningAgent.StartAsync(new AgentStart(_workspace.Configuration)
        {
            Storage = _workspace.Storage,
            Environment = environment =>
            {
                environment["MIMIR_WRITE_URL"] = server.WriteUrl;
                environment["DC_LABEL"] = "fra-1";
            },
        });

        // They are probed once in 60 s.
        await server.CountIsAsync(targets.Length, "probe_success{job=\"blackbox\"}", TimeSpan.FromSeconds(90));

        foreach ((string target, string module, string instance) in targets)
        {
            string labels = $"instance=\"{instance}\",job=\"blackbox\",module=\"{module}\",cluster=\"conveyor-platform\",dc=\"fra-1\"";
            await server.ValueIsAsync(target.StartsWith("https", StringComparison.Ordinal) ? 1 : 0, $"probe_success{{{labels}}}");
            await server.ValueIsAsync(1, $"up{{{labels}}}");
            await server.ValueIsAsync(1, $"probe_asked{{path=\"/probe\",exported_module=\"{module}\",target=\"{target}\",{labels}}}");
        }
        await server.AssertTookEverythingAsync();
    }

    [GeneratedRegex("\"__address__\" = \"([^\"]+)\",\\s*\"module\" = \"([^\"]+)\", \"instance\" = \"([^\"]+)\"")]
    private static partial Regex Targets();
}
