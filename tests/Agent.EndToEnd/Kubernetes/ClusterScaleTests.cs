using System.Globalization;
using System.Text.Json;
using Agent.Testing.Kubernetes;
using Xunit.Abstractions;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>One agent of a cluster of 100 nodes and 10,000 pods: what it asks of the API server, and what it needs for that.</summary>
[Collection(nameof(ClusterCollection))]
public sealed class ClusterScaleTests(ITestOutputHelper output) : IDisposable
{
    private const int Nodes = 100;
    private const int Pods = 10_000;
    private const long Mebibyte = 1 << 20;

    // What a start leaves behind is given back after a minute, which no test waits for.
    private const long PeakOfWholeCluster = 140 * Mebibyte;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [NativeFact]
    public async Task A_rule_that_keeps_a_node_costs_the_pods_of_that_node()
    {
        await using FakeApiServer api = await StartServerAsync();
        await using RunningAgent agent = await StartAsync(api, "--kubernetes.selector-pushdown=true");
        await TargetsAreAsync(agent, Pods / Nodes);
        long pushed = api.BytesSent;
        long memory = agent.PeakMemory();

        await using FakeApiServer whole = await StartServerAsync();
        await using RunningAgent other = await StartAsync(whole, "--kubernetes.selector-pushdown=false");
        await TargetsAreAsync(other, Pods / Nodes);

        output.WriteLine($"{pushed} bytes instead of {whole.BytesSent}; {memory / Mebibyte} MiB resident at most instead of {other.PeakMemory() / Mebibyte}");
        Assert.InRange(whole.BytesSent / pushed, 50, Nodes * 2);
        Assert.InRange(memory, 1, 45 * Mebibyte);
        Assert.InRange(other.PeakMemory(), 1, PeakOfWholeCluster);
    }

    [NativeFact]
    public async Task Changes_of_pods_all_over_the_cluster_are_followed()
    {
        const int Rounds = 20;
        const int ChangesOfRound = 200;
        await using FakeApiServer api = await StartServerAsync();
        await using RunningAgent agent = await StartAsync(api, "--kubernetes.selector-pushdown=false");
        await TargetsAreAsync(agent, Pods / Nodes);
        double before = (await agent.MetricAsync("alloy_resources_process_cpu_seconds_total"))!.Value;

        for (int round = 1; round <= Rounds; round++)
        {
            for (int change = 0; change < ChangesOfRound; change++)
            {
                api.Put("v1/pods", Pod(((round * ChangesOfRound) + change) % Pods, round));
            }
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);
        }
        // What comes last is known when all before it is.
        api.Delete("v1/pods", "ns-0/pod-0");
        await TargetsAreAsync(agent, (Pods / Nodes) - 1);

