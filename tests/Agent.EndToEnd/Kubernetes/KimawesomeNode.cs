using System.Net;
using System.Text.Json.Nodes;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>The agent of a production DaemonSet on a node of a cluster. What it says of ServiceMonitors and PodMonitors needs components that there are none of.</summary>
/// <param name="workspace">Where the configuration and what nodes have lies.</param>
/// <param name="cluster">What the agent watches.</param>
/// <param name="loki">Where logs go.</param>
internal sealed class KimawesomeNode(Workspace workspace, LoopbackCluster cluster, LokiSink loki)
{
    public const string Seed = "kimawesome.alloy";
    public static readonly IReadOnlyList<string> Nodes = ["node-a", "node-b", "node-c"];

    /// <summary>Where metrics go; nowhere by default.</summary>
    public string PrometheusUrl { get; init; } = "http://127.0.0.1:9/api/v1/write";

    /// <summary>The DaemonSets whose pods the configuration scrapes, and the ports that these listen on.</summary>
    private static readonly (string Name, int Last, int Port)[] Exporters = [("prometheus-node-exporter", 1, 9100), ("kepler", 2, 9102)];

    /// <summary>The addresses of these pods; no other test has any of 127.31.0.0/16.</summary>
    public static IEnumerable<IPEndPoint> ExporterAddresses =>
        from node in Nodes from exporter in Exporters select IPEndPoint.Parse($"{Address(node, exporter.Last)}:{exporter.Port}");

    public static void Configure(Workspace workspace) => workspace.Configure(
        SeedBlocks.Where(Seed, static block => !block.FullName.StartsWith("prometheus.operator.", StringComparison.Ordinal)));

    /// <summary>Adds the pods that the captured cluster has none of.</summary>
    public static void AddExporters(LoopbackCluster cluster)
    {
        foreach (string node in Nodes)
        {
            foreach ((string name, int last, int port) in Exporters)
            {
                cluster.Api.Put("v1/pods", $$"""
                    {
                      "metadata": {
                        "name": "{{name}}-{{node}}", "namespace": "monitoring", "uid": "{{Uid(node, name)}}", "labels": { "app.kubernetes.io/name": "{{name}}" },
                        "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "DaemonSet", "name": "{{name}}", "controller": true }]
                      },
                      "spec": {
                        "nodeName": "{{node}}",
                        "containers": [{ "name": "exporter", "image": "registry.local/{{name}}:1", "ports": [{ "name": "metrics", "containerPort": {{port}}, "protocol": "TCP" }] }]
                      },
                      "status": { "phase": "Running", "podIP": "{{Address(node, last)}}" }
                    }
                    """);
            }
        }
    }

    /// <summary>What a node of this name sees; the folder stays through restarts.</summary>
    public NodeRoot Root(string node) => cluster.Root(workspace.PathOf($"root-{node}"));

    public Task<RunningAgent> StartAsync(string node)
    {
        NodeRoot root = Root(node);
        return RunningAgent.StartAsync(new AgentStart(workspace.Configuration)
        {
            Storage = workspace.PathOf($"storage-{node}"),
            Wrapper = NodeRoot.Command,
            Environment = environment =>
            {
                cluster.Prepare(environment, node);
                root.Prepare(environment);
                environment["LOKI_URL"] = loki.Url;
                environment["PROMETHEUS_URL"] = PrometheusUrl;
            },
        });
    }

    /// <summary>Writes one line into the log of each container of the cluster, as if this node ran them all: it is to read its own alone.</summary>
    public void WriteLogs(string node)
    {
        foreach (JsonObject pod in cluster.Api.Objects("v1/pods").Values)
        {
            foreach (string container in pod.Containers().Select(ClusterView.ContainerName))
            {
                string path = Path.Combine(Root(node).Logs, "pods", $"{pod.NamespaceOf()}_{pod.Name()}_{pod.Uid()}", container, "0.log");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, $"2026-11-20T11:00:00.000000001Z stdout F {node} has {pod.Name()} {container}\n");
            }
        }
    }

    private static string Address(string node, int last) => $"127.31.{Number(node)}.{last}";

    private static string Uid(string node, string name) => $"00000000-0000-4000-8000-00000000000{Number(node)}-{name}";

    private static int Number(string node) => Nodes.TakeWhile(other => other != node).Count() + 1;
}
