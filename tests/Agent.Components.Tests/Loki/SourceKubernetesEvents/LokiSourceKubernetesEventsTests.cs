using Agent.Components.Common.Kubernetes;
using Agent.Components.Loki.SourceKubernetesEvents;
using Agent.Components.Tests.Loki.SourceFile;
using Agent.Sdk;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Components.Tests.Loki.SourceKubernetesEvents;

public sealed class LokiSourceKubernetesEventsTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogCollector _collected = new();
    private readonly List<EventAgent> _agents = [];
    private FakeApiServer? _server;

    private LokiSourceKubernetesEvents.Arguments Arguments => new()
    {
        ForwardTo = [_collected],
        Client = new KubernetesClientOptions { ApiServer = _server!.Url },
    };

    [Fact]
    public async Task No_events_are_asked_for_while_memory_is_short()
    {
        _server = await FakeApiServer.StartAsync();
        Put("a", 1);
        var context = new TestComponentContext("loki.source.kubernetes_events.test", _time);
        context.Memory.Close();
        await StartAsync(context: context);
        await AdvanceUntilAsync(() => _agents[0].Component.DebugState().ToText().Contains("memory", StringComparison.Ordinal));
        Assert.Equal(0, _server.CountOf("list", "events"));
        context.Memory.Open();
        await EntriesAsync(1);
        Assert.Equal(["a1"], Names);
    }

    [Fact]
    public async Task Events_come_as_Alloy_writes_them()
    {
        _server = await FakeApiServer.StartAsync();
        string version = _server.Put("v1/events", """
            {
              "metadata": {"name": "web-0.17", "namespace": "shop"},
              "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-0", "apiVersion": "v1", "resourceVersion": "77"},
              "reason": "BackOff", "type": "Warning", "count": 3, "action": "Pulling",
              "message": "Back-off \"restarting\" <failed>\ncontainer é",
              "source": {"component": "kubelet", "host": "node-a"},
              "reportingComponent": "kubelet", "reportingInstance": "node-a",
              "lastTimestamp": "2024-05-06T07:00:00Z"
            }
            """);
        await StartAsync();
        await EntriesAsync(1);
        CollectedEntry entry = _collected.Entries[0];
        Assert.Equal(
            $"name=web-0 kind=Pod action=Pulling objectAPIversion=v1 objectRV=77 eventRV={version} reportinginstance=node-a reportingcontroller=kubelet "
            + "sourcecomponent=kubelet sourcehost=node-a reason=BackOff type=Warning count=3 msg=\"Back-off \\\"restarting\\\" <failed>\\ncontainer é\" ",
            entry.Line);
        Assert.Equal(1_714_978_800_000_000_000, entry.Timestamp);
        Assert.Equal("""{instance="loki.source.kubernetes_events.test", job="loki.source.kubernetes_events", namespace="shop"}""", entry.Labels.ToString());

        await AdvanceUntilAsync(() => _server.CountOf("watch", "events") == 1);
        await _agents[0].Component.ApplyAsync(Arguments with { LogFormat = EventLogFormat.Json, JobName = "events" }, CancellationToken.None);
        await AdvanceUntilAsync(() => _server.CountOf("watch", "events") == 2);
        _server.Put("v1/events", """
            {"metadata": {"name": "n", "namespace": "default"}, "involvedObject": {"kind": "Node", "name": "node-a"}, "message": "a<b & \"c\"\u0001",
             "eventTime": "2024-05-06T07:00:01.5Z", "lastTimestamp": null}
            """);
        await EntriesAsync(2);
        Assert.Equal(
            $$"""{"eventRV":"{{_server.Version}}","kind":"Node","msg":"a\u003cb \u0026 \"c\"\u0001","name":"node-a"}""", LastEventLine);
        Assert.Equal("""{instance="loki.source.kubernetes_events.test", job="events"}""", _collected.Entries[^1].Labels.ToString());
    }

    [Fact]
    public async Task Events_and_their_changes_come_once_through_reconnects_new_lists_and_restarts()
    {
        _server = await FakeApiServer.StartAsync();
        Put("a", 1);
        Put("b", 1);
        await StartAsync();
        await EntriesAsync(2);
        Put("a", 2);
        await EntriesAsync(3);
        _server.DropConnections();
        Put("c", 1);
        await EntriesAsync(4);
        // What came after its version is not known any more: everything is listed again.
        await _server.GoDownAsync();
        Put("b", 2);
        _server.ExpireHistory();
        await _server.ComeUpAsync();
        await EntriesAsync(5);
        await StopAsync();

        Put("d", 1);
        await StartAsync();
        await EntriesAsync(6);
        await StopAsync();
        Put("e", 1);
        _server.ExpireHistory();
        await StartAsync();
        await EntriesAsync(7);
        _server.SendBookmark("v1/events");
        Put("f", 1);
        await EntriesAsync(8);

        Assert.Equal(["a1", "b1", "a2", "c1", "b2", "d1", "e1", "f1"], Names);
    }

    [Fact]
    public async Task Only_the_namespaces_that_are_named_are_read()
    {
        _server = await FakeApiServer.StartAsync();
        Put("a", 1);
        Put("x", 1, "other");
        Put("y", 1, "third");
        await StartAsync(Arguments with { Namespaces = ["shop", "third"] });
        await EntriesAsync(2);
        Assert.Equal(["a1", "y1"], Names.Order(StringComparer.Ordinal));
        Assert.Equal(0, _server.Requests.Count(static request => request.Resource == "events" && request.Namespace is null));
    }

    [Fact]
    public async Task What_was_not_delivered_comes_again()
    {
        _server = await FakeApiServer.StartAsync();
        Put("a", 1);
        await StartAsync();
        await EntriesAsync(1);
        await StopAsync();
        Put("b", 1);
        var full = new BlockingConsumer();
        await StartAsync(Arguments with { ForwardTo = [full] });
        await AdvanceUntilAsync(() => full.Entered.IsCompleted);
        await StopAsync();
        await StartAsync();
        await EntriesAsync(2);
        Assert.Equal(["a1", "b1"], Names);
    }

    [Fact]
    public async Task Positions_of_Alloy_are_taken_over()
    {
        _server = await FakeApiServer.StartAsync();
        Put("old", 1, time: "2024-05-06T07:00:00Z");
        Put("new", 1, time: "2024-05-06T07:00:01Z");
        using (var context = new TestComponentContext("loki.source.kubernetes_events.test", _time))
        {
            File.WriteAllText(Path.Combine(context.StoragePath, "positions.yml"), "positions:\n  ? path: cursor-events\n    labels: \"\"\n  : \"1714978800000000\"\n");
            await StartAsync(context: context);
            await EntriesAsync(1);
            Assert.Equal(["new1"], Names);
            await StopAsync();
        }
    }

    [Fact]
    public async Task A_right_that_is_taken_away_shows_and_once_it_is_back_nothing_is_missing()
    {
        _server = await FakeApiServer.StartAsync();
        Put("a", 1);
        await StartAsync();
        await EntriesAsync(1);
        _server.Deny("events", "watch");
        _server.Deny("events", "list");
        _server.DropConnections();
        await AdvanceUntilAsync(() => _agents[0].Context.HealthMessage.StartsWith("cannot read events: cannot watch events: 403", StringComparison.Ordinal));
        Assert.Equal(HealthState.Unhealthy, _agents[0].Context.Health);
        Put("b", 1);
        _server.AllowAll();
        await EntriesAsync(2);
        await AdvanceUntilAsync(() => _agents[0].Context.Health == HealthState.Healthy);
        Assert.Equal(["a1", "b1"], Names);
    }

    [Theory]
    [InlineData(200, "with text/html instead of JSON")]
    [InlineData(504, "504")]
    public async Task The_page_of_a_proxy_shows_and_nothing_is_listed_again(int status, string reason)
    {
        _server = await FakeApiServer.StartAsync();
        Put("a", 1);
        await StartAsync();
        await EntriesAsync(1);
        await AdvanceUntilAsync(() => _server.CountOf("watch", "events") == 1);
        (_server.HtmlStatus, _server.ServesHtml) = (status, true);
        _server.DropConnections();
        await AdvanceUntilAsync(() => _agents[0].Context.Health == HealthState.Unhealthy);
        Assert.Contains(reason, _agents[0].Context.HealthMessage, StringComparison.Ordinal);
        Put("b", 1);
        _server.ServesHtml = false;
        await EntriesAsync(2);
        await AdvanceUntilAsync(() => _agents[0].Context.Health == HealthState.Healthy);
        Assert.Equal(["a1", "b1"], Names);
        Assert.Equal(1, _server.CountOf("list", "events"));
    }

    [Fact]
    public async Task Connections_that_break_now_and_then_are_made_again_as_soon_as_the_first()
    {
        _server = await FakeApiServer.StartAsync();
        await StartAsync();
        for (int i = 1; i <= 7; i++)
        {
            await AdvanceUntilAsync(() => _server.CountOf("watch", "events") == i);
            Put("a", i);
            await EntriesAsync(i);
            _server.DropConnections();
        }
        // A second of the clock at a time, with a while for the connection to come about: what counts is how many it takes.
        const int LooksForSecond = 25;
        int looks = 0;
        await Eventually.TrueAsync(() =>
        {
            if (++looks % LooksForSecond == 0)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
            }
            return _server.CountOf("watch", "events") == 8;
        });
        Assert.InRange(looks / LooksForSecond, 0, 14);
    }

    [Fact]
    public async Task Of_two_agents_one_reads_and_the_other_goes_on_where_it_ended()
    {
        _server = await FakeApiServer.StartAsync();
        Put("a", 1);
        await StartAsync();
        await EntriesAsync(1);
        await StartAsync();
        Put("b", 1);
        await EntriesAsync(2);
        await AdvanceUntilAsync(() => _agents[1].Context.HealthMessage.EndsWith("reads the events", StringComparison.Ordinal));
        Assert.Equal(HealthState.Healthy, _agents[1].Context.Health);

        await _agents[0].StopAsync(AdvanceUntilAsync);
        Put("c", 1);
        await EntriesAsync(3);
        Assert.Equal("reading", _agents[1].Context.HealthMessage);
        Assert.Equal(["a1", "b1", "c1"], Names);
    }

    [Fact]
    public async Task Without_the_right_to_leases_events_are_read_and_a_warning_says_so()
    {
        _server = await FakeApiServer.StartAsync();
        foreach (string verb in (string[])["get", "create", "update"])
        {
            _server.Deny("leases", verb);
        }
        Put("a", 1);
        await StartAsync();
        await EntriesAsync(1);
        Assert.Equal(HealthState.Healthy, _agents[0].Context.Health);
    }

    [Fact]
    public async Task A_consumer_that_fails_fails_the_component()
    {
        _server = await FakeApiServer.StartAsync();
        Put("a", 1);
        await StartAsync(Arguments with { ForwardTo = [new BlockingConsumer { Failure = new InvalidOperationException("full") }] });
        await AdvanceUntilAsync(() => _agents[0].Run.IsCompleted);
        Assert.Equal("full", _agents[0].Run.Exception?.InnerException?.Message);
        _agents.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (EventAgent agent in _agents)
        {
            await agent.StopAsync(AdvanceUntilAsync);
            agent.Context.Dispose();
            agent.Dispose();
        }
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private string LastEventLine => _collected.Entries[^1].Line;

    private IEnumerable<string> Names => _collected.Lines.Select(static line => line[(line.IndexOf("msg=\"", StringComparison.Ordinal) + 5)..^2]);

    private void Put(string name, int count, string inNamespace = "shop", string time = "2024-05-06T07:00:00Z") => _server!.Put("v1/events", $$"""
        {
          "metadata": {"name": "{{name}}", "namespace": "{{inNamespace}}"}, "involvedObject": {"kind": "Pod", "namespace": "{{inNamespace}}", "name": "p"},
          "message": "{{name}}{{count}}", "count": {{count}}, "lastTimestamp": "{{time}}"
        }
        """);

    private async Task StartAsync(LokiSourceKubernetesEvents.Arguments? arguments = null, TestComponentContext? context = null)
    {
        // One that was stopped is started again in its place; else there is one more.
        EventAgent? stopped = _agents.Find(static agent => agent.IsStopped);
        EventAgent agent = stopped ?? new EventAgent(context ?? new TestComponentContext("loki.source.kubernetes_events.test", _time));
        if (stopped is null)
        {
            _agents.Add(agent);
        }
        await agent.StartAsync(arguments ?? Arguments);
    }

    private Task StopAsync() => _agents[0].StopAsync(AdvanceUntilAsync);

    private Task EntriesAsync(int count) => AdvanceUntilAsync(() => _collected.Entries.Count >= count);

    private Task AdvanceUntilAsync(Func<bool> condition) => _time.AdvanceUntilAsync(TimeSpan.FromMilliseconds(200), condition);

    private sealed class EventAgent(TestComponentContext context) : IDisposable
    {
        private CancellationTokenSource _stop = new();

        public TestComponentContext Context => context;

        public LokiSourceKubernetesEvents Component { get; private set; } = null!;

        public Task Run { get; private set; } = Task.CompletedTask;

        public bool IsStopped { get; private set; }

        public async Task StartAsync(LokiSourceKubernetesEvents.Arguments arguments)
        {
            IsStopped = false;
            _stop = new CancellationTokenSource();
            Component = new LokiSourceKubernetesEvents(context);
            await Component.ApplyAsync(arguments, CancellationToken.None);
            Run = Component.RunAsync(_stop.Token);
        }

        public async Task StopAsync(Func<Func<bool>, Task> advanceUntilAsync)
        {
            if (IsStopped)
            {
                return;
            }
            IsStopped = true;
            await _stop.CancelAsync();
            await advanceUntilAsync(() => Run.IsCompleted);
            await Run;
            Task disposing = Component.DisposeAsync().AsTask();
            await advanceUntilAsync(() => disposing.IsCompleted);
            _stop.Dispose();
        }

        public void Dispose() => _stop.Dispose();
    }
}
