using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Agent.Components.Common.Http;
using Agent.Components.RemoteConfig;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Testing;

namespace Agent.Components.Tests.RemoteConfig;

public sealed class RemoteConfigBlockTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-test-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly FakeRemoteGraph _graph = new();
    private readonly List<Run> _runs = [];
    private FakeCollectorServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeCollectorServer.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (Run run in _runs)
        {
            await run.DisposeAsync();
        }
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_the_server_sends_runs_and_is_followed()
    {
        Run run = await StartAsync(Arguments);
        await Eventually.TrueAsync(() => _graph.Running == "one" && run.Context.Health == HealthState.Healthy);
        Assert.Equal($"remote configuration {RunningConfiguration.HashOf("one")} runs", run.Context.HealthMessage);

        _server.Content = "two";
        await AdvanceUntilAsync(() => _graph.Running == "two");
        Assert.Equal(["one", "two"], _graph.Loads);
    }

    [Fact]
    public async Task The_server_learns_who_asks_by_the_messages_of_the_API()
    {
        await StartAsync(Arguments with
        {
            Name = "a node",
            Attributes = new ValueMap<string>([new("cluster", "dev")]),
            Http = new HttpClientOptions { BearerToken = new Secret("t0k") },
        });
        await Eventually.TrueAsync(() => _server.Calls.Count >= 3);

        ReceivedCall register = _server.Last("RegisterCollector");
        Assert.Equal(("POST", "application/proto", "1", "Bearer t0k"), (register.Method, register.ContentType, register.Protocol, register.Authorization));
        Assert.Equal(("me", "a node"), (register.Text(1), register.Text(3)));
        var attributes = new Dictionary<string, string> { ["cluster"] = "dev", ["collector.os"] = "linux", ["collector.version"] = "1.2.3" };
        Assert.Equal(attributes, register.Map(4));

        ReceivedCall first = _server.Received.First(static call => call.Procedure == "GetConfig");
        Assert.Equal(("me", "", (0ul, "")), (first.Text(1), first.Text(3), first.Report));
        Assert.Equal(attributes, first.Map(4));
    }

    [Fact]
    public async Task The_server_learns_at_once_and_once_what_became_of_its_configuration()
    {
        await StartAsync(Arguments);
        await Eventually.TrueAsync(() => _server.Calls.Count == 3);
        ReceivedCall told = _server.Last("GetConfig");
        Assert.Equal(("h-one", (1ul, ""), "one", "text/plain"), (told.Text(3), told.Report, told.Text(6, 1, 1, 2, 1), told.Text(6, 1, 1, 2, 2)));

        await AdvanceUntilAsync(() => _server.Calls.Count == 4);
        Assert.Equal(("h-one", null, ""), (_server.Last("GetConfig").Text(3), _server.Last("GetConfig").Report, _server.Last("GetConfig").Text(6)));

        _server.Content = "bad";
        await AdvanceUntilAsync(() => _server.Last("GetConfig").Report is { Outcome: 3 });
        Assert.Equal("remotecfg:1:1: cannot run bad", _server.Last("GetConfig").Report!.Value.Error);
        Assert.Equal("", _server.Last("GetConfig").Text(6));
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_loaded_leaves_what_runs_and_says_why()
    {
        Run run = await StartAsync(Arguments);
        await Eventually.TrueAsync(() => run.Context.Health == HealthState.Healthy);

        _server.Content = "bad";
        await AdvanceUntilAsync(() => run.Context.Health == HealthState.Unhealthy);
        Assert.Equal("one", _graph.Running);
        Assert.EndsWith("what runs is left as it is: remotecfg:1:1: cannot run bad", run.Context.HealthMessage, StringComparison.Ordinal);
        Assert.Equal((0, 1), (run.Metric("remotecfg_last_load_successful"), run.Metric("remotecfg_load_failures_total")));
        Assert.Equal(RunningConfiguration.HashOf("one"), run.Label("remotecfg_hash"));
        Assert.Equal(RunningConfiguration.HashOf("bad"), run.Label("remotecfg_last_received_hash"));

        // It is not tried again and again, and stays wrong, until there is another.
        int calls = _server.Calls.Count;
        await AdvanceUntilAsync(() => _server.Calls.Count > calls + 1);
        Assert.Equal((HealthState.Unhealthy, 2), (run.Context.Health, _graph.Loads.Count));

        _server.Content = "one";
        await AdvanceUntilAsync(() => run.Context.Health == HealthState.Healthy);
        Assert.Equal((2, 1), (_graph.Loads.Count, run.Metric("remotecfg_last_load_successful")));
    }

    [Fact]
    public async Task Without_the_server_the_last_configuration_that_worked_runs_from_the_start()
    {
        Run first = await StartAsync(Arguments);
        await Eventually.TrueAsync(() => first.Context.Health == HealthState.Healthy);
        _server.Content = "bad";
        await AdvanceUntilAsync(() => first.Context.Health == HealthState.Unhealthy);
        await first.StopAsync();
        Assert.Null(_graph.Running);

        _server.Status = 503;
        _server.RegisterStatus = 503;
        Run second = await StartAsync(Arguments);
        await Eventually.TrueAsync(() => second.Context.Health == HealthState.Unhealthy);
        Assert.Equal("one", _graph.Running);
        Assert.Equal(
            $"cannot fetch the remote configuration from {_server.Url}/: server returned HTTP status 503 Service Unavailable: unavailable: come back later; the kept one runs",
            second.Context.HealthMessage);

        _server.Content = "one";
        (_server.Status, _server.RegisterStatus) = (200, 200);
        await AdvanceUntilAsync(() => second.Context.Health == HealthState.Healthy);
        Assert.Equal(["one", "bad", "one"], _graph.Loads);
    }

    [Fact]
    public async Task What_was_served_to_another_collector_does_not_run()
    {
        Run first = await StartAsync(Arguments);
        await Eventually.TrueAsync(() => first.Context.Health == HealthState.Healthy);
        await first.StopAsync();

        _server.Status = 500;
        Run second = await StartAsync(Arguments with { Id = "you" });
        await Eventually.TrueAsync(() => second.Context.Health == HealthState.Unhealthy);
        Assert.Null(_graph.Running);
    }

    [Fact]
    public async Task A_server_that_nobody_listens_at_is_asked_again()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        Run run = await StartAsync(Arguments with { Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}") });
        await AdvanceUntilAsync(() => run.Metric("remotecfg_load_attempts_total") == 3);
        await AdvanceUntilAsync(() => run.Metric("remotecfg_load_failures_total") >= 3);
        Assert.Empty(_graph.Loads);
    }

    [Fact]
    public async Task A_page_instead_of_a_message_is_no_configuration()
    {
        _server.ContentType = "text/html";
        Run run = await StartAsync(Arguments);
        await Eventually.TrueAsync(() => run.Context.Health == HealthState.Unhealthy);
        Assert.EndsWith(
            "the answer's content type is \"text/html\" instead of application/proto: is it a server of the alloy-remote-config API?",
            run.Context.HealthMessage, StringComparison.Ordinal);
        Assert.Empty(_graph.Loads);
    }

    [Fact]
    public async Task A_server_that_refuses_to_register_may_serve_nevertheless()
    {
        _server.RegisterStatus = 501;
        _server.ErrorBody = "<html>";
        Run run = await StartAsync(Arguments);
        await Eventually.TrueAsync(() => run.Context.Health == HealthState.Healthy);
        Assert.Equal("one", _graph.Running);
    }

    [Fact]
    public async Task An_answer_that_says_nothing_stops_nothing()
    {
        Run run = await StartAsync(Arguments);
        await Eventually.TrueAsync(() => run.Context.Health == HealthState.Healthy);
        _server.Content = "";
        await AdvanceUntilAsync(() => run.Label("remotecfg_last_received_hash") == RunningConfiguration.HashOf(""));
        await Eventually.TrueAsync(() => run.Label("remotecfg_hash") == RunningConfiguration.HashOf(""));
        Assert.Equal(("one", 1), (_graph.Running, _graph.Loads.Count));
    }

    [Fact]
    public async Task Without_a_hash_of_the_server_the_same_text_is_loaded_once()
    {
        _server.KnowsHashes = false;
        Run run = await StartAsync(Arguments);
        await AdvanceUntilAsync(() => run.Metric("remotecfg_load_attempts_total") == 4);
        Assert.Single(_graph.Loads);
    }

    [Fact]
    public async Task The_end_unloads_and_is_told_to_the_server()
    {
        Run run = await StartAsync(Arguments);
        await Eventually.TrueAsync(() => run.Context.Health == HealthState.Healthy);
        await run.StopAsync();
        Assert.Null(_graph.Running);
        Assert.Equal("me", _server.Last("UnregisterCollector").Text(1));
        Assert.DoesNotContain(run.Context.Registry.Families(), static family => family.Name == "remotecfg_hash" && family.Series.Any());
    }

    [Fact]
    public async Task Arguments_that_change_count_at_once_and_without_a_url_nothing_runs()
    {
        Run run = await StartAsync(Arguments);
        await Eventually.TrueAsync(() => run.Context.Health == HealthState.Healthy);

        _server.Content = "two";
        await run.Block.ApplyAsync(Arguments with { Id = "you" }, CancellationToken.None);
        await Eventually.TrueAsync(() => _graph.Running == "two");
        Assert.Equal("you", _server.Last("RegisterCollector").Text(1));

        await run.Block.ApplyAsync(new RemoteConfigBlock.Arguments(), CancellationToken.None);
        await Eventually.TrueAsync(() => _graph.Running is null);
    }

    [Fact]
    public async Task An_id_that_is_not_given_is_made_once_and_taken_over_from_Alloy()
    {
        Run first = await StartAsync(Arguments with { Id = null });
        await Eventually.TrueAsync(() => first.Context.Health == HealthState.Healthy);
        string id = _server.Last("RegisterCollector").Text(1);
        Assert.True(Guid.TryParse(id, out _));
        await first.StopAsync();

        Run second = await StartAsync(Arguments with { Id = null });
        await Eventually.TrueAsync(() => second.Context.Health == HealthState.Healthy);
        Assert.Equal(id, _server.Last("RegisterCollector").Text(1));
        await second.StopAsync();

        string seed = Path.Combine(_folder, "alloy_seed.json");
        using (JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(seed)))
        {
            Assert.Equal((id, "1.2.3"), (json.RootElement.GetProperty("UID").GetString(), json.RootElement.GetProperty("version").GetString()));
        }
        await File.WriteAllTextAsync(seed, """{"UID":"from-alloy","created_at":"2024-01-02T03:04:05Z","version":"v1.9.0"}""");
        await StartAsync(Arguments with { Id = null });
        await Eventually.TrueAsync(() => _server.Last("RegisterCollector").Text(1) == "from-alloy");
    }

    [Fact]
    public void Hashes_are_those_of_Alloy() =>
        Assert.Equal(("811c9dc5", "050c5d7e"), (RunningConfiguration.HashOf(""), RunningConfiguration.HashOf("a")));

    private RemoteConfigBlock.Arguments Arguments => new() { Url = _server.Url, Id = "me" };

    private async Task<Run> StartAsync(RemoteConfigBlock.Arguments arguments)
    {
        var run = new Run(new TestComponentContext("remotecfg", _time, Path.Combine(_folder, "remotecfg")), _graph);
        _runs.Add(run);
        await run.StartAsync(arguments);
        return run;
    }

    private Task AdvanceUntilAsync(Func<bool> condition) => _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), condition);

    /// <summary>A block from its start to its end.</summary>
    private sealed class Run(TestComponentContext context, FakeRemoteGraph graph) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task? _task;

        public TestComponentContext Context => context;

        public RemoteConfigBlock Block { get; } = new(context, graph, "1.2.3");

        public async Task StartAsync(RemoteConfigBlock.Arguments arguments)
        {
            await Block.ApplyAsync(arguments, CancellationToken.None);
            _task = Block.RunAsync(_stop.Token);
        }

        public ValueTask DisposeAsync() => new(StopAsync());

        public async Task StopAsync()
        {
            if (_task is null)
            {
                return;
            }
            await _stop.CancelAsync();
            await _task;
            await Block.DisposeAsync();
            _stop.Dispose();
            _task = null;
        }

        public double Metric(string name) => Series(name)?.Instrument switch
        {
            Gauge gauge => gauge.Value,
            Counter counter => counter.Value,
            _ => double.NaN,
        };

        public string? Label(string name) => Series(name)?.LabelValues.Single();

        private MetricSeries? Series(string name) =>
            context.Registry.Families().SingleOrDefault(family => family.Name == name)?.Series.SingleOrDefault();
    }
}
