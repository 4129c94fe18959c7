using System.Text.Json.Nodes;
using Agent.Testing;
using Agent.Tests.Deploy;

namespace Agent.Tests.CommandLine;

public sealed class RbacCommandTests : IDisposable
{
    private const string Token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Roles_and_their_bindings_are_printed_with_who_needs_each_rule()
    {
        Assert.Equal(0, await RunAsync("""
            discovery.kubernetes "shop" {
              role = "pod"
              namespaces { names = ["shop"] }
            }
            discovery.kubernetes "nodes" { role = "node" }
            """, "--name=agent", "--namespace=logs", "--service-account=reader"));

        Assert.Equal(
            """
            # Printed by `invar rbac a.alloy`: the rights that this configuration needs, and no others.
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata:
              name: agent
            rules:
              # discovery.kubernetes.nodes
              - apiGroups: [""]
                resources: ["nodes"]
                verbs: ["list", "watch"]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata:
              name: agent
            roleRef:
              apiGroup: rbac.authorization.k8s.io
              kind: ClusterRole
              name: agent
            subjects:
              - kind: ServiceAccount
                name: reader
                namespace: logs
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata:
              name: agent
              namespace: shop
            rules:
              # discovery.kubernetes.shop
              - apiGroups: [""]
                resources: ["pods"]
                verbs: ["list", "watch"]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata:
              name: agent
              namespace: shop
            roleRef:
              apiGroup: rbac.authorization.k8s.io
              kind: Role
              name: agent
            subjects:
              - kind: ServiceAccount
                name: reader
                namespace: logs

            """, _shell.Out);
    }

    [Theory]
    [InlineData("pod", "", "pods")]
    [InlineData("service", "", "services")]
    [InlineData("ingress", "", "networking.k8s.io/ingresses")]
    [InlineData("endpoints", "", "endpoints, pods, services")]
    [InlineData("endpointslice", "", "pods, services, discovery.k8s.io/endpointslices")]
    [InlineData("pod", "attach_metadata {\n node = true\n namespace = true\n}", "namespaces, nodes, pods")]
    [InlineData("service", "attach_metadata { node = true }", "services")]
    public async Task A_discovery_watches_what_its_role_is_made_of(string role, string block, string expected) =>
        Assert.Equal(expected, string.Join(", ", await ResourcesAsync($"discovery.kubernetes \"x\" {{\n role = \"{role}\"\n {block}\n}}\n")));

    [Fact]
    public async Task The_namespace_of_the_agent_is_the_one_given()
    {
        List<JsonObject> objects = await ObjectsAsync("discovery.kubernetes \"x\" {\n role = \"pod\"\n namespaces { own_namespace = true }\n}\n");

        Assert.Equal(["Role/invar", "RoleBinding/invar"], objects.Select(ManifestChecks.IdOf));
        Assert.Equal("monitoring", objects[0]["metadata"]!["namespace"]!.ToString());
    }

    [Fact]
    public async Task A_namespace_that_is_not_known_is_any_namespace()
    {
        List<JsonObject> objects = await ObjectsAsync(
            "discovery.kubernetes \"x\" {\n role = \"pod\"\n namespaces { names = [sys.env(\"INVAR_TEST_NOT_SET\")] }\n}\n");

        Assert.Equal(["ClusterRole/invar", "ClusterRoleBinding/invar"], objects.Select(ManifestChecks.IdOf));
    }

