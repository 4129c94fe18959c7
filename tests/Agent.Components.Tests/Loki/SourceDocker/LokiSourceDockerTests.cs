using System.Text;
using Agent.Components.Common.Relabel;
using Agent.Components.Loki.SourceDocker;
using Agent.Components.Tests.Loki.SourceFile;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceDocker;

public sealed class LokiSourceDockerTests : IAsyncDisposable
{
    // 2024-05-06T07:00:00Z and a fraction of a second.
    private const long T = 1_714_978_800_123_456_789;

    private readonly DockerFixture _docker = new();

    [Fact]
    public async Task Lines_of_both_outputs_come_with_their_times_and_labels()
    {
        await _docker.DaemonAsync();
        _docker.Container.Write(T, "one");
        _docker.Container.Write(T + 1, "", 1);
        _docker.Container.Write(T + 2, "two", 2);

        await _docker.StartAsync(_docker.Arguments with
        {
            Targets = [DockerFixture.TargetOf(DockerFixture.Id, ("__meta_docker_container_name", "/web"), ("app", "mine"))],
            RelabelRules = new RelabelRules(
            [
                new RelabelRule { SourceLabels = ["__meta_docker_container_log_stream"], TargetLabel = "stream" },
                new RelabelRule { SourceLabels = ["__meta_docker_container_name"], TargetLabel = "name" },
            ]),
        });

        Assert.Equal(["one", "two"], await _docker.LinesAsync(2));
        Assert.Equal([T, T + 2], _docker.Collected.Entries.Select(static entry => entry.Timestamp));
        Assert.Equal("{app=\"docker\", name=\"/web\", stream=\"stdout\"}", _docker.Collected.Entries[0].Labels.ToString());
        Assert.Equal("{app=\"docker\", name=\"/web\", stream=\"stderr\"}", _docker.Collected.Entries[1].Labels.ToString());
        await _docker.AdvanceUntilAsync(() => _docker.Metric("loki_source_docker_target_entries_total") == 2);
        Assert.Equal(HealthState.Healthy, _docker.Context.Health);
    }

    [Fact]
    public async Task What_is_written_later_is_followed()
    {
        await _docker.DaemonAsync();
        await _docker.StartAsync();
        for (int i = 1; i <= 3; i++)
        {
            _docker.Container.Write(T + i, $"line {i}");
            await _docker.LinesAsync(i);
        }

        Assert.Equal(["line 1", "line 2", "line 3"], _docker.Collected.Lines);
        Assert.Single(_docker.Container.Requests);
    }

    [Fact]
    public async Task A_container_with_a_terminal_has_no_frames()
    {
        await _docker.DaemonAsync(new FakeContainer { HasTerminal = true });
        string part = new('x', DockerLimits.PartSize);
        _docker.Container.Write(T, "one");
        _docker.Container.Write(T + 1, part, isPart: true);
        _docker.Container.Write(T + 1, part, isPart: true);
        _docker.Container.Write(T + 1, "end");

        await _docker.StartAsync();

        Assert.Equal(["one", part + part + "end"], await _docker.LinesAsync(2));
    }

    [Fact]
    public async Task Parts_of_long_lines_are_joined_for_each_output()
    {
        await _docker.DaemonAsync();
        string part = new('x', DockerLimits.PartSize);
        _docker.Container.Write(T, part, 1, isPart: true);
        _docker.Container.Write(T, "short", 2);
        _docker.Container.Write(T, part, 1, isPart: true);
        _docker.Container.Write(T + 5, "end", 1);
        _docker.Container.Write(T + 6, "next", 1);

        await _docker.StartAsync();

        Assert.Equal(["short", part + part + "end", "next"], await _docker.LinesAsync(3));
        Assert.Equal(T, _docker.Collected.Entries[1].Timestamp);
    }