        double spent = (await agent.MetricAsync("alloy_resources_process_cpu_seconds_total"))!.Value - before;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Rounds * ChangesOfRound} changes took {spent:F2} s of CPU; {agent.PeakMemory() / Mebibyte} MiB resident at most"));
        Assert.InRange(agent.PeakMemory(), 1, PeakOfWholeCluster);
    }

    private static async Task<FakeApiServer> StartServerAsync()
    {
        FakeApiServer api = await FakeApiServer.StartAsync();
        for (int i = 0; i < Pods; i++)
        {
            api.Put("v1/pods", Pod(i, revision: 0));
        }
        return api;
    }

    private Task<RunningAgent> StartAsync(FakeApiServer api, string flag)
    {
        string kubeconfig = _workspace.PathOf("kubeconfig");
        api.WriteKubeconfig(kubeconfig);
        _workspace.Configure($$"""
            discovery.kubernetes "pods" {
                role            = "pod"
                kubeconfig_file = "{{kubeconfig}}"
            }

            discovery.relabel "own" {
                targets = discovery.kubernetes.pods.targets
                rule {
                    source_labels = ["__meta_kubernetes_pod_node_name"]
                    regex         = "node-0"
                    action        = "keep"
                }
                rule {
                    source_labels = ["__meta_kubernetes_namespace"]
                    target_label  = "namespace"
                }
                rule {
                    source_labels = ["__meta_kubernetes_pod_name"]
                    target_label  = "pod"
                }
                rule {
                    source_labels = ["__meta_kubernetes_namespace", "__meta_kubernetes_pod_name", "__meta_kubernetes_pod_uid", "__meta_kubernetes_pod_container_name"]
                    separator     = ";"
                    regex         = "(.+);(.+);(.+);(.+)"
                    target_label  = "__path__"
                    replacement   = "LOGS/${1}_${2}_${3}/${4}/*.log"
                }
            }

            local.file_match "own" {
                path_targets = discovery.relabel.own.output
            }

            loki.source.file "own" {
                targets    = local.file_match.own.targets
                forward_to = [loki.echo.out.receiver]
            }

            loki.echo "out" { }
            """);
        return RunningAgent.StartAsync(new AgentStart(_workspace.Configuration) { Flags = [flag, "--stability.level=experimental"] });
    }

    private static Task TargetsAreAsync(RunningAgent agent, int wanted)
    {
        int last = 0;
        return Eventually.TrueAsync(
            async () => (last = await TargetsAsync(agent)) == wanted, () => $"{last} targets, not {wanted}", TimeSpan.FromSeconds(60));
    }

    private static async Task<int> TargetsAsync(RunningAgent agent)
    {
        using JsonDocument component = JsonDocument.Parse(await agent.GetAsync("/api/v0/web/components/discovery.relabel.own"));
        return component.RootElement.TryGetProperty("exports", out JsonElement exports) && exports.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } output
            ? output.GetProperty("value").GetProperty("value").GetArrayLength()
            : 0;
    }

    /// <summary>As a server sends pods: most of it is not in use.</summary>
    private static string Pod(int number, int revision) => $$"""
        {
          "apiVersion": "v1", "kind": "Pod",
          "metadata": {
            "name": "pod-{{number}}", "namespace": "ns-{{number % 40}}", "uid": "00000000-0000-4000-8000-{{number:D12}}", "generation": 1,
            "creationTimestamp": "2026-11-20T10:59:48Z",
            "labels": { "app.kubernetes.io/name": "app-{{number % 300}}", "app.kubernetes.io/instance": "inst-{{number % 900}}", "pod-template-hash": "7c9d{{number % 900:x4}}", "revision": "{{revision}}" },
            "annotations": { "prometheus.io/scrape": "true", "prometheus.io/port": "8080", "checksum/config": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a{{number % 100:D2}}" },
            "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "app-{{number % 300}}-7c9d{{number % 900:x4}}", "uid": "00000000-aaaa-4bbb-8ccc-000000000000", "controller": true }],
            "managedFields": [{ "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1", "time": "2026-11-20T10:59:48Z", "fieldsType": "FieldsV1", "fieldsV1": { "f:metadata": { "f:annotations": { ".": {}, "f:prometheus.io/path": {}, "f:prometheus.io/port": {} }, "f:labels": { ".": {}, "f:app.kubernetes.io/instance": {} } }, "f:spec": { "f:containers": { "k:{\"name\":\"main\"}": { ".": {}, "f:image": {}, "f:resources": {}, "f:ports": { ".": {} } } }, "f:dnsPolicy": {}, "f:restartPolicy": {}, "f:tolerations": {} } } }]
          },
          "spec": {
            "nodeName": "node-{{number % Nodes}}", "restartPolicy": "Always", "serviceAccountName": "default", "schedulerName": "default-scheduler",
            "containers": [{ "name": "main", "image": "registry.local/app-{{number % 300}}:1.{{number % 7}}", "ports": [{ "name": "http", "containerPort": 8080, "protocol": "TCP" }], "resources": { "requests": { "cpu": "50m", "memory": "64Mi" } }, "terminationMessagePath": "/dev/termination-log", "imagePullPolicy": "IfNotPresent", "volumeMounts": [{ "name": "token", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true }] }],
            "volumes": [{ "name": "token", "projected": { "sources": [{ "serviceAccountToken": { "expirationSeconds": 3607, "path": "token" } }] } }],
            "tolerations": [{ "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 }]
          },
          "status": {
            "phase": "Running", "hostIP": "10.1.{{number % Nodes}}.1", "podIP": "10.{{number / 62500}}.{{number / 250 % 250}}.{{number % 250}}",
            "conditions": [{ "type": "Ready", "status": "True", "lastTransitionTime": "2026-11-20T10:59:58Z" }],
            "containerStatuses": [{ "name": "main", "ready": true, "restartCount": 0, "image": "registry.local/app:1", "imageID": "sha256:1", "containerID": "containerd://{{number:x64}}", "state": { "running": { "startedAt": "2026-11-20T10:59:50Z" } } }]
          }
        }
        """;
}
