using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Testing.Kubernetes;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>What an agent shows of a <see cref="ChangingCluster"/>, component by component, and what it ought to show.</summary>
internal static class ShownTargets
{
    private const string OwnNode = "node-3";

    /// <summary>The components whose exports are looked at.</summary>
    public static readonly IReadOnlyList<string> Components = ["pods", "own", "services", "slices", "nodes"];

    /// <summary>A discovery of each role, and rules that leave a few labels of each target. The rules of "own" are such that the server is asked for one node's pods.</summary>
    public static string Configuration(string access) => $$"""
        {{Discovery("pods", "pod", access, "attach_metadata { node = true }")}}
        {{Discovery("own", "pod", access, "")}}
        {{Discovery("services", "service", access, "")}}
        {{Discovery("slices", "endpointslice", access, "")}}
        {{Discovery("nodes", "node", access, "")}}

        {{Relabel("pods", "", ("namespace", "namespace"), ("name", "pod_name"), ("revision", "pod_label_revision"), ("phase", "pod_phase"), ("node_revision", "node_label_revision"))}}
        {{Relabel("own", KeepOwn, ("namespace", "namespace"), ("name", "pod_name"), ("revision", "pod_label_revision"))}}
        {{Relabel("services", "", ("namespace", "namespace"), ("name", "service_name"), ("revision", "service_label_revision"))}}
        {{Relabel("slices", "", ("namespace", "namespace"), ("name", "endpointslice_name"), ("revision", "endpointslice_label_revision"), ("service_revision", "service_label_revision"))}}
        {{Relabel("nodes", "", ("name", "node_name"), ("revision", "node_label_revision"))}}
        """;

    /// <summary>The targets of one component, as text.</summary>
    public static async Task<HashSet<string>> OfAsync(RunningAgent agent, string component)
    {
        using JsonDocument shown = JsonDocument.Parse(await agent.GetAsync($"/api/v0/web/components/discovery.relabel.{component}"));
        JsonElement output = shown.RootElement.GetProperty("exports").EnumerateArray().First(static export => export.GetProperty("name").GetString() == "output");
        return
        [
            .. output.GetProperty("value").GetProperty("value").EnumerateArray().Select(static target => Text(
                target.GetProperty("value").EnumerateArray()
                    .Select(static label => (label.GetProperty("key").GetString()!, label.GetProperty("value").GetProperty("value").GetString()!)))),
        ];
    }

    /// <summary>The targets that the cluster has now, as <see cref="OfAsync"/> gives them.</summary>
    public static HashSet<string> Truth(FakeApiServer api, string component) => component switch
    {
        "pods" => Pods(api),
        "own" =>
        [
            .. Items(api, "v1/pods").Where(static pod => pod.Node() == OwnNode && pod.Phase() == "Running")
                .Select(static pod => Text([.. Common(pod), ("__address__", $"{pod.Address()}:8080")])),
        ],
        "services" => [.. Items(api, "v1/services").Select(static service => Text([.. Common(service), ("__address__", $"{service.Name()}.{service.NamespaceOf()}.svc:80")]))],
        "slices" => Slices(api),
        _ =>
        [
            .. Items(api, "v1/nodes").Select(static node => Text(
                [("__address__", $"{node.InternalAddress()}:10250"), ("name", node.Name()), ("revision", node.Label("revision")!)])),
        ],
    };

    /// <summary>The beginnings of the texts of targets that are there throughout.</summary>
    public static IReadOnlyList<string> Stable(string component) => component switch
    {
        "pods" => [.. StablePods(Enumerable.Range(0, ClusterObjects.Pods))],
        "own" => [.. StablePods(Enumerable.Range(0, ClusterObjects.Pods).Where(static number => ClusterObjects.NodeName(number % ClusterObjects.Nodes) == OwnNode))],
        "services" => [.. StableServices().Select(static number => $"__address__=service-{number}.{NamespaceOf(number)}.svc:80,name=service-{number},")],
        "slices" => [.. StableServices().Select(static number => $"__address__=10.200.{number}.1:8080,name=slice-{number},")],
        _ =>
        [
            .. Enumerable.Range(0, ClusterObjects.Nodes).Select(static number => $"__address__=10.1.{number}.1:10250,name=node-{number},"),
        ],
    };