    [Fact]
    public async Task What_the_cluster_grants_is_not_granted_again_in_a_namespace()
    {
        List<JsonObject> objects = await ObjectsAsync("""
            discovery.kubernetes "all" { role = "pod" }
            discovery.kubernetes "shop" {
              role = "pod"
              namespaces { names = ["shop"] }
            }
            """);

        Assert.Equal(["ClusterRole/invar", "ClusterRoleBinding/invar"], objects.Select(ManifestChecks.IdOf));
        Assert.Contains("  # discovery.kubernetes.all, discovery.kubernetes.shop\n", _shell.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kubeconfig_file = \"/etc/other\"")]
    [InlineData("api_server = \"https://other:6443\"")]
    public async Task Another_identity_needs_nothing_of_the_pods_own(string credentials)
    {
        Assert.Equal(0, await RunAsync($"discovery.kubernetes \"x\" {{\n role = \"pod\"\n {credentials}\n}}\n"));

        Assert.EndsWith("# Nothing in it uses the Kubernetes API with the identity of the agent's pod.\n", _shell.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "/metrics", "nodes/metrics")]
    [InlineData("", "/metrics/cadvisor", "nodes/metrics")]
    [InlineData("", "/stats/summary", "nodes/stats")]
    [InlineData("", "/configz", "nodes/proxy")]
    [InlineData("rule {\n target_label = \"__address__\"\n replacement = \"kubernetes.default.svc:443\"\n}", "/metrics", "/metrics")]
    [InlineData("rule {\n target_label = \"__address__\"\n replacement = \"10.0.0.1:10250\"\n}", "/metrics", "nodes/metrics")]
    [InlineData("rule {\n target_label = \"__metrics_path__\"\n replacement = \"/api/v1/nodes/a/proxy/metrics\"\n}", "/metrics", "nodes/proxy")]
    public async Task A_scrape_with_the_token_needs_what_its_targets_ask_for(string rule, string path, string expected)
    {
        string[] resources = await ResourcesAsync($$"""
            discovery.kubernetes "nodes" { role = "node" }
            discovery.relabel "nodes" {
              targets = discovery.kubernetes.nodes.targets
              {{rule}}
            }
            prometheus.scrape "x" {
              targets           = discovery.relabel.nodes.output
              forward_to        = []
              metrics_path      = "{{path}}"
              bearer_token_file = "{{Token}}"
            }
            """);

        Assert.Equal(["nodes", expected], resources);
    }

    [Fact]
    public async Task A_path_that_is_not_known_is_one_of_metrics() => Assert.Equal(["/metrics", "/metrics/*"], await ResourcesAsync($$"""
        prometheus.scrape "x" {
          targets           = [{"__address__" = "10.0.0.1:6443"}]
          forward_to        = []
          metrics_path      = sys.env("INVAR_TEST_NOT_SET")
          bearer_token_file = "{{Token}}"
        }
        """));

    [Theory]
    [InlineData("", "ClusterRole")]
    [InlineData("namespaces { names = [\"shop\"] }", "Role")]
    public async Task Logs_are_read_where_the_discovery_in_front_finds_pods(string namespaces, string kind)
    {
        List<JsonObject> objects = await ObjectsAsync($$"""
            discovery.kubernetes "pods" {
              role = "pod"
              {{namespaces}}
            }
            discovery.relabel "pods" { targets = discovery.kubernetes.pods.targets }
            loki.source.kubernetes "pods" {
              targets    = discovery.relabel.pods.output
              forward_to = []
            }
            """);

        Assert.Equal([$"{kind}/invar", $"{kind}Binding/invar"], objects.Select(ManifestChecks.IdOf));
        Assert.Equal(["pods", "pods/log"], Resources(objects));
        Assert.Equal("""["get","list","watch"]""", objects[0]["rules"]![0]!["verbs"]!.ToJsonString());
    }

    [Fact]
    public async Task A_secret_is_one_secret_in_its_namespace()
    {
        List<JsonObject> objects = await ObjectsAsync("remote.kubernetes.secret \"x\" {\n namespace = \"shop\"\n name = \"loki\"\n}\n");

        Assert.Equal(["Role/invar", "RoleBinding/invar"], objects.Select(ManifestChecks.IdOf));
        Assert.Equal("shop", objects[0]["metadata"]!["namespace"]!.ToString());
        Assert.Equal("""[{"apiGroups":[""],"resources":["secrets"],"resourceNames":["loki"],"verbs":["get"]}]""", objects[0]["rules"]!.ToJsonString());
    }

