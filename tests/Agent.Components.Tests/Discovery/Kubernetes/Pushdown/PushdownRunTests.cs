using Agent.Components.Discovery.Kubernetes;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Testing;
using static Agent.Components.Tests.Discovery.Kubernetes.ClusterObjects;
using static Agent.Components.Tests.Discovery.Kubernetes.KubernetesRun;

namespace Agent.Components.Tests.Discovery.Kubernetes.Pushdown;

public sealed class PushdownRunTests
{
    private const string PodNode = "__meta_kubernetes_pod_node_name";

    [Fact]
    public async Task Only_pods_of_the_kept_node_are_asked_for()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/pods", Pod("a", node: "node-a"));
        run.Server.Put("v1/pods", Pod("b", node: "node-b"));
        run.Relabel([Keep(PodNode, "node-a")]);
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Names == "a");

        Assert.All(run.Server.Requests, static request => Assert.Contains("spec.nodeName", request.Path, StringComparison.Ordinal));
        await run.UntilAsync(() => run.FieldSelectors.SequenceEqual(["spec.nodeName=node-a"]));
        Assert.Equal("node-a", run.Shown(static debug => ((Agent.Syntax.Values.ObjectValue)debug["pushed_down"])["node"]));
    }

    [Fact]
    public async Task The_flag_turns_it_off()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Context.CommandLine = new AgentOptions { SelectorPushdown = false };
        run.Server.Put("v1/pods", Pod("a", node: "node-a"));
        run.Server.Put("v1/pods", Pod("b", node: "node-b"));
        run.Relabel([Keep(PodNode, "node-a")]);
        await run.StartAsync(run.Role(KubernetesRole.Pod));

        await run.UntilAsync(() => run.Names == "a b");
        await run.UntilAsync(() => run.FieldSelectors.SequenceEqual([""]));
    }

    [Fact]
    public async Task Rules_that_change_while_it_runs_change_the_watches_and_no_target_flaps()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        run.Server.Put("v1/pods", Pod("a", node: "node-a"));
        run.Server.Put("v1/pods", Pod("b", node: "node-b"));
        run.Relabel([Keep(PodNode, "node-a")]);
        await run.StartAsync(run.Role(KubernetesRole.Pod));
        await run.UntilAsync(() => run.Names == "a");
        Target kept = run.Targets[0];
        var empty = new List<object>();
        run.Context.Exported += exports =>
        {
            if (((DiscoveryKubernetes.Exports)exports).Targets.Count == 0)
            {
                empty.Add(exports);
            }
        };

        run.Relabel([Keep(PodNode, "node-a")], []);
        await run.UntilAsync(() => run.Names == "a b");
        run.Relabel([Keep(PodNode, "node-a")]);
        await run.UntilAsync(() => run.Names == "a");

        Assert.Empty(empty);
        Assert.Same(kept, run.Targets[0]);
    }

    [Fact]
    public async Task One_of_a_hundred_nodes_needs_a_fiftieth_of_the_bytes_at_most()
    {
        await using KubernetesRun run = await KubernetesRun.OpenAsync();
        for (int i = 0; i < 10_000; i++)
        {
            run.Server.Put("v1/pods", Pod($"pod-{i:00000}", $"team-{i % 20}", $"node-{i % 100:00}", labels: "\"app\": \"web\""));
        }
        long narrow = await BytesAsync(run, [Keep(PodNode, "node-07")], 100);
        long wide = await BytesAsync(run, [Keep(PodNode, "node-07|node-08")], 10_000);

        Assert.InRange(wide / (double)narrow, 50, 200);
    }

    /// <summary>What is sent until all is listed and a thousand pods have changed.</summary>
    private static async Task<long> BytesAsync(KubernetesRun run, Agent.Components.Common.Relabel.RelabelRule[] rules, int targets)
    {
        var context = new Agent.Testing.TestComponentContext("discovery.kubernetes.one");
        await using var component = new DiscoveryKubernetes(context);
        using var stop = new CancellationTokenSource();
        long before = run.Server.BytesSent;
        component.ConsumersChanged(UsesOf(rules));
        await component.ApplyAsync(run.Role(KubernetesRole.Pod), CancellationToken.None);
        Task running = component.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => Targets(context).Count == targets);
        for (int i = 0; i < 1000; i++)
        {
            run.Server.Put("v1/pods", Pod($"pod-{i:00000}", $"team-{i % 20}", $"node-{i % 100:00}", labels: "\"app\": \"changed\""));
        }
        int changed = targets == 100 ? 10 : 1000;
        await Eventually.TrueAsync(() => Targets(context).Count(static target => target["__meta_kubernetes_pod_label_app"] == "changed") == changed);
        await stop.CancelAsync();
        await running;
        for (int i = 0; i < 1000; i++)
        {
            run.Server.Put("v1/pods", Pod($"pod-{i:00000}", $"team-{i % 20}", $"node-{i % 100:00}", labels: "\"app\": \"web\""));
        }
        context.Dispose();
        return run.Server.BytesSent - before;
    }

    private static Agent.Sdk.ValueList<Target> Targets(Agent.Testing.TestComponentContext context) =>
        ((DiscoveryKubernetes.Exports)context.LastExports!).Targets;
}