    /// <summary>What tells a target from all others, whatever else changes of it.</summary>
    public static string Identity(string text) => text[..(text.IndexOf(',', text.IndexOf(",name=", StringComparison.Ordinal) + 1) + 1)];

    private const string KeepOwn = $$"""
        rule {
            source_labels = ["__meta_kubernetes_pod_node_name"]
            regex         = "{{OwnNode}}"
            action        = "keep"
        }
        rule {
            source_labels = ["__meta_kubernetes_pod_phase"]
            regex         = "Pending|Succeeded|Failed|Unknown"
            action        = "drop"
        }
        """;

    private static IEnumerable<string> StablePods(IEnumerable<int> numbers) => numbers.Where(ChangingCluster.IsStable)
        .Select(static number => $"__address__=10.10.{number / 250}.{number % 250}:8080,name=pod-{number},");

    private static IEnumerable<int> StableServices() => Enumerable.Range(0, ClusterObjects.Services).Where(ChangingCluster.IsStable);

    private static string NamespaceOf(int number) => ClusterObjects.ServiceKey(number).Split('/')[0];

    private static HashSet<string> Pods(FakeApiServer api)
    {
        IReadOnlyDictionary<string, JsonObject> nodes = api.Objects("v1/nodes");
        return
        [
            .. Items(api, "v1/pods").Select(pod => Text(
            [
                .. Common(pod), ("__address__", $"{pod.Address()}:8080"), ("phase", pod.Phase()),
                .. nodes.TryGetValue(pod.Node(), out JsonObject? node) ? new[] { ("node_revision", node.Label("revision")!) } : [],
            ])),
        ];
    }

    private static HashSet<string> Slices(FakeApiServer api)
    {
        IReadOnlyDictionary<string, JsonObject> services = api.Objects("v1/services");
        return
        [
            .. from slice in Items(api, "discovery.k8s.io/v1/endpointslices")
               from endpoint in slice["endpoints"]!.AsArray()
               let service = services.GetValueOrDefault($"{slice.NamespaceOf()}/{slice.Label("kubernetes.io/service-name")}")
               select Text(
               [
                   .. Common(slice), ("__address__", $"{endpoint!["addresses"]![0]!.GetValue<string>()}:8080"),
                   .. service is null ? [] : new[] { ("service_revision", service.Label("revision")!) },
               ]),
        ];
    }

    private static IEnumerable<JsonObject> Items(FakeApiServer api, string collection) => api.Objects(collection).Values;

    private static (string Name, string Value)[] Common(JsonObject item) =>
        [("namespace", item.NamespaceOf()), ("name", item.Name()), ("revision", item.Label("revision")!)];

    private static string Text(IEnumerable<(string Name, string Value)> labels) =>
        string.Join(',', labels.OrderBy(static label => label.Name, StringComparer.Ordinal).Select(static label => $"{label.Name}={label.Value}")) + ",";

    private static string Discovery(string name, string role, string access, string more) => $$"""
        discovery.kubernetes "{{name}}" {
            role = "{{role}}"
            {{access}}
            {{more}}
        }
        """;

    private static string Relabel(string name, string rules, params (string Label, string Meta)[] shown) => $$"""
        discovery.relabel "{{name}}" {
            targets = discovery.kubernetes.{{name}}.targets
            {{rules}}
            {{string.Join("\n", shown.Select(static label => $$"""
                rule {
                    source_labels = ["__meta_kubernetes_{{label.Meta}}"]
                    target_label  = "{{label.Label}}"
                }
                """))}}
            rule {
                regex  = "__address__|{{string.Join('|', shown.Select(static label => label.Label))}}"
                action = "labelkeep"
            }
        }
        """;
}
