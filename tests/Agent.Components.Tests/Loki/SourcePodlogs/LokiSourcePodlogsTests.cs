using Agent.Components.Common.Kubernetes;
using Agent.Components.Loki.SourcePodlogs;
using Agent.Components.Tests.Loki.PodTails;
using Agent.Sdk;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Components.Tests.Loki.SourcePodlogs;

public sealed class LokiSourcePodlogsTests : IAsyncDisposable
{
    private const string Resources = "monitoring.grafana.com/v1alpha2/podlogs";
    private const long T = PodTailFixture.T;

    private readonly FakeTimeProvider _time = new();
    private readonly TestComponentContext _context;
    private readonly LogCollector _collected = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, FakeContainerLog> _logs = new(StringComparer.Ordinal);
    private FakeApiServer? _server;
    private LokiSourcePodlogs? _component;
    private Task _run = Task.CompletedTask;

    public LokiSourcePodlogsTests() => _context = new TestComponentContext("loki.source.podlogs.test", _time);

    private LokiSourcePodlogs.Arguments Arguments => new()
    {
        ForwardTo = [_collected],
        PodLogsPath = "/nowhere",
        Client = new KubernetesClientOptions { ApiServer = _server!.Url },
    };

    [Fact]
    public async Task Pods_that_resources_select_are_read_and_relabelled()
    {
        await ServeAsync();
        PutPod("web-0", "web", """{"app":"web"}""");
        PutPod("db-0", "db", """{"app":"db"}""");
        Write("web-0", "web", "from web");
        Write("web-0", "setup", "from its init container");
        Write("db-0", "db", "from db");
        PutResource("web", """
            {"selector": {"matchLabels": {"app": "web"}}, "relabelings": [
              {"sourceLabels": ["__meta_kubernetes_pod_container_init", "__meta_kubernetes_pod_label_app", "__meta_kubernetes_namespace_label_team"], "targetLabel": "about"},
              {"action": "Replace", "sourceLabels": ["__meta_kubernetes_pod_controller_name"], "targetLabel": "owner", "regex": "(.*)-[a-z0-9]+", "replacement": "$1"},
              {"sourceLabels": ["__meta_kubernetes_podlogs_label_tier"], "targetLabel": "tier"}
            ]}
            """);
        await StartAsync();
        await EntriesAsync(2);

        Assert.Equal(["from its init container", "from web"], _collected.Lines.Order(StringComparer.Ordinal));
        Assert.Equal(
            """{about="false;web;blue", instance="shop/web-0:web", job="shop/web", owner="web", tier="front"}""",
            _collected.Entries.Single(static entry => entry.Line == "from web").Labels.ToString());
        Assert.DoesNotContain(_server!.Requests, static request => request.Path.Contains("/db-0/log", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pods_and_resources_that_come_and_change_are_followed()
    {
        await ServeAsync();
        await StartAsync();
        PutResource("web", """{"selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "db"]}]}}""");
        PutPod("web-0", "web", """{"app":"web"}""");
        Write("web-0", "web", "one");
        await EntriesAsync(1);
        PutPod("db-0", "db", """{"app":"db"}""");
        Write("db-0", "db", "two");
        await EntriesAsync(2);

        PutResource("web", """{"selector": {"matchLabels": {"app": "web"}}, "namespaceSelector": {"matchLabels": {"team": "nobody"}}}""");
        await AdvanceUntilAsync(() => Shown("target") == "[]");
    }

    [Fact]
    public async Task A_resource_that_is_wrong_says_why_and_the_others_count()
    {
        await ServeAsync();
        PutPod("web-0", "web", """{"app":"web"}""");
        Write("web-0", "web", "one");
        PutResource("bad", """{"relabelings": [{"regex": "("}]}""");
        PutResource("worse", """{"selector": {"matchExpressions": [{"key": "app", "operator": "Like"}]}}""");
        PutResource("good", """{"selector": {}}""");
        await StartAsync();
        await EntriesAsync(1);
        Assert.Contains("invalid relabelings: error parsing regexp", Shown("pod_logs"), StringComparison.Ordinal);
        Assert.Contains("invalid Pod selector: \\\"Like\\\" is no operator", Shown("pod_logs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Selectors_of_the_component_and_its_node_count()
    {
        await ServeAsync();
        _server!.Put("v1/namespaces", """{"metadata": {"name": "other", "labels": {"team": "red"}}}""");
        PutPod("web-0", "web", """{"app":"web"}""");
        PutPod("web-1", "web", """{"app":"web"}""", node: "node-b");
        Write("web-0", "web", "mine");
        Write("web-1", "web", "of another node");
        PutResource("here", "{}");
        PutResource("there", "{}", "other");
        await StartAsync(Arguments with
        {
            Selector = new LokiSourcePodlogs.SelectorOptions { MatchLabels = new ValueMap<string>([new("tier", "front")]) },
            NamespaceSelector = new LokiSourcePodlogs.SelectorOptions
            {
                MatchExpression = [new LokiSourcePodlogs.MatchExpressionOptions { Key = "team", Operator = "NotIn", Values = ["red"] }],
            },
            NodeFilter = new LokiSourcePodlogs.NodeFilterOptions { Enabled = true, NodeName = "node-a" },
            PreserveDiscoveredLabels = true,
        });
        await EntriesAsync(1);
        Assert.Equal(["mine"], _collected.Lines);
        Assert.Equal("shop/here", _collected.Entries[0].Labels["job"]);
        Assert.Equal("node-a", _collected.Entries[0].Labels["__meta_kubernetes_pod_node_name"]);
        Assert.Contains(_server.Requests, static request => request.Path.Contains("spec.nodeName%3Dnode-a", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_written_before_a_container_was_seen_can_be_left_out()
    {
        await ServeAsync();
        PutPod("web-0", "web", """{"app":"web"}""");
        Write("web-0", "web", "long ago");
        PutResource("web", "{}");
        await StartAsync(Arguments with { TailFromEnd = true });
        await AdvanceUntilAsync(() => !_logs["web-0/web"].Requests.IsEmpty);
        _logs["web-0/web"].Write((_time.GetUtcNow().AddSeconds(1) - DateTimeOffset.UnixEpoch).Ticks * 100, "now");
        await EntriesAsync(1);
        Assert.Equal(["now"], _collected.Lines);
    }

    [Fact]
    public async Task A_right_that_is_missing_is_named_and_tails_go_on()
    {
        await ServeAsync();
        PutPod("web-0", "web", """{"app":"web"}""");
        Write("web-0", "web", "one");
        PutResource("web", "{}");
        await StartAsync();
        await EntriesAsync(1);
        _server!.Deny("podlogs", "watch");
        _server.Deny("podlogs", "list");
        _server.EndWatches();
        await AdvanceUntilAsync(() => _context.Health == HealthState.Unhealthy);
        Assert.Contains("podlogs", _context.HealthMessage, StringComparison.Ordinal);
        Write("web-0", "web", "two", T + 1);
        await EntriesAsync(2);
        _server.AllowAll();
        await AdvanceUntilAsync(() =>
        {
            // A watch is known to be open once something has come.
            _server.SendBookmark(Resources);
            return _context.Health == HealthState.Healthy;
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_component is not null)
        {
            await _stop.CancelAsync();
            await _run.WaitAsync(TimeSpan.FromSeconds(30));
            await _component.DisposeAsync();
        }
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _context.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        _server.Logs = (request, http) => LogOf(request.Pod, request.Container).SendAsync(request, http);
        _server.Put("v1/namespaces", """{"metadata": {"name": "shop", "labels": {"team": "blue"}}}""");
    }

    private async Task StartAsync(LokiSourcePodlogs.Arguments? arguments = null)
    {
        _component = new LokiSourcePodlogs(_context);
        await _component.ApplyAsync(arguments ?? Arguments, CancellationToken.None);
        _run = _component.RunAsync(_stop.Token);
    }

    private string Shown(string field) =>
        Agent.Sdk.Decoding.ValueText.Of(((Agent.Syntax.Values.ObjectValue)_component!.DebugState())[field]);

    private FakeContainerLog LogOf(string pod, string container)
    {
        lock (_logs)
        {
            if (!_logs.TryGetValue($"{pod}/{container}", out FakeContainerLog? log))
            {
                _logs.Add($"{pod}/{container}", log = new FakeContainerLog());
            }
            return log;
        }
    }

    private void Write(string pod, string container, string text, long time = T) => LogOf(pod, container).Write(time, text);

    private void PutResource(string name, string spec, string inNamespace = "shop") =>
        _server!.Put(Resources, $$"""{"metadata": {"name": "{{name}}", "namespace": "{{inNamespace}}", "labels": {"tier": "front"} }, "spec": {{spec}} }""");

    private void PutPod(string name, string container, string labels, string node = "node-a") => _server!.Put("v1/pods", $$$"""
        {
          "metadata": {
            "name": "{{{name}}}", "namespace": "shop", "uid": "uid-{{{name}}}", "labels": {{{labels}}},
            "ownerReferences": [{"kind": "ReplicaSet", "name": "{{{container}}}-5d8f", "controller": true}]
          },
          "spec": {
            "nodeName": "{{{node}}}", "containers": [{"name": "{{{container}}}", "image": "image"}],
            "initContainers": [{"name": "setup", "image": "image"}]
          },
          "status": {
            "phase": "Running",
            "containerStatuses": [{"name": "{{{container}}}", "restartCount": 0, "state": {"running": {} } }],
            "initContainerStatuses": [{"name": "setup", "restartCount": 0, "state": {"terminated": {"exitCode": 0, "finishedAt": "2024-05-06T06:00:00Z"} } }]
          }
        }
        """);

    private Task EntriesAsync(int count) => AdvanceUntilAsync(() => _collected.Entries.Count >= count);

    private Task AdvanceUntilAsync(Func<bool> condition) => _time.AdvanceUntilAsync(TimeSpan.FromMilliseconds(250), condition);
}
