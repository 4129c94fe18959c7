using System.Globalization;
using System.Net;
using System.Text;
using Agent.Testing;
using Agent.Testing.Kubernetes;
using Microsoft.AspNetCore.Builder;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>
/// A cluster of 100 nodes and 10,000 pods with an API server, and one server for everything else: it answers for all pods that show
/// metrics, whose addresses are those of 127.0.0.0/8, and takes what the agent writes.
/// </summary>
internal sealed class LargeCluster : IAsyncDisposable
{
    public const int NodeCount = 100;
    public const int PodCount = 10_000;

    /// <summary>Of the pods of each node.</summary>
    public const int ShowingMetrics = PodCount / NodeCount / 5;

    private const string Token = "token-of-the-agent";
    private readonly ClusterCertificates _certificates;
    private readonly WebApplication _servers;

    private LargeCluster(FakeApiServer api, ClusterCertificates certificates, WebApplication servers) =>
        (Api, _certificates, _servers) = (api, certificates, servers);

    public FakeApiServer Api { get; }

    /// <summary>Where metrics may be written to.</summary>
    public string WriteUrl => $"http://127.0.0.1:{Port}/push";

    private int Port => new Uri(_servers.Urls.First()).Port;

    public static async Task<LargeCluster> StartAsync()
    {
        var certificates = new ClusterCertificates([IPAddress.Loopback]);
        FakeApiServer api = await FakeApiServer.StartAsync(certificate: certificates.Server);
        api.RequiredToken = Token;
        WebApplication servers = LoopbackServer.Build(static kestrel => kestrel.Listen(IPAddress.Any, 0));
        servers.Run(static async http =>
        {
            if (http.Request.Method == "POST")
            {
                http.Response.StatusCode = 204;
                return;
            }
            http.Response.ContentType = "text/plain; version=0.0.4";
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("shown 1\n"), http.RequestAborted);
        });
        await servers.StartAsync();
        var cluster = new LargeCluster(api, certificates, servers);
        for (int i = 0; i < NodeCount; i++)
        {
            api.Put("v1/nodes", Node(i));
        }
        for (int i = 0; i < PodCount; i++)
        {
            cluster.PutPod(i, revision: 0);
        }
        return cluster;
    }

    public void PutPod(int number, int revision) => Api.Put("v1/pods", Pod(number, revision, Port));

    public void DeletePod(int number) => Api.Delete("v1/pods", $"ns-{number % 40}/pod-{number}");

    /// <summary>What a container of the agent on a node of this cluster sees.</summary>
    /// <param name="folder">Where its files lie.</param>
    /// <param name="node">The node's number.</param>
    /// <param name="environment">Its environment.</param>
    public void Prepare(string folder, int node, IDictionary<string, string?> environment)
    {
        var root = new NodeRoot(folder);
        root.WriteServiceAccount(Token, _certificates.Authority, "monitoring");
        root.Prepare(environment);
        environment["KUBERNETES_SERVICE_HOST"] = "127.0.0.1";
        environment["KUBERNETES_SERVICE_PORT"] = Api.Url.Port.ToString(CultureInfo.InvariantCulture);
        environment["HOSTNAME"] = environment["K8S_NODE_NAME"] = NodeName(node);
    }

    public async ValueTask DisposeAsync()
    {
        await _servers.EndAsync();
        await Api.DisposeAsync();
        _certificates.Dispose();
    }

    private static string NodeName(int number) => $"ip-10-1-{number}-1.ec2.internal";

    private static string Node(int number) => $$"""
        {
          "apiVersion": "v1", "kind": "Node",
          "metadata": { "name": "{{NodeName(number)}}", "uid": "00000000-0000-4000-9000-{{number:D12}}", "labels": { "kubernetes.io/hostname": "{{NodeName(number)}}" } },
          "status": { "addresses": [{ "type": "InternalIP", "address": "127.1.{{number}}.1" }], "daemonEndpoints": { "kubeletEndpoint": { "Port": 10250 } } }
        }
        """;

    /// <summary>As a server sends pods: most of it is not in use.</summary>
    private static string Pod(int number, int revision, int port) => $$"""
        {
          "apiVersion": "v1", "kind": "Pod",
          "metadata": {
            "name": "pod-{{number}}", "namespace": "ns-{{number % 40}}", "uid": "00000000-0000-4000-8000-{{number:D12}}", "generation": 1,
            "creationTimestamp": "2026-11-20T10:59:48Z",
            "labels": { "app.kubernetes.io/name": "app-{{number % 300}}", "app.kubernetes.io/instance": "inst-{{number % 900}}", "pod-template-hash": "7c9d{{number % 900:x4}}", "revision": "{{revision}}" },
            "annotations": { "prometheus.io/scrape": "{{(number / NodeCount % 5 == 0 ? "true" : "false")}}", "prometheus.io/port": "{{port}}", "checksum/config": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a{{number % 100:D2}}" },
            "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "app-{{number % 300}}-7c9d{{number % 900:x4}}", "uid": "00000000-aaaa-4bbb-8ccc-000000000000", "controller": true }],
            "managedFields": [{ "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1", "time": "2026-11-20T10:59:48Z", "fieldsType": "FieldsV1", "fieldsV1": { "f:metadata": { "f:annotations": { ".": {}, "f:prometheus.io/path": {}, "f:prometheus.io/port": {} }, "f:labels": { ".": {}, "f:app.kubernetes.io/instance": {} } }, "f:spec": { "f:containers": { "k:{\"name\":\"main\"}": { ".": {}, "f:image": {}, "f:resources": {}, "f:ports": { ".": {} } } }, "f:dnsPolicy": {}, "f:restartPolicy": {}, "f:tolerations": {} } } }]
          },
          "spec": {
            "nodeName": "{{NodeName(number % NodeCount)}}", "restartPolicy": "Always", "serviceAccountName": "default", "schedulerName": "default-scheduler",
            "containers": [{ "name": "main", "image": "registry.local/app-{{number % 300}}:1.{{number % 7}}", "ports": [{ "name": "http", "containerPort": {{port}}, "protocol": "TCP" }], "resources": { "requests": { "cpu": "50m", "memory": "64Mi" } }, "terminationMessagePath": "/dev/termination-log", "imagePullPolicy": "IfNotPresent", "volumeMounts": [{ "name": "token", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true }] }],
            "volumes": [{ "name": "token", "projected": { "sources": [{ "serviceAccountToken": { "expirationSeconds": 3607, "path": "token" } }] } }],
            "tolerations": [{ "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 }]
          },
          "status": {
            "phase": "Running", "hostIP": "127.1.{{number % NodeCount}}.1", "podIP": "127.2.{{number / 250}}.{{(number % 250) + 1}}",
            "conditions": [{ "type": "Ready", "status": "True", "lastTransitionTime": "2026-11-20T10:59:58Z" }],
            "containerStatuses": [{ "name": "main", "ready": true, "restartCount": 0, "image": "registry.local/app:1", "imageID": "sha256:1", "containerID": "containerd://{{number:x64}}", "state": { "running": { "startedAt": "2026-11-20T10:59:50Z" } } }]
          }
        }
        """;
}
