using Agent.Components.Discovery.Kubernetes;
using Agent.Components.Discovery.Kubernetes.Pushdown;
using Agent.Sdk;
using static Agent.Components.Tests.Discovery.Kubernetes.ClusterObjects;
using static Agent.Components.Tests.Discovery.Kubernetes.KubernetesRun;

namespace Agent.Components.Tests.Discovery.Kubernetes.Pushdown;

/// <summary>What <c>--kubernetes.own-node-pods</c> asks for.</summary>
public sealed class OwnNodePodsTests
{
    private static readonly AgentOptions Flag = new() { OwnNodePods = true, Node = new("HOSTNAME", "node-a") };

    [Theory]
    [InlineData(KubernetesRole.Pod, "", "node-a")]
    [InlineData(KubernetesRole.Pod, "status.phase=Running", "node-a")]
    [InlineData(KubernetesRole.Pod, "spec.nodeName!=", "node-a")]
    [InlineData(KubernetesRole.Pod, "status.phase=Running, spec.nodeName=node-b", null)]
    [InlineData(KubernetesRole.Pod, "spec.nodeName==node-b", null)]
    [InlineData(KubernetesRole.Endpoints, "", null)]
    [InlineData(KubernetesRole.EndpointSlice, "", null)]
    [InlineData(KubernetesRole.Node, "", null)]
    [InlineData(KubernetesRole.Service, "", null)]
    public void Only_pods_are_restricted_and_only_where_the_block_names_no_node(KubernetesRole role, string field, string? node)
    {
        OwnNodePods found = OwnNodePods.Of(new() { Role = role, Selectors = [new() { Role = KubernetesRole.Pod, Field = field }] }, [], Flag);

        Assert.Equal(node, found.Node);
        Assert.StartsWith(
            node is null ? "not restricted by --kubernetes.own-node-pods: " : "restricted to node node-a by --kubernetes.own-node-pods", found.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_is_selected_by_its_name_counts_too() => Assert.Null(OwnNodePods.Of(
        new() { Role = KubernetesRole.Pod, Selectors = [new() { Role = KubernetesRole.Node, Field = "metadata.name=node-b" }] }, [], Flag).Node);

    [Fact]
    public void Targets_that_are_shared_out_among_agents_are_left_whole()
    {
        ExportUse use = UsesOf([Keep("app", "web")])[0];
        OwnNodePods found = OwnNodePods.Of(new() { Role = KubernetesRole.Pod }, [use, use with { SharedBy = "prometheus.scrape.web" }], Flag);

        Assert.Equal(new OwnNodePods(null, "not restricted by --kubernetes.own-node-pods: prometheus.scrape.web shares its targets by clustering"), found);
    }

    [Fact]
    public void Without_the_flag_there_is_nothing_to_say() =>
        Assert.Equal(OwnNodePods.Off, OwnNodePods.Of(new() { Role = KubernetesRole.Pod }, [], Flag with { OwnNodePods = false }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pods_of_other_nodes_are_not_asked_for_whatever_the_rules_keep(bool pushdown)
    {
        await using KubernetesRun run = await ClusterAsync(Flag with { SelectorPushdown = pushdown });
        run.Relabel([Keep("__meta_kubernetes_namespace", "default")], []);
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Names == "a");

        Assert.All(run.Server.Requests, static request => Assert.Contains("spec.nodeName%3Dnode-a", request.Path, StringComparison.Ordinal));
        await run.UntilAsync(() => run.Shown(static debug => debug["own_node_pods"]) == "restricted to node node-a by --kubernetes.own-node-pods");
    }

    [Fact]
    public async Task Of_the_nodes_that_are_attached_only_the_own_one_is_asked_for()
    {
        await using KubernetesRun run = await ClusterAsync(Flag);
        run.Server.Put("v1/nodes", Node("node-a"));
        run.Server.Put("v1/nodes", Node("node-b"));
        await run.StartAsync(run.Role(KubernetesRole.Pod) with { AttachMetadata = new() { Node = true } });
        await run.UntilAsync(() => run.Names == "a");

        await run.UntilAsync(() => run.FieldSelectors.Order(StringComparer.Ordinal).SequenceEqual(["metadata.name=node-a", "spec.nodeName=node-a"]));
    }

    [Fact]
    public async Task Phases_and_namespaces_that_the_rules_keep_are_still_pushed()
    {
        await using KubernetesRun run = await ClusterAsync(Flag);
        run.Relabel([Drop("__meta_kubernetes_pod_phase", "Failed"), Keep("__meta_kubernetes_pod_node_name", "node-b")]);
        await run.StartAsync(run.Role(KubernetesRole.Pod));

        await run.UntilAsync(() => run.FieldSelectors.SequenceEqual(["spec.nodeName=node-a,status.phase!=Failed"]));
    }

    [Fact]
    public async Task A_name_that_no_pod_runs_on_is_told_of_until_one_does()
    {
        await using KubernetesRun run = await ClusterAsync(Flag with { Node = new("HOSTNAME", "agent-x7k2p") });
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Context.HealthMessage.Contains("no pod runs on a node agent-x7k2p, as HOSTNAME has it", StringComparison.Ordinal));

        run.Server.Put("v1/pods", Pod("c", node: "agent-x7k2p"));
        await run.UntilAsync(() => run.Context.HealthMessage == "targets are up to date");
    }

    private static async Task<KubernetesRun> ClusterAsync(AgentOptions options)
    {
        KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Context.CommandLine = options;
        run.Server.Put("v1/pods", Pod("a", node: "node-a"));
        run.Server.Put("v1/pods", Pod("b", node: "node-b"));
        return run;
    }
}
