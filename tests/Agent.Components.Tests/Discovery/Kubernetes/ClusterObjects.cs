using System.Globalization;
using System.Text.Json;
using Agent.Kubernetes;
using Agent.Kubernetes.Objects;

namespace Agent.Components.Tests.Discovery.Kubernetes;

/// <summary>Objects of a cluster as JSON, with as much in them as the tests need.</summary>
internal static class ClusterObjects
{
    public static string Pod(
        string name, string inNamespace = "default", string node = "node-a", string phase = "Running", string? address = null, string labels = "", string extra = "") =>
        $$"""
        {
          "metadata": {
            "name": "{{name}}", "namespace": "{{inNamespace}}", "uid": "uid-{{name}}", "labels": { {{labels}} },
            "ownerReferences": [{ "kind": "ReplicaSet", "name": "{{name}}-rs", "controller": true }]
          },
          "spec": {
            "nodeName": "{{node}}",
            "containers": [{ "name": "main", "image": "img:1", "ports": [{ "name": "http", "containerPort": 8080, "protocol": "TCP" }] }]{{extra}}
          },
          "status": {
            "phase": "{{phase}}", "podIP": "{{address ?? AddressOf(name)}}", "hostIP": "192.168.0.1",
            "conditions": [{ "type": "Ready", "status": "True" }],
            "containerStatuses": [{ "name": "main", "containerID": "containerd://{{name}}", "restartCount": 2 }]
          }
        }
        """;

    public static string Node(string name, string labels = "") =>
        $$"""
        {
          "metadata": { "name": "{{name}}", "labels": { {{labels}} } },
          "status": {
            "addresses": [{ "type": "InternalIP", "address": "192.168.0.1" }],
            "daemonEndpoints": { "kubeletEndpoint": { "Port": 10250 } }
          }
        }
        """;

    public static string Namespace(string name, string labels = "") => $$"""{ "metadata": { "name": "{{name}}", "labels": { {{labels}} } } }""";

    public static string Service(string name, string inNamespace = "default", string labels = "") =>
        $$"""
        {
          "metadata": { "name": "{{name}}", "namespace": "{{inNamespace}}", "labels": { {{labels}} } },
          "spec": { "type": "ClusterIP", "clusterIP": "10.96.0.1", "ports": [{ "name": "web", "port": 80, "protocol": "TCP" }] }
        }
        """;

    public static string Slice(string name, string service, string inNamespace, params string[] pods) =>
        $$"""
        {
          "metadata": { "name": "{{name}}", "namespace": "{{inNamespace}}", "labels": { "kubernetes.io/service-name": "{{service}}" } },
          "addressType": "IPv4",
          "ports": [{ "name": "http", "port": 8080, "protocol": "TCP" }],
          "endpoints": [{{string.Join(", ", pods.Select(pod => Endpoint(pod, inNamespace)))}}]
        }
        """;

    public static string Endpoints(string name, string inNamespace, params string[] pods) =>
        $$"""
        {
          "metadata": { "name": "{{name}}", "namespace": "{{inNamespace}}" },
          "subsets": [{
            "ports": [{ "name": "http", "port": 8080, "protocol": "TCP" }],
            "addresses": [{{string.Join(", ", pods.Select(pod =>
                $$"""{ "ip": "{{AddressOf(pod)}}", "targetRef": { "kind": "Pod", "namespace": "{{inNamespace}}", "name": "{{pod}}" } }"""))}}]
          }]
        }
        """;

    /// <summary>Decodes one object as a watch does.</summary>
    public static T Read<T>(ResourceKind<T> kind, string json)
        where T : class, IKubernetesObject
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(json));
        reader.Read();
        return kind.Read(ref reader)!;
    }

    public static string AddressOf(string name) =>
        string.Create(CultureInfo.InvariantCulture, $"10.{name.Sum(static letter => letter) % 250}.{name.Length}.{name[^1] % 250}");

    private static string Endpoint(string pod, string inNamespace) =>
        $$"""
        {
          "addresses": ["{{AddressOf(pod)}}"], "conditions": { "ready": true },
          "targetRef": { "kind": "Pod", "namespace": "{{inNamespace}}", "name": "{{pod}}" }
        }
        """;
}
