namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>The objects of a <see cref="ChangingCluster"/> as JSON, with what an agent shows of them.</summary>
internal static class ClusterObjects
{
    /// <summary>Nodes with pods.</summary>
    public const int Nodes = 20;

    /// <summary>Nodes without pods, which follow the others in number.</summary>
    public const int SpareNodes = 4;
    public const int Pods = 600;
    public const int Services = 30;
    private const int Namespaces = 4;

    public static string NodeName(int number) => $"node-{number}";

    public static string PodKey(int number) => $"{Namespace(number)}/pod-{number}";

    public static string ServiceKey(int number) => $"{Namespace(number)}/service-{number}";

    public static string SliceKey(int number) => $"{Namespace(number)}/slice-{number}";

    public static string Node(int number, int revision) => $$"""
        {
          "kind": "Node", "apiVersion": "v1",
          "metadata": { "name": "{{NodeName(number)}}", "labels": { "revision": "{{revision}}" } },
          "status": { "addresses": [{ "type": "InternalIP", "address": "10.1.{{number}}.1" }, { "type": "Hostname", "address": "{{NodeName(number)}}" }], "daemonEndpoints": { "kubeletEndpoint": { "Port": 10250 } } }
        }
        """;

    /// <param name="number">Which one; its name and node.</param>
    /// <param name="life">Counts how often it was created: each one has an address and a uid of its own.</param>
    /// <param name="revision">A label that changes.</param>
    /// <param name="phase">Such as <c>Running</c>.</param>
    public static string Pod(int number, int life, int revision, string phase) => $$"""
        {
          "kind": "Pod", "apiVersion": "v1",
          "metadata": {
            "name": "pod-{{number}}", "namespace": "{{Namespace(number)}}", "uid": "00000000-0000-4000-{{life:x4}}-{{number:x12}}",
            "labels": { "app": "app-{{number % 7}}", "revision": "{{revision}}" },
            "annotations": { "note": "braces }{ and \"quotes\" {{new string('.', number % 50)}}" }
          },
          "spec": {
            "nodeName": "{{NodeName(number % Nodes)}}",
            "containers": [{ "name": "main", "image": "registry.local/app:{{number % 7}}", "ports": [{ "name": "http", "containerPort": 8080, "protocol": "TCP" }] }]
          },
          "status": {
            "phase": "{{phase}}", "hostIP": "10.1.{{number % Nodes}}.1", "podIP": "10.{{10 + (life % 200)}}.{{number / 250}}.{{number % 250}}",
            "conditions": [{ "type": "Ready", "status": "True" }],
            "containerStatuses": [{ "name": "main", "ready": true, "restartCount": {{revision}}, "containerID": "containerd://{{number:x8}}", "state": { "running": { } } }]
          }
        }
        """;

    public static string Service(int number, int revision) => $$"""
        {
          "kind": "Service", "apiVersion": "v1",
          "metadata": { "name": "service-{{number}}", "namespace": "{{Namespace(number)}}", "labels": { "revision": "{{revision}}" } },
          "spec": { "type": "ClusterIP", "clusterIP": "10.96.0.{{number}}", "ports": [{ "name": "http", "port": 80, "protocol": "TCP" }] }
        }
        """;

    /// <summary>The first of its endpoints is always the same; the others change with the revision.</summary>
    public static string Slice(int number, int revision)
    {
        IEnumerable<string> addresses = Enumerable.Range(0, 1 + (revision % 4)).Select(at => $"10.200.{number}.{(at == 0 ? 1 : 2 + ((revision + at) % 200))}");
        return $$"""
            {
              "kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1",
              "metadata": {
                "name": "slice-{{number}}", "namespace": "{{Namespace(number)}}",
                "labels": { "kubernetes.io/service-name": "service-{{number}}", "revision": "{{revision}}" }
              },
              "addressType": "IPv4",
              "endpoints": [{{string.Join(", ", addresses.Select(static address => $$"""{ "addresses": ["{{address}}"], "conditions": { "ready": true } }"""))}}],
              "ports": [{ "name": "http", "protocol": "TCP", "port": 8080 }]
            }
            """;
    }

    public static string Event(int number) => $$"""
        {
          "kind": "Event", "apiVersion": "v1",
          "metadata": { "name": "event-{{number}}", "namespace": "{{Namespace(number)}}" },
          "involvedObject": { "kind": "Pod", "namespace": "{{Namespace(number)}}", "name": "pod-{{number % Pods}}", "apiVersion": "v1" },
          "reason": "Changed", "type": "Normal", "message": "event number {{number}};",
          "lastTimestamp": "2026-11-20T11:00:00Z"
        }
        """;

    private static string Namespace(int number) => $"ns-{number % Namespaces}";
}