    [Fact]
    public async Task A_config_map_whose_name_is_not_known_is_any_with_a_note()
    {
        JsonObject role = (await ObjectsAsync("remote.kubernetes.configmap \"x\" {\n namespace = \"shop\"\n name = sys.env(\"INVAR_TEST_NOT_SET\")\n}\n"))[0];

        Assert.Equal("""[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get"]}]""", role["rules"]!.ToJsonString());
        Assert.Contains("  # Which one is not known here", _shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_watched_and_their_leader_is_elected_by_leases_of_its_own()
    {
        List<JsonObject> objects = await ObjectsAsync("loki.source.kubernetes_events \"all\" {\n namespaces = [\"shop\"]\n forward_to = []\n}\n");

        Assert.Equal(["monitoring", "shop"], objects.Where(static item => item["kind"]!.ToString() == "Role").Select(static role => role["metadata"]!["namespace"]!.ToString()));
        Assert.Equal(
            ["create: ", "get update: invar-loki.source.kubernetes-events.all", "get update: invar-loki.source.kubernetes-events.all-positions"],
            ManifestChecks.Items(objects[0]["rules"]).Select(static rule =>
                $"{string.Join(' ', rule["verbs"]!.AsArray())}: {rule["resourceNames"]?[0]}"));
    }

    [Fact]
    public async Task Events_without_an_election_need_no_leases() => Assert.Equal(["events"], await ResourcesAsync(
        "loki.source.kubernetes_events \"all\" {\n forward_to = []\n leader_election { enabled = false }\n}\n"));

    [Fact]
    public async Task PodLogs_are_watched_with_the_pods_and_namespaces_that_they_select() => Assert.Equal(
        ["namespaces", "pods", "pods/log", "monitoring.grafana.com/podlogs"],
        await ResourcesAsync("loki.source.podlogs \"all\" {\n forward_to = []\n}\n"));

    [Fact]
    public async Task A_kubelet_is_asked_for_pods_and_not_for_everything()
    {
        Assert.Equal(["nodes/pods"], await ResourcesAsync($"discovery.kubelet \"x\" {{\n bearer_token_file = \"{Token}\"\n}}\n"));

        Assert.Contains("  # Kubelets before Kubernetes 1.33 ask for nodes/proxy instead", _shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scrape_without_the_token_needs_nothing() => Assert.Equal(["nodes"], await ResourcesAsync("""
        discovery.kubernetes "nodes" { role = "node" }
        prometheus.scrape "x" {
          targets    = discovery.kubernetes.nodes.targets
          forward_to = []
        }
        """));

    [Fact]
    public async Task Errors_are_shown_and_nothing_is_printed()
    {
        Assert.Equal(1, await RunAsync("discovery.kubernetes \"x\" {\n role = 1 +\n}\n"));

        Assert.Equal("", _shell.Out);
        Assert.EndsWith("Error: cannot tell what a configuration needs that has errors\n", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Components_that_the_build_does_not_have_are_named_on_both_outputs()
    {
        Assert.Equal(0, await RunAsync("local.missing \"x\" { }\n"));

        Assert.Contains("# Not looked into, because this build does not have it: local.missing.x\n", _shell.Out, StringComparison.Ordinal);
        Assert.Contains("local.missing.x", _shell.Error, StringComparison.Ordinal);
    }

    [ConformanceTheory]
    [InlineData("conveyor-daemonset.alloy", "nodes, nodes/metrics, pods, pods/log, /metrics")]
    [InlineData("homelab.alloy", "pods")]
    [InlineData("kimawesome.alloy", "events, pods, coordination.k8s.io/leases, coordination.k8s.io/leases, coordination.k8s.io/leases")]
    [InlineData("srcnodes.alloy", "pods, pods/log")]
    public async Task Configurations_from_production_need_this_and_no_secrets(string file, string expected)
    {
        string path = Path.Combine(Conformance.Root!, "..", "seeds", file);
        Assert.True(File.Exists(path), $"{file} is looked for in the folder seeds beside the golden data");
        Assert.Equal(0, await _shell.RunAsync("rbac", path));

        Assert.Equal(expected, string.Join(", ", Resources(Yaml.Documents(_shell.Out))));
    }

    private Task<int> RunAsync(string configuration, params string[] flags) => _shell.RunAsync(["rbac", .. flags, _shell.Write("a.alloy", configuration)]);

    private async Task<List<JsonObject>> ObjectsAsync(string configuration)
    {
        Assert.Equal(0, await RunAsync(configuration));
        return Yaml.Documents(_shell.Out);
    }

    private async Task<string[]> ResourcesAsync(string configuration) => Resources(await ObjectsAsync(configuration));

    private static string[] Resources(IEnumerable<JsonObject> objects) =>
    [
        .. objects.SelectMany(static item => ManifestChecks.Items(item["rules"])).Select(static rule => rule["nonResourceURLs"] is { } urls
            ? urls[0]!.ToString()
            : $"{rule["apiGroups"]![0]}/{rule["resources"]![0]}".TrimStart('/')),
    ];
}