    [Fact]
    public async Task A_line_beyond_the_limit_is_cut_and_counted()
    {
        await _docker.DaemonAsync();
        string part = new('x', DockerLimits.PartSize);
        for (int i = 0; i < 70; i++)
        {
            _docker.Container.Write(T, part, isPart: true);
        }
        _docker.Container.Write(T, "end");
        _docker.Container.Write(T + 1, "next");

        await _docker.StartAsync();
        await _docker.LinesAsync(2);

        Assert.InRange(_docker.Collected.Entries[0].Line.Length, DockerLimits.LongestLine, DockerLimits.LongestLine + DockerLimits.LongestTimestamp);
        Assert.Equal("next", _docker.Collected.Entries[1].Line);
        Assert.Equal(1, _docker.Metric("loki_source_docker_lines_cut_total"));
    }

    [Fact]
    public async Task A_restart_neither_loses_nor_doubles_lines_of_one_moment()
    {
        await _docker.DaemonAsync();
        _docker.Container.Write(T, "a");
        _docker.Container.Write(T, "b");
        _docker.Container.Write(T, "c", 2);
        await _docker.StartAsync();
        await _docker.LinesAsync(3);
        await _docker.StopAsync();
        _docker.Container.Write(T, "d");
        _docker.Container.Write(T, "e", 2);
        _docker.Container.Write(T + 1, "f");

        await _docker.StartAsync();

        Assert.Equal(["a", "b", "c", "d", "e", "f"], await _docker.LinesAsync(6));
        Assert.Equal("0", _docker.Container.Requests.First());
        Assert.Equal("1714978800.123456789", _docker.Container.Requests.Last());
    }

    [Fact]
    public async Task A_line_that_stands_behind_a_younger_one_of_the_other_output_is_not_lost()
    {
        await _docker.DaemonAsync();
        _docker.Container.Write(T, "young");
        await _docker.StartAsync();
        await _docker.LinesAsync(1);
        await _docker.StopAsync();
        _docker.Container.Write(T - 1_000_000, "older", 2);

        await _docker.StartAsync();

        Assert.Equal(["young", "older"], await _docker.LinesAsync(2));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(90)]
    [InlineData(130)]
    public async Task A_connection_that_breaks_anywhere_loses_and_doubles_nothing(int bytes)
    {
        await _docker.DaemonAsync();
        for (int i = 0; i < 5; i++)
        {
            _docker.Container.Write(T + (i / 2), $"line {i}", (byte)(1 + (i % 2)));
        }
        _docker.Container.BreakAfter = bytes;

        await _docker.StartAsync();
        await _docker.LinesAsync(5);
        _docker.Container.Write(T + 9, "last");

        Assert.Equal(["line 0", "line 1", "line 2", "line 3", "line 4", "last"], await _docker.LinesAsync(6));
        Assert.Equal(1, _docker.Metric("loki_source_docker_reconnects_total"));
    }

    [Theory]
    [InlineData("0700000000000004", "no frame")]
    [InlineData("0100000100000004", "no frame")]
    [InlineData("01000000FFFFFFFF", "no frame")]
    [InlineData("0300000000000004", "the daemon reports: oops")]
    public async Task Frames_that_lie_end_the_connection_and_are_counted(string header, string expected)
    {
        await _docker.DaemonAsync();
        _docker.Container.Broken.Enqueue([.. Convert.FromHexString(header), .. "oops"u8]);
        _docker.Container.Write(T, "good");

        await _docker.StartAsync();
        await Eventually.TrueAsync(() => _docker.Context.Health == HealthState.Unhealthy);
        Assert.Contains(expected, _docker.Context.HealthMessage, StringComparison.Ordinal);

        Assert.Equal(["good"], await _docker.LinesAsync(1));
        Assert.Equal(1, _docker.Metric("loki_source_docker_target_parsing_errors_total"));
        await Eventually.TrueAsync(() => _docker.Context.Health == HealthState.Healthy);
    }

    [Fact]
    public async Task A_line_without_a_time_is_skipped_and_counted()
    {
        await _docker.DaemonAsync();
        _docker.Container.Broken.Enqueue([.. FakeContainer.Frame(1, Encoding.UTF8.GetBytes("no time\n")), .. FakeContainer.Frame(1, Encoding.UTF8.GetBytes($"{FakeContainer.Text(T)} a\n"))]);

        await _docker.StartAsync();

        Assert.Equal(["a"], await _docker.LinesAsync(1));
        Assert.Equal(1, _docker.Metric("loki_source_docker_target_parsing_errors_total"));
    }

