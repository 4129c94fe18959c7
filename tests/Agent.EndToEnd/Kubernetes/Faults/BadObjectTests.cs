using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>An API server that sends what it ought not to, with a clock that is wrong by a century.</summary>
public sealed class BadObjectTests : IDisposable
{
    private const string Pods = "v1/pods";
    private const string Skipped = "kubernetes_watch_skipped_objects_total";

    /// <summary>What a list may hold beside pods: three without a name, one that says that it is something else, and what is no object at all.</summary>
    private static readonly string[] BadItems =
    [
        "null", "7", "[{}]", "{}", """{"metadata":null}""", """{"metadata":{"name":null},"spec":[]}""",
        """{"kind":"Secret","apiVersion":"v1","metadata":{"name":"s","namespace":"shop"}}""",
    ];

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [NativeFact]
    public async Task What_is_wrong_with_some_objects_costs_no_other_and_is_counted()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync(new WrongClock());
        api.Put(Pods, Pod("good", 1));
        api.Put(Pods, Pod("large", 2, $$""" "annotations": { "note": "{{new string('x', 1 << 20)}}" }, """));
        api.Put(Pods, NullsEverywhere);
        Array.ForEach(BadItems, item => api.AddRawItem(Pods, item));
        await using RunningAgent agent = await StartAsync(api);

        await TargetsAreAsync(agent, "10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.3");
        await agent.HealthIsAsync("discovery.kubernetes.pods", "healthy");
        Assert.Equal(3, await agent.MetricAsync(Skipped, "reason=\"unnamed\""));
        Assert.Equal(1, await agent.MetricAsync(Skipped, "reason=\"other_kind\""));
        await agent.LineAsync("level=warn", "without a name among the pods is skipped");
    }

    [NativeFact]
    public async Task Events_that_cannot_be_read_keep_what_is_known_and_cost_no_list()
    {
        await using FakeApiServer api = await FakeApiServer.StartAsync(new WrongClock());
        api.Put(Pods, Pod("a", 1));
        await using RunningAgent agent = await StartAsync(api);
        await TargetsAreAsync(agent, "10.0.0.1:8080");
        List<string> wanted = ["10.0.0.1:8080"];
        string[] events =
        [
            """{"type":"ADDED","object":{"metadata":{"name":"half","namespace":"sh""",
            "this is no JSON\n",
            """{"type":"PROMOTED","object":{"metadata":{"name":"x"}}}""" + "\n",
            """{"type":"MODIFIED","object":null}""" + "\n",
            """{"type":"DELETED"}""" + "\n",
            """{"type":"DELETED","object":{"kind":"Service","apiVersion":"v1","metadata":{"name":"a","namespace":"shop"}}}""" + "\n",
        ];

        for (int i = 0; i < events.Length; i++)
        {
            int watches = api.CountOf("watch", "pods");
            api.SendRaw(Pods, events[i]);
            if (i == 0)
            {
                api.DropConnections();
                await Eventually.TrueAsync(() => api.CountOf("watch", "pods") > watches, () => "the watch was not opened again");
            }
            // What comes next is known, and what was known before still is.
            api.Put(Pods, Pod($"after-{i}", 10 + i));
            wanted.Add($"10.0.0.{10 + i}:8080");
            await TargetsAreAsync(agent, [.. wanted]);
        }

        await agent.HealthIsAsync("discovery.kubernetes.pods", "healthy");
        Assert.Equal(1, await agent.MetricAsync(Skipped, "reason=\"other_kind\""));
        Assert.Equal(1, api.CountOf("list", "pods"));
    }

    private Task<RunningAgent> StartAsync(FakeApiServer api)
    {
        _workspace.Configure($$"""
            discovery.kubernetes "pods" {
                role       = "pod"
                api_server = "{{api.Url}}"
            }

            discovery.relabel "pods" {
                targets = discovery.kubernetes.pods.targets
            }
            """);
        return RunningAgent.StartAsync(_workspace);
    }

    private static Task TargetsAreAsync(RunningAgent agent, params string[] addresses) =>
        GoldenTargets.AreAsync(agent, "discovery.relabel.pods", [.. addresses.Select(static address => $"__address__={address}")]);

    private static string Pod(string name, int last, string more = "") => $$"""
        {
          "metadata": { {{more}} "name": "{{name}}", "namespace": "shop" },
          "spec": { "nodeName": "node-a", "containers": [{ "name": "main", "image": "i", "ports": [{ "containerPort": 8080 }] }] },
          "status": { "phase": "Running", "podIP": "10.0.0.{{last}}" }
        }
        """;

    private const string NullsEverywhere = """
        {
          "metadata": { "name": "nulls", "namespace": "shop", "labels": null, "annotations": { "a": null }, "ownerReferences": null, "managedFields": null, "uid": null, "generation": "no number" },
          "spec": { "nodeName": null, "initContainers": null, "containers": [null, { "name": "main", "image": null, "ports": null }] },
          "status": { "phase": null, "podIP": "10.0.0.3", "podIPs": null, "conditions": null, "containerStatuses": null }
        }
        """;

    /// <summary>Goes on as the system's does, a hundred years ahead.</summary>
    private sealed class WrongClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddYears(100);
    }
}
