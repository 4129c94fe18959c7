using Agent.Syntax;
using Agent.Syntax.Values;
using Agent.Testing;

namespace Agent.Tests;

/// <summary>What the rules of config/daemonset.alloy make of pods, as their discovery describes them.</summary>
public sealed class DaemonsetConfigurationTests
{
    private const string Pods = "discovery.kubernetes.pods.targets";

    private static readonly Dictionary<string, string> Web = new(StringComparer.Ordinal)
    {
        ["__address__"] = "10.1.2.3",
        ["__meta_kubernetes_namespace"] = "shop",
        ["__meta_kubernetes_pod_name"] = "web-6d5f7c9b84-x2k4m",
        ["__meta_kubernetes_pod_uid"] = "0b7c2f0e-5d0a-4f43-9a51-6f0d1e2b7a10",
        ["__meta_kubernetes_pod_container_name"] = "nginx",
        ["__meta_kubernetes_pod_controller_name"] = "web-6d5f7c9b84",
        ["__meta_kubernetes_pod_node_name"] = "node-a",
        ["__meta_kubernetes_pod_phase"] = "Running",
        ["__meta_kubernetes_pod_ip"] = "10.1.2.3",
    };

    [Fact]
    public async Task Logs_of_a_pod_get_its_labels_and_the_folder_of_its_container()
    {
        IReadOnlyDictionary<string, string> target = Assert.Single(await RunAsync("pod_logs", Web));

        Assert.Equal("/var/log/pods/shop_web-6d5f7c9b84-x2k4m_0b7c2f0e-5d0a-4f43-9a51-6f0d1e2b7a10/nginx/*.log", target["__path__"]);
        Assert.Equal(
            ["app=web", "container=nginx", "controller=web", "namespace=shop", "node=node-a", "pod=web-6d5f7c9b84-x2k4m"],
            target.Where(static label => !label.Key.StartsWith("__", StringComparison.Ordinal)).Select(static label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("__meta_kubernetes_pod_label_app_kubernetes_io_name", "shop-web", "shop-web")]
    [InlineData("__meta_kubernetes_pod_label_app", "frontend", "frontend")]
    [InlineData("__meta_kubernetes_pod_controller_name", "", "nginx")]
    public async Task The_application_is_the_first_name_that_there_is(string label, string value, string expected) =>
        Assert.Equal(expected, Assert.Single(await RunAsync("pod_logs", With(Web, (label, value))))["app"]);

    [Fact]
    public async Task The_folder_of_a_static_pod_is_named_after_its_manifest()
    {
        IReadOnlyDictionary<string, string> target = Assert.Single(await RunAsync(
            "pod_logs", With(Web, ("__meta_kubernetes_pod_annotation_kubernetes_io_config_hash", "1f0c7ad3c4a0a3a1"))));

        Assert.Equal("/var/log/pods/shop_web-6d5f7c9b84-x2k4m_1f0c7ad3c4a0a3a1/nginx/*.log", target["__path__"]);
    }

    [Theory]
    [InlineData("Pending", 0)]
    [InlineData("Failed", 1)]
    public async Task A_pod_has_logs_once_it_has_started(string phase, int expected) =>
        Assert.Equal(expected, (await RunAsync("pod_logs", With(Web, ("__meta_kubernetes_pod_phase", phase)))).Count);

    [Theory]
    [InlineData("apiserver", "kube-apiserver", "10.0.0.1:6443")]
    [InlineData("etcd", "etcd", "10.0.0.1:2381")]
    public async Task The_control_plane_is_scraped_where_its_pods_run(string component, string label, string address)
    {
        Dictionary<string, string> pod = With(
            Web, ("__meta_kubernetes_namespace", "kube-system"), ("__meta_kubernetes_pod_label_component", label), ("__meta_kubernetes_pod_ip", "10.0.0.1"));

        Assert.Equal(address, Assert.Single(await RunAsync(component, pod))["__address__"]);
        Assert.Empty(await RunAsync(component, Web));
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3:9090")]
    [InlineData("fd00::17", "[fd00::17]:9090")]
    public async Task Pods_are_scraped_as_their_annotations_ask(string ip, string address)
    {
        Dictionary<string, string> pod = With(
            Web, ("__meta_kubernetes_pod_ip", ip),
            ("__meta_kubernetes_pod_annotation_prometheus_io_scrape", "true"), ("__meta_kubernetes_pod_annotation_prometheus_io_port", "9090"),
            ("__meta_kubernetes_pod_annotation_prometheus_io_path", "/stats"), ("__meta_kubernetes_pod_annotation_prometheus_io_scheme", "https"));

        IReadOnlyDictionary<string, string> target = Assert.Single(await RunAsync("annotated_pods", pod));

        Assert.Equal((address, "/stats", "https"), (target["__address__"], target["__metrics_path__"], target["__scheme__"]));
        Assert.Empty(await RunAsync("annotated_pods", Web));
    }

    [Fact]
    public async Task Instances_of_the_database_operator_are_found_by_their_label() => Assert.Equal(
        "10.1.2.3:9187", Assert.Single(await RunAsync("cnpg", With(Web, ("__meta_kubernetes_pod_label_cnpg_io_cluster", "orders"))))["__address__"]);

    /// <summary>What the block <c>discovery.relabel</c> of that label makes of one pod.</summary>
    private static async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> RunAsync(string label, Dictionary<string, string> pod)
    {
        var source = new SourceText("daemonset.alloy", File.ReadAllBytes(Repository.PathOf("config/daemonset.alloy")));
        BlockStatement block = Parser.ParseFile(source).File.Body.OfType<BlockStatement>().Single(found => found.FullName == "discovery.relabel" && found.Label == label);
        string target = $"[{{{string.Join(", ", pod.Select(static pair => $"\"{pair.Key}\" = \"{pair.Value}\""))}}}]";
        await using var agent = new ExampleAgent();
        await agent.LoadAsync(source.Text(block.Span).Replace(Pods, target, StringComparison.Ordinal));
        var output = (ArrayValue)agent.Node("discovery.relabel").Exports!["output"]!;
        IReadOnlyList<IReadOnlyDictionary<string, string>> targets =
            [.. output.Select(static item => ((ObjectValue)item).Keys.ToDictionary(static key => key, key => ((StringValue)((ObjectValue)item)[key]!).Text))];
        await agent.Runtime.DisposeAsync();
        return targets;
    }

    private static Dictionary<string, string> With(Dictionary<string, string> pod, params (string Label, string Value)[] labels)
    {
        var changed = new Dictionary<string, string>(pod, StringComparer.Ordinal);
        foreach ((string label, string value) in labels)
        {
            changed[label] = value;
        }
        return changed;
    }
}