    [Fact]
    public async Task A_container_that_ends_is_read_to_its_end_and_followed_when_it_runs_again()
    {
        await _docker.DaemonAsync();
        _docker.Container.Write(T, "one");
        await _docker.StartAsync();
        await _docker.LinesAsync(1);

        _docker.Container.Write(T + 1, "two");
        _docker.Container.End("2024-05-06T07:01:00Z");
        await _docker.LinesAsync(2);
        await _docker.AdvanceUntilAsync(() => _docker.Container.Requests.Count == 2);
        _docker.Time.Advance(TimeSpan.FromMinutes(1));
        _docker.Container.Write(T + 2, "three");
        _docker.Container.Restart();

        Assert.Equal(["one", "two", "three"], await _docker.LinesAsync(3));
        Assert.Equal(3, _docker.Container.Requests.Count);
    }

    [Fact]
    public async Task What_was_read_but_not_delivered_is_read_again()
    {
        var holding = new HoldingConsumer();
        await _docker.DaemonAsync();
        _docker.Container.Write(T, "one");
        await _docker.StartAsync(_docker.Arguments with { ForwardTo = [holding] });
        await holding.Collected.WaitForAsync(1);
        _docker.Container.Write(T, "two");
        await holding.Collected.WaitForAsync(2);
        // The second alone moves nothing: the first is still under way.
        holding.Settle(1);
        await _docker.StopAsync();

        await _docker.StartAsync();

        Assert.Equal(["one", "two"], await _docker.LinesAsync(2));
    }

    [Fact]
    public async Task A_daemon_that_is_away_makes_it_unhealthy_until_it_is_back()
    {
        await _docker.StartAsync();
        await Eventually.TrueAsync(() => _docker.Context.Health == HealthState.Unhealthy);
        Assert.Contains("cannot read container c0ffee", _docker.Context.HealthMessage, StringComparison.Ordinal);
        Assert.Equal(1, _docker.Metric("loki_source_docker_targets_failing"));

        await _docker.DaemonAsync();
        _docker.Container.Write(T, "one");
        await _docker.LinesAsync(1);
        await Eventually.TrueAsync(() => _docker.Context.Health == HealthState.Healthy);

        // Gone while it is followed, and back.
        await _docker.Docker.DisposeAsync();
        _docker.Container.Write(T + 1, "two");
        await _docker.DaemonAsync();

        Assert.Equal(["one", "two"], await _docker.LinesAsync(2));
    }

    [Fact]
    public async Task Over_the_network_silence_ends_a_connection()
    {
        await using FakeDocker docker = await FakeDocker.StartAsync();
        var container = new FakeContainer();
        docker.Containers[DockerFixture.Id] = container;
        container.Write(T, "one");
        await _docker.StartAsync(_docker.Arguments with { Host = docker.Url.Replace("http://", "tcp://", StringComparison.Ordinal) });
        await _docker.LinesAsync(1);

        await _docker.AdvanceUntilAsync(() => container.Requests.Count >= 2);
        container.Write(T + 1, "two");

        Assert.Equal(["one", "two"], await _docker.LinesAsync(2));
    }

