using Agent.EndToEnd.Prometheus;
using Agent.Testing.Kubernetes;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>The agent of a production DaemonSet, as it stands but for its tracing, on a node of a cluster.</summary>
/// <param name="workspace">Where the configuration and what nodes have lies.</param>
/// <param name="cluster">What the agent watches.</param>
/// <param name="mimir">Where metrics go.</param>
/// <param name="loki">Where logs go.</param>
internal sealed class ConveyorNode(Workspace workspace, LoopbackCluster cluster, PrometheusServer mimir, LokiSink loki)
{
    public const string Seed = "conveyor-daemonset.alloy";

    /// <param name="workspace">Where it goes.</param>
    /// <param name="more">What follows the configuration.</param>
    public static void Configure(Workspace workspace, string more = "") => workspace.Configure(
        SeedBlocks.Where(Seed, static block => block.FullName is not "tracing" && !block.FullName.StartsWith("otelcol.", StringComparison.Ordinal)) + more);

    /// <summary>The file of a node's audit log.</summary>
    public static string AuditLog(Workspace workspace, string node) => Path.Combine(workspace.PathOf($"root-{node}"), "log", "kube-audit", "audit.log");

    public Task<RunningAgent> StartAsync(string node)
    {
        NodeRoot root = cluster.Root(workspace.PathOf($"root-{node}"));
        Directory.CreateDirectory(Path.GetDirectoryName(AuditLog(workspace, node))!);
        File.WriteAllText(AuditLog(workspace, node), $$$"""
            {"level":"Metadata","verb":"get","user":{"username":"{{{node}}}"},"objectRef":{"resource":"pods","namespace":"shop"},"responseStatus":{"code":200}}
            {"level":"Metadata","verb":"update","user":{"username":"{{{node}}}"},"objectRef":{"resource":"leases","namespace":"shop"},"responseStatus":{"code":200}}

            """);
        return RunningAgent.StartAsync(new AgentStart(workspace.Configuration)
        {
            Wrapper = NodeRoot.Command,
            Environment = environment =>
            {
                cluster.Prepare(environment, node);
                root.Prepare(environment);
                environment["MIMIR_WRITE_URL"] = mimir.WriteUrl;
                environment["LOKI_WRITE_URL_LOCAL"] = loki.Url;
                environment["LOKI_WRITE_URL_REMOTE"] = loki.Url;
                environment["DC_LABEL"] = "fra-1";
            },
        });
    }

    /// <summary>The log of a container: one line, and nothing more.</summary>
    public static async Task WriteLogAsync(FakeLogRequest request, HttpContext http)
    {
        if (request.SinceTime.Length == 0 && !request.Previous)
        {
            await http.Response.WriteAsync($"2026-11-20T11:00:00.000000001Z line of {request.Pod} {request.Container}\n", http.RequestAborted);
        }
        await http.Response.Body.FlushAsync(http.RequestAborted);
        if (request.Follow)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        }
    }
}
