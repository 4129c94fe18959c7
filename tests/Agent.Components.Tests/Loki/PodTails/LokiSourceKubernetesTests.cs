using Agent.Components.Loki.SourceKubernetes;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Tests.Loki.PodTails;

public sealed class LokiSourceKubernetesTests : IAsyncDisposable
{
    private const long T = PodTailFixture.T;
    private const long Second = 1_000_000_000;

    private readonly PodTailFixture _pod = new();

    [Fact]
    public async Task Lines_come_with_their_times_and_labels()
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "one");
        _pod.Log.Write(T + 1, "");
        _pod.Log.Write(T + 2, "three\r");

        await _pod.StartAsync(_pod.Arguments with { Targets = [PodTailFixture.TargetOf(("app", "web"), ("__internal", "x"))] });

        Assert.Equal(["one", "", "three"], await _pod.LinesAsync(3));
        Assert.Equal([T, T + 1, T + 2], _pod.Collected.Entries.Select(static entry => entry.Timestamp));
        Assert.Equal(
            """{app="web", instance="shop/web-0:web", job="loki.source.kubernetes.test"}""", _pod.Collected.Entries[0].Labels.ToString());
        await _pod.AdvanceUntilAsync(() => _pod.Context.Health == HealthState.Healthy);
        Assert.Equal("?container=web&follow=true&timestamps=true", Assert.Single(_pod.Log.Requests));
        Assert.Equal("api", _pod.Shown("way"));
        Assert.Equal("2024-05-06T07:00:00.123Z", _pod.Shown("update_time"));
    }

    [Fact]
    public async Task Targets_of_one_container_share_a_connection_and_each_gets_its_stream()
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "one");
        // Discovery finds a container once for each of its ports.
        await _pod.StartAsync(_pod.Arguments with
        {
            Targets =
            [
                PodTailFixture.TargetOf(("a", "1"), ("__meta_kubernetes_pod_container_port_number", "80")),
                PodTailFixture.TargetOf(("a", "1"), ("__meta_kubernetes_pod_container_port_number", "81")),
                PodTailFixture.TargetOf(("a", "2")),
                new Target(LabelSet.Empty.With("__pod_name__", "web-0")),
            ],
        });

        Assert.Equal(["one", "one"], await _pod.LinesAsync(2));
        Assert.Equal(["1", "2"], _pod.Collected.Entries.Select(static entry => entry.Labels["a"]));
        Assert.Single(_pod.Log.Requests);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Each_line_comes_once_wherever_connections_break_and_however_times_are_mixed(int seed)
    {
        var random = new Random(seed);
        await _pod.ServeAsync();
        var expected = new List<string>();
        long time = T;
        for (int i = 0; i < 300; i++)
        {
            // Most lines of a burst fall into one second; those of the other output may be older; some are the same in all.
            time += random.Next(4) == 0 ? random.NextInt64(Second / 2) : random.NextInt64(1000);
            long written = random.Next(3) == 0 ? time - random.NextInt64(Second / 4) : time;
            string text = random.Next(10) == 0 ? "the same" : $"line {i} {new string('x', random.Next(60))}";
            int times = random.Next(8) == 0 ? 2 : 1;
            for (int again = 0; again < times; again++)
            {
                _pod.Log.Write(written, text);
                expected.Add(text);
            }
        }
        for (int i = 0; i < 25; i++)
        {
            _pod.Log.Ends.Enqueue(random.Next(1, 4000) * (random.Next(2) == 0 ? 1 : -1));
        }

        await _pod.StartAsync();
        await _pod.LinesAsync(expected.Count);
        // Nothing comes behind.
        _pod.Log.Write(time + Second, "last");
        await _pod.AdvanceUntilAsync(() => _pod.Collected.Entries[^1].Line == "last");

        Assert.Equal([.. expected, "last"], _pod.Collected.Lines);
        Assert.True(_pod.Log.Requests.Count > 5);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Each_line_comes_once_through_restarts_of_the_agent(int seed)
    {
        var random = new Random(seed);
        await _pod.ServeAsync();
        var expected = new List<string>();
        long time = T;
        for (int i = 0; i < 8; i++)
        {
            for (int line = 0; line < 20; line++)
            {
                time += random.NextInt64(Second / 10);
                expected.Add(random.Next(5) == 0 ? "the same" : $"line {i} {line}");
                _pod.Log.Write(time - (random.Next(3) == 0 ? random.NextInt64(Second / 2) : 0), expected[^1]);
            }
            _pod.Log.Ends.Enqueue(random.Next(50, 900));
            await _pod.StartAsync();
            // It stops wherever it is.
            int enough = random.Next(expected.Count - 20, expected.Count);
            await _pod.LinesAsync(enough);
            await _pod.StopAsync();
        }
        await _pod.StartAsync();
        await _pod.LinesAsync(expected.Count);

        Assert.Equal(expected, _pod.Collected.Lines);
    }

    [Fact]
    public async Task Lines_of_the_run_before_a_restart_are_not_missed()
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "one");
        _pod.Log.Ends.Enqueue(-200);
        await _pod.StartAsync();
        await _pod.LinesAsync(1);
        await _pod.StopAsync();

        _pod.Log.Write(T + 1, "two, before the restart");
        _pod.Log.Restart();
        _pod.Log.Write(T + Second, "three, after it");
        _pod.PutPod();
        await _pod.StartAsync();

        Assert.Equal(["one", "two, before the restart", "three, after it"], await _pod.LinesAsync(3));
        Assert.Contains(_pod.Log.Requests, static query => query.Contains("previous=true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_container_that_ended_is_read_to_its_end_and_then_left_alone_until_it_runs_again()
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "one");
        _pod.Log.Write(T + 1, "no line break", isWhole: false);
        _pod.Log.End();
        _pod.PutPod();
        await _pod.StartAsync();

        Assert.Equal(["one", "no line break"], await _pod.LinesAsync(2));
        int requests = _pod.Log.Requests.Count;
        int looks = _pod.Server.CountOf("get", "pods");
        await _pod.AdvanceUntilAsync(() => _pod.Server.CountOf("get", "pods") > looks + 3);
        Assert.Equal(requests, _pod.Log.Requests.Count);

        _pod.Log.Restart();
        _pod.Log.Write(T + Second, "again");
        _pod.PutPod();
        Assert.Equal(["one", "no line break", "again"], await _pod.LinesAsync(3));
    }

    [Fact]
    public async Task A_container_that_waits_for_its_start_is_no_problem()
    {
        await _pod.ServeAsync();
        _pod.PutPod(state: """{"waiting":{"reason":"PodInitializing"}}""");
        await _pod.StartAsync();
        await _pod.AdvanceUntilAsync(() => _pod.Server.CountOf("get", "pods") > 1);
        Assert.Empty(_pod.Log.Requests);
        Assert.Equal(HealthState.Healthy, _pod.Context.Health);

        _pod.Log.Write(T, "up");
        _pod.PutPod();
        Assert.Equal(["up"], await _pod.LinesAsync(1));
    }

    [Fact]
    public async Task A_pod_that_is_gone_is_shown_and_does_not_make_the_component_unhealthy()
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "one");
        await _pod.StartAsync();
        await _pod.LinesAsync(1);

        _pod.Server.Delete("v1/pods", "shop/web-0");
        _pod.Log.Write(T + 1, "the last words");
        _pod.Log.End();
        await _pod.AdvanceUntilAsync(() => _pod.Shown("last_error") == "no such pod");
        Assert.Equal(["one", "the last words"], _pod.Collected.Lines);
        await _pod.AdvanceUntilAsync(() => _pod.Context.Health == HealthState.Healthy);
    }

    [Fact]
    public async Task A_target_that_goes_is_read_to_the_end_of_its_log_and_positions_stay()
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "one");
        await _pod.StartAsync();
        await _pod.LinesAsync(1);
        await _pod.Component.ApplyAsync(_pod.Arguments with { Targets = [] }, CancellationToken.None);
        _pod.Log.Write(T + 1, "two");
        _pod.Log.End();
        await _pod.LinesAsync(2);

        _pod.PutPod();
        _pod.Log.Restart();
        _pod.Log.Write(T + 2, "three");
        _pod.PutPod();
        await _pod.Component.ApplyAsync(_pod.Arguments, CancellationToken.None);
        Assert.Equal(["one", "two", "three"], await _pod.LinesAsync(3));
    }

    [Fact]
    public async Task What_was_not_delivered_comes_again_after_a_restart()
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "one");
        await _pod.StartAsync();
        await _pod.LinesAsync(1);
        await _pod.StopAsync();

        var held = new HoldingConsumer();
        _pod.Log.Write(T + 1, "two");
        await _pod.StartAsync(held);
        await _pod.AdvanceUntilAsync(() => held.Count == 1);
        await _pod.StopAsync();

        await _pod.StartAsync();
        Assert.Equal(["one", "two"], await _pod.LinesAsync(2));
    }

    [Fact]
    public async Task A_crash_repeats_at_most_what_was_not_saved_and_loses_nothing()
    {
        await _pod.ServeAsync();
        string positions = Path.Combine(_pod.Context.StoragePath, "positions");
        _pod.Log.Write(T, "one");
        await _pod.StartAsync();
        await _pod.LinesAsync(1);
        await _pod.AdvanceUntilAsync(() => File.Exists(positions));
        byte[] saved = File.ReadAllBytes(positions);
        _pod.Log.Write(T + 1, "two");
        await _pod.LinesAsync(2);
        await _pod.StopAsync();

        File.WriteAllBytes(positions, saved);
        await _pod.StartAsync();
        Assert.Equal(["one", "two", "two"], await _pod.LinesAsync(3));
    }

    [Fact]
    public async Task Positions_of_Alloy_are_taken_over()
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "one");
        _pod.Log.Write(T + Second, "two");
        _pod.Log.Write(T + (2 * Second), "three");
        File.WriteAllText(Path.Combine(_pod.Context.StoragePath, "positions.yml"), $$"""
            positions:
              ? path: cursor-shop/web-0:web:{{PodTailFixture.Uid}}
                labels: '{instance="shop/web-0:web", job="loki.source.kubernetes.test"}'
              : "{{(T + Second) / 1000}}"
            """);
        await _pod.StartAsync();

        // The line of that microsecond may not be the only one in it.
        Assert.Equal(["two", "three"], await _pod.LinesAsync(2));
    }

    [Theory]
    [InlineData("pods/log", "get", "cannot read shop/web-0:web: cannot get pods/log: 403 ")]
    [InlineData("", "500", "cannot read shop/web-0:web: cannot get pods")]
    [InlineData("", "html", "cannot read shop/web-0:web: ")]
    [InlineData("", "complaint", "cannot read shop/web-0:web: the server sent no log, but \"failed to watch file\"")]
    public async Task A_server_that_refuses_makes_it_unhealthy_and_once_it_does_not_all_lines_come(string resource, string fault, string message)
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "one");
        _pod.Log.Ends.Enqueue(-200);
        await _pod.StartAsync();
        await _pod.LinesAsync(1);

        Fail(resource, fault);
        _pod.Log.Write(T + 1, new string('x', 300));
        await _pod.AdvanceUntilAsync(() => _pod.Context.Health == HealthState.Unhealthy);
        Assert.StartsWith(message, _pod.Context.HealthMessage, StringComparison.Ordinal);

        _pod.Server.AllowAll();
        _pod.Server.ServesHtml = false;
        _pod.Log.Write(T + 2, "three");
        Assert.Equal(["one", new string('x', 300), "three"], await _pod.LinesAsync(3));
        await _pod.AdvanceUntilAsync(() => _pod.Context.Health == HealthState.Healthy);
    }

    [Fact]
    public async Task Without_the_right_to_see_pods_logs_are_read_all_the_same()
    {
        await _pod.ServeAsync();
        _pod.Server.Deny("pods", "get");
        _pod.Log.Write(T, "one");
        await _pod.StartAsync();
        Assert.Equal(["one"], await _pod.LinesAsync(1));
    }

    [Fact]
    public async Task A_consumer_that_fails_fails_the_component()
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "one");
        await _pod.StartAsync(new BlockingConsumer { Failure = new InvalidOperationException("full") });
        await _pod.AdvanceUntilAsync(() => _pod.Run.IsCompleted);
        Assert.Equal("full", _pod.Run.Exception?.InnerException?.Message);
        await Assert.ThrowsAsync<InvalidOperationException>(_pod.StopAsync);
    }

    public ValueTask DisposeAsync() => _pod.Run.IsFaulted ? ValueTask.CompletedTask : _pod.DisposeAsync();

    private void Fail(string resource, string fault)
    {
        switch (fault)
        {
            case "500":
                for (int i = 0; i < 3; i++)
                {
                    _pod.Server.FailNext(500, "InternalError", "it is on fire");
                }
                break;
            case "html":
                _pod.Server.ServesHtml = true;
                break;
            case "complaint":
                _pod.Log.Instead.Enqueue("failed to watch file\n");
                break;
            default:
                _pod.Server.Deny(resource, fault);
                break;
        }
    }

    /// <summary>Takes lines and never delivers them.</summary>
    private sealed class HoldingConsumer : ILogConsumer
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
        {
            batch.Receipt!.Hold();
            Interlocked.Add(ref _count, batch.Count);
            return ValueTask.CompletedTask;
        }
    }
}
