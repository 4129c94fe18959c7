using Agent.Runtime;
using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Metrics;
using Agent.Testing;
using Agent.Testing.Kubernetes;
using Agent.Syntax.Values;
using Microsoft.Extensions.Logging.Abstractions;
using static Agent.Components.Tests.Discovery.Kubernetes.ClusterObjects;

namespace Agent.Components.Tests.Discovery.Kubernetes.Pushdown;

/// <summary>From the text of a configuration to the requests that the API server sees.</summary>
public sealed class PushdownInGraphTests
{
    private const string Variable = "INVAR_TEST_NODE";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_targets_behind_the_rules_are_the_same_with_and_without_the_flag(bool isOn)
    {
        await using FakeApiServer server = await ClusterAsync();
        await using AgentRuntime runtime = Runtime(isOn);

        Assert.True((await LoadAsync(runtime, server, Own("own"))).Success);
        await Eventually.TrueAsync(() => NamesOf(runtime, "own") == "a");

        string[] lists = [.. server.Requests.Where(static request => request.Verb == "list").Select(static request => request.Path)];
        Assert.Equal(isOn, lists.All(static path => path.Contains("spec.nodeName", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_reload_that_brings_another_user_widens_the_watch_and_one_that_takes_it_away_narrows_it()
    {
        await using FakeApiServer server = await ClusterAsync();
        await using AgentRuntime runtime = Runtime(isOn: true);
        await LoadAsync(runtime, server, Own("own"));
        await Eventually.TrueAsync(() => NamesOf(runtime, "own") == "a");

        await LoadAsync(runtime, server, Own("own") + """

            discovery.relabel "all" { targets = discovery.kubernetes.pods.targets }
            """);
        await Eventually.TrueAsync(() => NamesOf(runtime, "all") == "a b" && NamesOf(runtime, "own") == "a");
        await LoadAsync(runtime, server, Own("own") + Own("other"));
        await Eventually.TrueAsync(() => runtime.Graph.Nodes.Single(static node => node.Id == "discovery.kubernetes.pods").Exports?["targets"] is ArrayValue { Count: 1 });

        Assert.Equal("a", NamesOf(runtime, "other"));
    }

    [Fact]
    public async Task Targets_that_are_joined_with_others_are_still_narrowed()
    {
        await using FakeApiServer server = await ClusterAsync();
        await using AgentRuntime runtime = Runtime(isOn: true);
        await LoadAsync(runtime, server, Own("own").Replace(
            "discovery.kubernetes.pods.targets", "array.concat(discovery.kubernetes.pods.targets, [{ \"x\" = \"y\" }])", StringComparison.Ordinal));
        await Eventually.TrueAsync(() => NamesOf(runtime, "own") == "a");

        Assert.All(server.Requests, static request => Assert.Contains("spec.nodeName", request.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_name_of_the_own_node_needs_no_escapes()
    {
        const string Dotted = "ip-10-0-0-1.ec2.internal";
        await using FakeApiServer server = await ClusterAsync(Dotted);
        await using AgentRuntime runtime = Runtime(new AgentOptions { Node = new(Variable, Dotted) }, Dotted);
        await LoadAsync(runtime, server, Own("own"));
        await Eventually.TrueAsync(() => NamesOf(runtime, "own") == "a");

        Assert.All(server.Requests, static request => Assert.Contains($"spec.nodeName%3D{Dotted}", request.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(All)]
    [InlineData("""
        declare "collect" {
          argument "pods" { }
          discovery.relabel "all" { targets = argument.pods.value }
          export "kept" { value = discovery.relabel.all.output }
        }
        collect "x" { pods = discovery.kubernetes.pods.targets }
        discovery.relabel "all" { targets = collect.x.kept }
        """)]
    public async Task The_flag_leaves_pods_alone_while_what_is_made_of_them_is_shared_out_among_agents(string relabelled)
    {
        await using FakeApiServer server = await ClusterAsync();
        await using AgentRuntime runtime = Runtime(new AgentOptions { OwnNodePods = true, Node = new(Variable, "node-a") });

        await LoadAsync(runtime, server, relabelled + Scrape("true"));
        await Eventually.TrueAsync(() => NamesOf(runtime, "all") == "a b");
        Assert.Contains("prometheus.scrape.web shares", NoteOf(runtime), StringComparison.Ordinal);

        await LoadAsync(runtime, server, relabelled + Scrape("false"));
        await Eventually.TrueAsync(() => NamesOf(runtime, "all") == "a");
        Assert.Equal("restricted to node node-a by --kubernetes.own-node-pods", NoteOf(runtime));
    }

    private const string All = """discovery.relabel "all" { targets = discovery.kubernetes.pods.targets }""";

    private static string Scrape(string clustered) => $$"""

        prometheus.scrape "web" {
          targets    = discovery.relabel.all.output
          forward_to = []
          clustering { enabled = {{clustered}} }
        }
        """;

    private static string NoteOf(AgentRuntime runtime) =>
        KubernetesRun.Text(((ObjectValue)runtime.Graph.Nodes.Single(static node => node.Id == "discovery.kubernetes.pods").DebugState!)["own_node_pods"]);

    private static async Task<FakeApiServer> ClusterAsync(string own = "node-a")
    {
        FakeApiServer server = await FakeApiServer.StartAsync();
        server.Put("v1/pods", Pod("a", node: own));
        server.Put("v1/pods", Pod("b", node: "node-b"));
        return server;
    }

    private static string Own(string label) => $$"""

        discovery.relabel "{{label}}" {
          targets = discovery.kubernetes.pods.targets
          rule {
            source_labels = ["__meta_kubernetes_pod_node_name"]
            regex         = sys.env("{{Variable}}")
            action        = "keep"
          }
        }

        """;

    private static Task<LoadResult> LoadAsync(AgentRuntime runtime, FakeApiServer server, string rest) =>
        runtime.LoadAsync(diagnostics => ConfigurationSource.Parse("test.alloy", $$"""
            discovery.kubernetes "pods" {
              role       = "pod"
              api_server = "{{server.Url}}"
            }
            {{rest}}
            """, diagnostics));

    private static string NamesOf(AgentRuntime runtime, string label) =>
        runtime.Graph.Nodes.Single(node => node.Id == $"discovery.relabel.{label}").Exports?["output"] is TargetListValue { Targets: var targets }
            ? string.Join(" ", targets.Select(static target => target["__meta_kubernetes_pod_name"]))
            : "";

    private static AgentRuntime Runtime(bool isOn) => Runtime(new AgentOptions { SelectorPushdown = isOn });

    private static AgentRuntime Runtime(AgentOptions options, string own = "node-a")
    {
        var library = new StandardLibraryScope(new StandardLibraryOptions { Version = "0", Environment = name => name == Variable ? own : null });
        var services = new GraphServices
        {
            Catalog = new BlockCatalog(
                new ComponentCatalog(global::Agent.Components.GeneratedCatalog.Components, global::Agent.Components.GeneratedCatalog.Stages), []),
            Metrics = new MetricRegistry(),
            Logging = NullLoggerFactory.Instance,
            Time = TimeProvider.System,
            Globals = library,
            StoragePath = Path.GetTempPath(),
            Options = options,
        };
        return new AgentRuntime(services, library, Stability.GenerallyAvailable);
    }
}