    [Fact]
    public async Task Targets_come_and_go_and_labels_change_without_a_new_connection()
    {
        await _docker.DaemonAsync();
        var other = new FakeContainer();
        _docker.Docker.Containers["beef"] = other;
        _docker.Container.Write(T, "one");
        await _docker.StartAsync(_docker.Arguments with { Targets = [DockerFixture.TargetOf(DockerFixture.Id, ("port", "1")), DockerFixture.TargetOf(DockerFixture.Id, ("port", "2"))] });
        await _docker.LinesAsync(1);

        await _docker.Component.ApplyAsync(
            _docker.Arguments with { Targets = [DockerFixture.TargetOf(DockerFixture.Id, ("zone", "a")), DockerFixture.TargetOf("beef")] }, CancellationToken.None);
        other.Write(T, "other");
        await _docker.LinesAsync(2);
        _docker.Container.Write(T + 1, "two");
        await _docker.LinesAsync(3);
        Assert.Equal("{app=\"docker\", zone=\"a\"}", _docker.Collected.Entries[2].Labels.ToString());
        Assert.Single(_docker.Container.Requests);

        await _docker.Component.ApplyAsync(_docker.Arguments with { Targets = [] }, CancellationToken.None);
        await Eventually.TrueAsync(() => !_docker.Component.DebugState().ToText().Contains("beef", StringComparison.Ordinal));
        _docker.Container.Write(T + 2, "three");
        await _docker.Component.ApplyAsync(_docker.Arguments, CancellationToken.None);

        Assert.Equal(["one", "other", "two", "three"], await _docker.LinesAsync(4));
    }

    [Fact]
    public async Task An_output_that_rules_drop_is_counted()
    {
        await _docker.DaemonAsync();
        _docker.Container.Write(T, "out");
        _docker.Container.Write(T + 1, "error", 2);
        await _docker.StartAsync(_docker.Arguments with
        {
            RelabelRules = new RelabelRules(
                [new RelabelRule { SourceLabels = ["__meta_docker_container_log_stream"], Regex = Agent.Sdk.Patterns.Pattern.Parse("stdout", Agent.Sdk.Patterns.PatternOptions.Anchored), Action = RelabelAction.Drop }]),
        });

        Assert.Equal(["error"], await _docker.LinesAsync(1));
        Assert.Equal(1, _docker.Metric("loki_source_docker_dropped_entries_total"));
    }

    [Fact]
    public async Task A_consumer_that_fails_fails_the_run()
    {
        await _docker.DaemonAsync();
        _docker.Container.Write(T, "one");
        await _docker.StartAsync(_docker.Arguments with { ForwardTo = [new BlockingConsumer { Failure = new IOException("full") }] });

        await Assert.ThrowsAsync<IOException>(() => _docker.Run.WaitAsync(TimeSpan.FromSeconds(30)));
        await Assert.ThrowsAsync<IOException>(_docker.StopAsync);

        // The next run begins where delivery ended.
        await _docker.StartAsync();
        Assert.Equal(["one"], await _docker.LinesAsync(1));
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_consumer()
    {
        var blocking = new BlockingConsumer();
        await _docker.DaemonAsync();
        _docker.Container.Write(T, "one");
        await _docker.StartAsync(_docker.Arguments with { ForwardTo = [blocking] });
        await blocking.Entered;
        await _docker.StopAsync();

        await _docker.StartAsync();

        Assert.Equal(["one"], await _docker.LinesAsync(1));
    }

    [Fact]
    public async Task A_container_that_was_removed_is_no_failure()
    {
        await _docker.DaemonAsync();
        _docker.Docker.Containers.Clear();
        await _docker.StartAsync();
        await Eventually.TrueAsync(() => _docker.Component.DebugState().ToText().Contains("no such container", StringComparison.Ordinal));

        Assert.Equal(HealthState.Healthy, _docker.Context.Health);
    }

    [Fact]
    public async Task Positions_of_Alloy_are_taken_over()
    {
        await _docker.DaemonAsync();
        _docker.Container.Write(T - 2_000_000_000, "delivered");
        _docker.Container.Write(T, "new");
        File.WriteAllText(
            Path.Combine(_docker.Context.StoragePath, "positions.yml"),
            "positions:\n  ? path: cursor-c0ffee\n    labels: '{app=\"docker\"}'\n  : \"1714978800\"\n");

        await _docker.StartAsync();

        Assert.Equal(["new"], await _docker.LinesAsync(1));
        Assert.Equal("1714978800.000000000", Assert.Single(_docker.Container.Requests));
    }

    public ValueTask DisposeAsync() => _docker.DisposeAsync();
}
