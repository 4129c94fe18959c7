using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Agent.Testing;
using Agent.Testing.Kubernetes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>
/// The cluster of the captures, three nodes and thirty pods, with an API server and with every server that its configurations scrape:
/// kubelets, API servers, etcd and pods. Addresses of 10.0.0.0/8 become those of 127.0.0.0/8, where loopback answers to all.
/// </summary>
internal sealed class LoopbackCluster : IAsyncDisposable
{
    public const string Token = "token-of-the-agent";
    public const string Namespace = "monitoring";
    private static readonly int[] SecurePorts = [10250, 6443];
    private static readonly int[] NodePorts = [2381];
    private static readonly int[] PodPorts = [8080, 9090, 9153, 9187];
    private readonly ClusterCertificates _certificates;
    private readonly WebApplication _servers;

    private LoopbackCluster(FakeApiServer api, ClusterCertificates certificates, WebApplication servers)
    {
        (Api, _certificates, _servers) = (api, certificates, servers);
        Pods = [.. api.Objects("v1/pods").Values];
        Nodes = [.. api.Objects("v1/nodes").Values];
    }

    public FakeApiServer Api { get; }

    public IReadOnlyList<JsonObject> Pods { get; }

    public IReadOnlyList<JsonObject> Nodes { get; }

    /// <summary>URL and bearer token of every scrape.</summary>
    public ConcurrentQueue<(string Url, string? Authorization)> Scrapes { get; } = [];

    /// <param name="isScraped">Whether there are servers to scrape, at the addresses of all nodes and pods; a test without does not hold these.</param>
    public static async Task<LoopbackCluster> StartAsync(bool isScraped = true)
    {
        FakeStoreContent content = FakeStoreContent.Load();
        var certificates = new ClusterCertificates([IPAddress.Loopback, .. content.NodeAddresses]);
        FakeApiServer api = await FakeApiServer.StartAsync(certificate: certificates.Server);
        api.RequiredToken = Token;
        foreach ((string collection, string list) in content.Lists)
        {
            api.LoadList(collection, list);
        }
        WebApplication servers = LoopbackServer.Build(kestrel =>
        {
            foreach (IPAddress node in isScraped ? content.NodeAddresses : [])
            {
                Array.ForEach(SecurePorts, port => kestrel.Listen(node, port, listen => listen.UseHttps(certificates.Server)));
                Array.ForEach(NodePorts, port => kestrel.Listen(node, port));
            }
            foreach (IPAddress pod in isScraped ? content.PodAddresses : [])
            {
                Array.ForEach(PodPorts, port => kestrel.Listen(pod, port));
            }
        });
        var cluster = new LoopbackCluster(api, certificates, servers);
        servers.Run(cluster.ShowMetricsAsync);
        await servers.StartAsync();
        return cluster;
    }

    /// <summary>What a container of the agent on a node of this cluster sees.</summary>
    public NodeRoot Root(string folder)
    {
        var root = new NodeRoot(folder);
        root.WriteServiceAccount(Token, _certificates.Authority, Namespace);
        return root;
    }

    /// <summary>The environment of an agent's container on a node.</summary>
    public void Prepare(IDictionary<string, string?> environment, string node)
    {
        environment["KUBERNETES_SERVICE_HOST"] = "127.0.0.1";
        environment["KUBERNETES_SERVICE_PORT"] = Api.Url.Port.ToString(CultureInfo.InvariantCulture);
        environment["HOSTNAME"] = node;
        environment["K8S_NODE_NAME"] = node;
    }

    public async ValueTask DisposeAsync()
    {
        await _servers.EndAsync();
        await Api.DisposeAsync();
        _certificates.Dispose();
    }

    private async Task ShowMetricsAsync(HttpContext http)
    {
        Scrapes.Enqueue(($"{http.Request.Scheme}://{http.Connection.LocalIpAddress}:{http.Connection.LocalPort}{http.Request.Path}", http.Request.Headers.Authorization));
        http.Response.ContentType = "text/plain; version=0.0.4";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("shown 1\n"), http.RequestAborted);
    }
}

/// <summary>The captured lists of a cluster, with addresses of loopback.</summary>
internal sealed record FakeStoreContent(IReadOnlyList<(string Collection, string List)> Lists)
{
    private static readonly (string Collection, string File)[] Captures =
    [
        ("v1/pods", "pods_list.json"), ("v1/nodes", "nodes_list.json"), ("v1/services", "services_list.json"),
        ("v1/namespaces", "namespaces_list.json"), ("v1/events", "events_list.json"),
        ("discovery.k8s.io/v1/endpointslices", "endpointslices_list.json"), ("networking.k8s.io/v1/ingresses", "ingresses_list.json"),
    ];

    public IEnumerable<IPAddress> NodeAddresses => Items("v1/nodes")
        .Select(static node => IPAddress.Parse(node["status"]!["addresses"]![0]!["address"]!.GetValue<string>()));

    public IEnumerable<IPAddress> PodAddresses => Items("v1/pods")
        .Select(static pod => pod["status"]!["podIP"]?.GetValue<string>()).OfType<string>().Select(IPAddress.Parse);

    public static FakeStoreContent Load() => new(
    [
        .. Captures.Select(static capture => (capture.Collection,
            File.ReadAllText(Path.Combine(Conformance.Root!, "kubernetes", capture.File)).Replace("\"10.", "\"127.", StringComparison.Ordinal))),
    ]);

    private IEnumerable<JsonObject> Items(string collection) =>
        JsonNode.Parse(Lists.First(list => list.Collection == collection).List)!["items"]!.AsArray().Select(static item => item!.AsObject());
}
