using System.Collections.Concurrent;
using System.Globalization;
using Agent.Components.Loki.Write;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Write;

public sealed class LokiWriteDeliveryTests
{
    private static readonly LabelSet App = WriteFixture.Labels(("app", "x"));
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_batch_is_sent_again_after_a_failure_that_may_pass(int status)
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = (number, _) => Task.FromResult(number <= 2 ? status : 204);
        await using WriteFixture write = await WriteFixture.StartAsync(TimeProvider.System, Quick(sink));
        await write.SendAsync(App, "a", "b");
        await sink.WaitForAsync(3);
        Assert.All(sink.Requests.Take(3), static request => Assert.Equal(["a"], request.Lines));
        await Eventually.TrueAsync(() => write.Count("loki_write_sent_entries_total") == 1);
        Assert.Equal(2, write.Count("loki_write_batch_retries_total"));
    }

    [Fact]
    public async Task A_retry_waits_as_long_as_the_server_asks()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = (number, http) =>
        {
            http.Response.Headers.RetryAfter = "100";
            return Task.FromResult(number == 1 ? 429 : 204);
        };
        await using WriteFixture write = await WriteFixture.StartAsync(_time, WriteFixture.To(sink) with { BatchSize = new ByteSize(1) });
        await write.SendAsync(App, "a", "b");
        await Eventually.TrueAsync(() => write.Count("loki_write_batch_retries_total") == 1);
        int timers = _time.ArmedTimers;
        Assert.True(timers > 0);
        _time.Advance(TimeSpan.FromSeconds(99));
        Assert.Single(sink.Requests);
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => sink.Requests.Count(static request => request.Lines.Contains("a")) == 2);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(302)]
    public async Task A_refused_batch_is_not_sent_again_but_counted_and_settled(int status)
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = (number, _) => Task.FromResult(number == 1 ? status : 204);
        await using WriteFixture write = await WriteFixture.StartAsync(TimeProvider.System, Quick(sink));
        var receipt = new TestReceipt();
        await SendAsync(write, receipt, "a");
        await write.SendAsync(App, "b", "c");
        await sink.WaitForAsync(2);
        Assert.Equal(["b"], sink.Requests[1].Lines);
        Assert.True(receipt.IsSettled);
        Assert.Equal(1, write.Count("loki_write_dropped_entries_total", "reason", "ingester_error"));
        Assert.Equal(0, write.Count("loki_write_batch_retries_total"));
    }

    [Fact]
    public async Task A_429_is_not_retried_where_the_user_says_so()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(429);
        LokiWrite.Arguments arguments = Quick(sink);
        arguments = arguments with { Endpoint = [arguments.Endpoint[0] with { RetryOnHttp429 = false }] };
        await using WriteFixture write = await WriteFixture.StartAsync(TimeProvider.System, arguments);
        await write.SendAsync(App, "a", "b");
        await Eventually.TrueAsync(() => write.Count("loki_write_dropped_entries_total", "reason", "rate_limited") == 1);
        Assert.Single(sink.Requests);
    }

    [Fact]
    public async Task Entries_that_can_neither_be_replayed_nor_stored_are_given_up_after_ten_tries()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(500);
        await using WriteFixture write = await WriteFixture.StartWithoutDiskAsync(TimeProvider.System, Quick(sink));
        await write.SendAsync(App, "a", "b");
        await Eventually.TrueAsync(() => write.Count("loki_write_dropped_entries_total", "reason", "ingester_error") == 1);
        Assert.Equal(10, sink.Requests.Count(static request => request.Lines.Contains("a")));
    }

    [Fact]
    public async Task Entries_that_can_be_replayed_are_never_given_up_and_the_component_is_unhealthy_meanwhile()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        bool healed = false;
        sink.Answer = (_, _) => Task.FromResult(Volatile.Read(ref healed) ? 204 : 500);
        await using WriteFixture write = await WriteFixture.StartAsync(TimeProvider.System, Quick(sink));
        var receipt = new TestReceipt();
        await SendAsync(write, receipt, "a");
        await write.SendAsync(App, "b");
        await sink.WaitForAsync(20);
        Assert.Equal(HealthState.Unhealthy, write.Context.Health);
        Assert.Contains("500", write.Context.HealthMessage, StringComparison.Ordinal);
        Volatile.Write(ref healed, true);
        await Eventually.TrueAsync(() => write.Count("loki_write_sent_entries_total") == 1);
        await Eventually.TrueAsync(() => receipt.IsSettled);
        await Eventually.TrueAsync(() => write.Context.Health == HealthState.Healthy);
        Assert.Equal(0, write.Count("loki_write_dropped_entries_total"));
    }

    [Fact]
    public async Task An_explicit_number_of_tries_is_honoured_for_entries_that_can_be_replayed()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(500);
        LokiWrite.Arguments arguments = Quick(sink);
        arguments = arguments with { Endpoint = [arguments.Endpoint[0] with { MaxBackoffRetries = 2 }] };
        await using WriteFixture write = await WriteFixture.StartAsync(TimeProvider.System, arguments);
        var receipt = new TestReceipt();
        await SendAsync(write, receipt, "a");
        await write.SendAsync(App, "b");
        await Eventually.TrueAsync(() => receipt.IsSettled);
        Assert.Equal(2, sink.Requests.Count(static request => request.Lines.Contains("a")));
        Assert.Equal(1, write.Count("loki_write_dropped_entries_total", "reason", "ingester_error"));
    }

    [Fact]
    public async Task Without_a_disk_an_endpoint_is_a_batch_ahead_of_a_slow_one_and_the_receipt_waits_for_both()
    {
        await using LokiSink first = await LokiSink.StartAsync();
        await using LokiSink second = await LokiSink.StartAsync();
        var release = new TaskCompletionSource();
        second.Answer = async (_, _) =>
        {
            await release.Task;
            return 204;
        };
        LokiWrite.Arguments arguments = Quick(first) with { Endpoint = [Quick(first).Endpoint[0], Quick(second).Endpoint[0]] };
        await using WriteFixture write = await WriteFixture.StartWithoutDiskAsync(TimeProvider.System, arguments);
        var receipt = new TestReceipt();
        await SendAsync(write, receipt, "a", "b", "c", "d", "e");
        await first.WaitForAsync(1);
        await second.WaitForAsync(1);
        // What first has beyond that would come twice after a crash.
        await Eventually.TrueAsync(() => write.Context.HealthMessage.Contains("on disk", StringComparison.Ordinal));
        Assert.Equal(["a"], first.Lines);
        Assert.False(receipt.IsSettled);
        release.SetResult();
        await write.StopAsync();
        Assert.True(receipt.IsSettled);
        Assert.Equal(["a", "b", "c", "d", "e"], first.Lines);
        Assert.Equal(["a", "b", "c", "d", "e"], second.Lines);
    }

    [Fact]
    public async Task Without_a_disk_nobody_waits_for_an_endpoint_that_may_lose_lines()
    {
        await using LokiSink first = await LokiSink.StartAsync();
        await using LokiSink second = await LokiSink.StartAsync();
        var release = new TaskCompletionSource();
        second.Answer = async (_, _) =>
        {
            await release.Task;
            return 204;
        };
        EndpointOptions careless = Quick(second, new QueueOptions { BlockOnOverflow = false }).Endpoint[0];
        LokiWrite.Arguments arguments = Quick(first) with { Endpoint = [Quick(first).Endpoint[0], careless] };
        await using WriteFixture write = await WriteFixture.StartWithoutDiskAsync(TimeProvider.System, arguments);
        await SendAsync(write, new TestReceipt(), "a", "b", "c", "d", "e");
        await first.WaitForAsync(4);
        Assert.Single(second.Requests);
        release.SetResult();
    }

    [Fact]
    public async Task A_full_queue_makes_the_source_wait()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        var release = new TaskCompletionSource();
        sink.Answer = async (_, _) =>
        {
            await release.Task;
            return 204;
        };
        await using WriteFixture write = await WriteFixture.StartAsync(TimeProvider.System, Quick(sink, new QueueOptions { Capacity = new ByteSize(1) }));
        Task sending = write.SendAsync(new TestReceipt(), App, "a", "b", "c", "d");
        await sink.WaitForAsync(1);
        Assert.False(sending.IsCompleted);
        Task other = write.SendAsync(new TestReceipt(), App, "e");
        Assert.False(other.IsCompleted);
        release.SetResult();
        await sending;
        await other;
        await write.StopAsync();
        // Two sources that wait go on in any order, but each keeps its own.
        Assert.Equal(["a", "b", "c", "d"], sink.Lines.Where(static line => line != "e"));
        Assert.Contains("e", sink.Lines);
    }

    [Fact]
    public async Task A_source_that_stops_waiting_loses_nothing_that_was_taken()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        var release = new TaskCompletionSource();
        sink.Answer = async (_, _) =>
        {
            await release.Task;
            return 204;
        };
        await using WriteFixture write = await WriteFixture.StartAsync(TimeProvider.System, Quick(sink, new QueueOptions { Capacity = new ByteSize(1) }));
        using var stop = new CancellationTokenSource();
        using LogBatch batch = WriteFixture.Batch(App, "a", "b", "c");
        batch.Receipt = new TestReceipt();
        Task sending = write.Component.ConsumeAsync(batch, stop.Token).AsTask();
        await sink.WaitForAsync(1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        release.SetResult();
        await write.StopAsync();
        Assert.Equal(["a", "b"], sink.Lines);
    }

    [Fact]
    public async Task A_full_queue_drops_the_oldest_and_counts_it_where_nobody_is_to_wait()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        var release = new TaskCompletionSource();
        sink.Answer = async (_, _) =>
        {
            await release.Task;
            return 204;
        };
        var queue = new QueueOptions { Capacity = new ByteSize(1), BlockOnOverflow = false };
        await using WriteFixture write = await WriteFixture.StartWithoutDiskAsync(TimeProvider.System, Quick(sink, queue));
        await write.SendAsync(App, "a", "b");
        await sink.WaitForAsync(1);
        var receipt = new TestReceipt();
        await SendAsync(write, receipt, "c", "d");
        Assert.Equal(2, write.Count("loki_write_dropped_entries_total", "reason", "queue_is_full"));
        Assert.Equal(HealthState.Unhealthy, write.Context.Health);
        Assert.Contains("on disk", write.Context.HealthMessage, StringComparison.Ordinal);
        release.SetResult();
        await write.StopAsync();
        Assert.Equal(["a", "d"], sink.Lines);
        Assert.True(receipt.IsSettled);
    }

    [Fact]
    public async Task A_stop_sends_what_waits()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await WriteFixture.StartAsync(_time, WriteFixture.To(sink));
        var receipt = new TestReceipt();
        await SendAsync(write, receipt, "a", "b");
        await write.StopAsync();
        Assert.Equal(["a", "b"], sink.Lines);
        Assert.True(receipt.IsSettled);
    }

    [Fact]
    public async Task A_stop_without_a_disk_ends_at_the_drain_timeout_and_settles_nothing_that_is_left()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(503);
        await using WriteFixture write =
            await WriteFixture.StartWithoutDiskAsync(_time, new LokiWrite.Arguments { Endpoint = [WriteFixture.To(sink)] });
        var receipt = new TestReceipt();
        await SendAsync(write, receipt, "a");
        Task stopped = write.StopAsync();
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(5), () => stopped.IsCompleted);
        await stopped;
        await write.Component.DisposeAsync();
        Assert.False(receipt.IsSettled);
        Assert.Equal(0, write.Count("loki_write_dropped_entries_total"));
    }

    [Fact]
    public async Task A_changed_endpoint_takes_over_what_waited()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = static (_, http) => Task.FromResult(http.Request.Headers.ContainsKey("X-New") ? 204 : 503);
        await using WriteFixture write = await WriteFixture.StartAsync(_time, WriteFixture.To(sink) with { BatchSize = new ByteSize(1) });
        var receipt = new TestReceipt();
        await SendAsync(write, receipt, "a", "b", "c");
        await sink.WaitForAsync(1);
        Assert.False(receipt.IsSettled);
        EndpointOptions changed = WriteFixture.To(sink) with { Headers = new ValueMap<string>([new("X-New", "1")]) };
        await write.Component.ApplyAsync(new LokiWrite.Arguments { Endpoint = [changed] }, CancellationToken.None);
        await Eventually.TrueAsync(() => receipt.IsSettled);
        Assert.Equal(["a", "b", "c"], sink.Requests.Where(static r => r.Headers.ContainsKey("X-New")).SelectMany(static r => r.Lines));
        Assert.Equal(0, write.Count("loki_write_dropped_entries_total"));
    }

    [Fact]
    public async Task An_endpoint_that_did_not_change_keeps_its_open_batch_through_a_reload()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using LokiSink added = await LokiSink.StartAsync();
        await using WriteFixture write = await WriteFixture.StartAsync(_time, WriteFixture.To(sink));
        await write.SendAsync(App, "before");
        EndpointOptions other = WriteFixture.To(added) with { BatchWait = TimeSpan.FromMinutes(1) };
        await write.Component.ApplyAsync(new LokiWrite.Arguments { Endpoint = [WriteFixture.To(sink), other] }, CancellationToken.None);
        await write.SendAsync(App, "after");
        await write.StopAsync();
        Assert.Equal(["before", "after"], Assert.Single(sink.Requests).Lines);
        Assert.Equal(["after"], added.Lines);
    }

    [Fact]
    public async Task A_dead_endpoint_delays_no_reload_and_frees_who_waits_for_it()
    {
        await using LokiSink dead = await LokiSink.StartAsync();
        await using LokiSink alive = await LokiSink.StartAsync();
        dead.Answer = static (_, _) => Task.FromResult(503);
        EndpointOptions full = WriteFixture.To(dead) with
        {
            BatchSize = new ByteSize(1),
            QueueConfig = new QueueOptions { Capacity = new ByteSize(1), DrainTimeout = TimeSpan.FromSeconds(1) },
        };
        await using WriteFixture write = await WriteFixture.StartAsync(_time, full);
        Task sending = write.SendAsync(new TestReceipt(), App, "a", "b", "c", "d");
        Assert.False(sending.IsCompleted);
        await write.Component.ApplyAsync(new LokiWrite.Arguments { Endpoint = [WriteFixture.To(alive)] }, CancellationToken.None);
        await sending;
        // What only the removed endpoint was to get is counted when its drain time is over.
        await _time.AdvanceUntilAsync(TimeSpan.FromMilliseconds(500), () => write.Count("loki_write_dropped_entries_total", "reason", "endpoint_removed") == 2);
        await write.StopAsync();
        Assert.Equal(["c", "d"], alive.Lines);
    }

    [Fact]
    public async Task An_endpoint_that_cannot_be_reached_shows_why()
    {
        LokiWrite.Arguments arguments;
        await using (LokiSink gone = await LokiSink.StartAsync())
        {
            arguments = Quick(gone, new QueueOptions { DrainTimeout = TimeSpan.Zero });
        }
        await using WriteFixture write = await WriteFixture.StartAsync(TimeProvider.System, arguments);
        await SendAsync(write, new TestReceipt(), "a");
        await write.SendAsync(App, "b");
        await Eventually.TrueAsync(() => write.Context.Health == HealthState.Unhealthy);
        var state = (ObjectValue)((ArrayValue)((ObjectValue)write.Component.DebugState())["endpoints"])[0];
        Assert.Contains("refused", ((StringValue)state["last_error"]).Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Shards_send_at_the_same_time_and_keep_the_order_of_each_stream()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        LokiWrite.Arguments arguments = Quick(sink, new QueueOptions { MinShards = 4, DrainTimeout = TimeSpan.FromMinutes(1) });
        await using WriteFixture write = await WriteFixture.StartAsync(TimeProvider.System, arguments);
        var expected = new ConcurrentDictionary<string, List<string>>();
        for (int i = 0; i < 200; i++)
        {
            string app = (i % 10).ToString(CultureInfo.InvariantCulture);
            await write.SendAsync(WriteFixture.Labels(("app", app)), $"{i}");
            expected.GetOrAdd($"{{app=\"{app}\"}}", static _ => []).Add($"{i}");
        }
        await write.StopAsync();
        ILookup<string, string> found = sink.Requests.SelectMany(static r => r.Entries).ToLookup(static e => e.Stream, static e => e.Line);
        Assert.All(expected, pair => Assert.Equal(pair.Value, found[pair.Key]));
    }

    [Fact]
    public async Task Without_an_endpoint_the_component_cannot_work()
    {
        await using var component = new LokiWrite(new TestComponentContext());
        await Assert.ThrowsAsync<ComponentException>(() => component.ApplyAsync(new LokiWrite.Arguments(), CancellationToken.None).AsTask());
    }

    /// <summary>One entry a batch, and retries after a few milliseconds of real time.</summary>
    private static LokiWrite.Arguments Quick(LokiSink sink, QueueOptions? queue = null) => new()
    {
        Endpoint =
        [
            WriteFixture.To(sink) with
            {
                BatchSize = new ByteSize(1),
                BatchWait = TimeSpan.FromHours(1),
                MinBackoffPeriod = TimeSpan.FromMilliseconds(1),
                MaxBackoffPeriod = TimeSpan.FromMilliseconds(4),
                QueueConfig = queue ?? new QueueOptions { DrainTimeout = TimeSpan.FromSeconds(1) },
                Http = new() { FollowRedirects = false },
            },
        ],
    };

    private static Task SendAsync(WriteFixture write, TestReceipt receipt, params string[] lines) => write.SendAsync(receipt, App, lines);
}
