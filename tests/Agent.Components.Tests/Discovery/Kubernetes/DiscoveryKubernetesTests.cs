using Agent.Components.Discovery.Kubernetes;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Testing;
using static Agent.Components.Tests.Discovery.Kubernetes.ClusterObjects;

namespace Agent.Components.Tests.Discovery.Kubernetes;

public sealed class DiscoveryKubernetesTests
{
    [Fact]
    public async Task Pods_come_and_go_and_what_stays_is_the_same_instance()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/pods", Pod("a"));
        run.Server.Put("v1/pods", Pod("b"));
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Names == "a b");
        Target first = run.Targets[0];

        run.Server.Put("v1/pods", Pod("c"));
        await run.UntilAsync(() => run.Names == "a b c");
        run.Server.Delete("v1/pods", "default/b");
        await run.UntilAsync(() => run.Names == "a c");

        Assert.Same(first, run.Targets[0]);
        Assert.Equal(HealthState.Healthy, run.Context.Health);
    }

    [Fact]
    public async Task The_first_targets_come_without_any_wait()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        for (int i = 0; i < 110; i++)
        {
            run.Server.Put("v1/pods", Pod($"pod-{i:000}"));
        }
        await run.StartAsync(run.Role(KubernetesRole.Pod));

        // The clock stands still: no timer takes part.
        await Eventually.TrueAsync(() => run.Targets.Count == 110);
    }

    [Fact]
    public async Task Large_lists_come_compressed()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        for (int i = 0; i < 400; i++)
        {
            run.Server.Put("v1/pods", Agent.Testing.Kubernetes.ClusterPods.Pod(i, nodes: 4));
        }
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Targets.Count == 400);

        Assert.InRange(run.Server.BytesOnWire, 1, run.Server.BytesSent / 5);
        Assert.Equal(400, run.Targets.Select(static target => target["__meta_kubernetes_pod_uid"]).Distinct().Count());
    }

    [Fact]
    public async Task Changes_that_come_together_are_handed_on_together()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/pods", Pod("a"));
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Names == "a");
        int before = run.ExportCount;

        for (int i = 0; i < 100; i++)
        {
            run.Server.Put("v1/pods", Pod($"b{i:00}"));
        }
        await run.UntilAsync(() => run.Targets.Count == 101);

        // The clock moves a second with each look, so that some may come in between; a hundred would be one for each.
        Assert.InRange(run.ExportCount - before, 1, 20);
    }

    [Fact]
    public async Task A_pod_that_changes_in_nothing_that_labels_say_is_not_handed_on()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/pods", Pod("a"));
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Names == "a");
        int before = run.ExportCount;

        run.Server.Put("v1/pods", Pod("a", extra: """, "priority": 7"""));
        run.Server.Put("v1/pods", Pod("b"));
        await run.UntilAsync(() => run.Names == "a b");

        Assert.Equal(before + 1, run.ExportCount);
    }

    [Fact]
    public async Task Targets_stay_while_the_API_server_is_away()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/pods", Pod("a"));
        run.Server.Put("v1/pods", Pod("b"));
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Names == "a b");
        ValueList<Target> before = run.Targets;
        int exports = run.ExportCount;

        await run.Server.GoDownAsync();
        await run.UntilAsync(() => run.Context.Health == HealthState.Unhealthy);
        run.Advance(TimeSpan.FromMinutes(10));
        Assert.Same(before, run.Targets);
        await run.Server.ComeUpAsync();
        await run.UntilAsync(() => run.Context.Health == HealthState.Healthy);

        Assert.Same(before, run.Targets);
        Assert.Equal(exports, run.ExportCount);
        run.Server.Delete("v1/pods", "default/a");
        await run.UntilAsync(() => run.Names == "b");
    }

    [Fact]
    public async Task A_refusal_names_the_missing_rule_and_other_namespaces_go_on()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Deny("pods", "list", "shop");
        run.Server.Put("v1/pods", Pod("a", "default"));
        run.Server.Put("v1/pods", Pod("b", "shop"));
        await run.StartAsync(run.Role(KubernetesRole.Pod) with { Namespaces = new() { Names = ["default", "shop"] } });
        await run.UntilAsync(() => run.Context.Health == HealthState.Unhealthy && run.Names == "a");

        Assert.Contains("pods", run.Context.HealthMessage, StringComparison.Ordinal);
        Assert.Contains("shop", run.Context.HealthMessage, StringComparison.Ordinal);
        run.Server.AllowAll();
        await run.UntilAsync(() => run.Names == "a b" && run.Context.Health == HealthState.Healthy);
    }

    [Fact]
    public async Task A_wrong_token_makes_it_unhealthy_and_leaves_the_targets()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/pods", Pod("a"));
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Names == "a");

        run.Server.RequiredToken = "other";
        run.Server.DropConnections();
        await run.UntilAsync(() => run.Context.Health == HealthState.Unhealthy);

        Assert.Contains("401", run.Context.HealthMessage, StringComparison.Ordinal);
        Assert.Equal("a", run.Names);
    }

    [Fact]
    public async Task Other_arguments_keep_the_targets_until_the_new_list_is_there()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/pods", Pod("a", "default"));
        run.Server.Put("v1/pods", Pod("b", "shop"));
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Names == "a b");
        var seen = new List<int>();
        run.Context.Exported += exports => seen.Add(((DiscoveryKubernetes.Exports)exports).Targets.Count);

        await run.ApplyAsync(run.Role(KubernetesRole.Pod) with { AttachMetadata = new() { Namespace = true } });
        run.Server.Put("v1/namespaces", Namespace("shop", "\"team\": \"x\""));
        await run.UntilAsync(() => run.Targets[1]["__meta_kubernetes_namespace_label_team"] == "x");
        Assert.All(seen, static count => Assert.Equal(2, count));

        await run.ApplyAsync(run.Role(KubernetesRole.Pod) with { Namespaces = new() { Names = ["shop"] } });
        await run.UntilAsync(() => run.Names == "b");
    }

    [Fact]
    public async Task Labels_of_a_node_that_change_change_the_targets_of_its_pods()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/nodes", Node("node-a", "\"zone\": \"z1\""));
        run.Server.Put("v1/pods", Pod("a", node: "node-a"));
        run.Server.Put("v1/pods", Pod("b", node: "node-b"));
        await run.StartAsync(run.Role(KubernetesRole.Pod) with { AttachMetadata = new() { Node = true } });
        await run.UntilAsync(() => run.Names == "a");
        Assert.Equal("z1", run.Targets[0]["__meta_kubernetes_node_label_zone"]);

        run.Server.Put("v1/nodes", Node("node-a", "\"zone\": \"z2\""));
        run.Server.Put("v1/nodes", Node("node-b", "\"zone\": \"z3\""));
        await run.UntilAsync(() => string.Join(" ", run.Targets.Select(static target => target["__meta_kubernetes_node_label_zone"])) == "z2 z3");
        run.Server.Delete("v1/nodes", "node-a");
        await run.UntilAsync(() => run.Names == "b");
    }

    [Theory]
    [InlineData(KubernetesRole.Endpoints)]
    [InlineData(KubernetesRole.EndpointSlice)]
    public async Task A_pod_or_service_that_changes_changes_the_endpoints_that_lead_to_it(KubernetesRole role)
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/endpoints", Endpoints("web", "default", "a"));
        run.Server.Put("discovery.k8s.io/v1/endpointslices", Slice("web-1", "web", "default", "a"));
        await run.StartAsync(run.Role(role));
        await run.UntilAsync(() => run.Targets.Count == 1);
        Assert.Equal("", run.Names);

        run.Server.Put("v1/pods", Pod("a", phase: "Pending"));
        await run.UntilAsync(() => run.Targets[0]["__meta_kubernetes_pod_phase"] == "Pending");
        run.Server.Put("v1/pods", Pod("a", phase: "Running"));
        run.Server.Put("v1/services", Service("web", labels: "\"team\": \"x\""));
        await run.UntilAsync(() => run.Targets[0]["__meta_kubernetes_pod_phase"] == "Running" && run.Targets[0]["__meta_kubernetes_service_label_team"] == "x");
        run.Server.Delete("v1/pods", "default/a");
        await run.UntilAsync(() => run.Names == "");
    }

    [Fact]
    public async Task Components_that_look_for_the_same_share_one_watch()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/pods", Pod("a"));
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Names == "a");

        // Another component of the process, with the same options.
        await using var other = new DiscoveryKubernetes(run.Context);
        using var stop = new CancellationTokenSource();
        await other.ApplyAsync(run.Role(KubernetesRole.Pod), CancellationToken.None);
        Assert.Empty(run.Targets);
        Task running = other.RunAsync(stop.Token);
        await run.UntilAsync(() => run.Names == "a");
        await stop.CancelAsync();
        await running;

        Assert.Equal(1, run.Server.CountOf("list", "pods"));
    }

    [Fact]
    public async Task Debug_info_shows_every_watch()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/pods", Pod("a"));
        await run.StartAsync(run.Role(KubernetesRole.Pod) with { AttachMetadata = new() { Namespace = true } });
        await run.UntilAsync(() => run.Names == "a");
        await run.UntilAsync(() => run.Shown(static debug => debug["targets"]) == "1");

        Assert.Equal("pod", run.Shown(static debug => debug["role"]));
        Agent.Syntax.Values.ArrayValue watches = (Agent.Syntax.Values.ArrayValue)run.Debug["watches"];
        Assert.Equal(2, watches.Count);
        var pods = (Agent.Syntax.Values.ObjectValue)watches[0];
        Assert.Equal("pods", KubernetesRun.Text(pods["resource"]));
        Assert.Equal("1", KubernetesRun.Text(pods["objects"]));
        Assert.Equal("1", KubernetesRun.Text(pods["lists"]));
        Assert.NotEqual("0", KubernetesRun.Text(pods["bytes_read"]));
    }
}
