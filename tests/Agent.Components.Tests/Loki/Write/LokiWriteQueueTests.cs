using Agent.Components.Loki.Write;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Write;

/// <summary>What waits on disk: for endpoints that lag, through stops, restarts and changes.</summary>
public sealed class LokiWriteQueueTests : IDisposable
{
    private static readonly LabelSet App = WriteFixture.Labels(("app", "x"));
    private readonly string _storage = Directory.CreateTempSubdirectory("invar-queue-").FullName;

    public void Dispose() => Directory.Delete(_storage, recursive: true);

    [Fact]
    public async Task What_an_endpoint_has_not_taken_survives_a_restart_and_comes_once_and_in_order()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(503);
        var receipt = new TestReceipt();
        await using (WriteFixture first = await StartAsync(To(sink)))
        {
            await first.SendAsync(receipt, App, "a", "b", "c", "d", "e");
            await Eventually.TrueAsync(() => first.Context.Health == HealthState.Unhealthy);
            await first.StopAsync();
        }
        Assert.True(receipt.IsSettled);
        sink.Answer = static (_, _) => Task.FromResult(204);
        int before = sink.Requests.Count;
        await using WriteFixture second = await StartAsync(To(sink));
        await second.SendAsync(App, "f", "g");
        await second.StopAsync();
        Assert.Equal(["a", "b", "c", "d", "e", "f", "g"], sink.Requests.Skip(before).SelectMany(static request => request.Lines));
        Assert.Equal(0, second.Count("loki_write_dropped_entries_total"));
    }

    [Fact]
    public async Task A_receipt_is_settled_once_a_lagging_endpoint_has_the_entries_on_disk_and_the_other_one_delivered()
    {
        await using LokiSink quick = await LokiSink.StartAsync();
        await using LokiSink dead = await LokiSink.StartAsync();
        bool isBack = false;
        dead.Answer = (_, _) => Task.FromResult(Volatile.Read(ref isBack) ? 204 : 503);
        await using WriteFixture write = await StartAsync(To(quick), To(dead));
        var receipt = new TestReceipt();
        string[] lines = [.. Enumerable.Range(0, 50).Select(static i => $"line {i}")];
        await write.SendAsync(receipt, App, lines);
        await write.SendAsync(App, "last");
        await quick.WaitForAsync(50);
        await Eventually.TrueAsync(() => receipt.IsSettled);
        Assert.DoesNotContain("line 1", dead.Lines.Skip(dead.Requests.Count));
        await write.DisposeAsync();
        Assert.Equal([.. lines, "last"], quick.Lines);
        Volatile.Write(ref isBack, true);
        await using WriteFixture next = await StartAsync(To(quick), To(dead));
        await Eventually.TrueAsync(() => dead.Lines.Contains("last"));
        await next.StopAsync();
        Assert.Equal([.. lines, "last"], dead.Lines.Distinct());
        Assert.Equal([.. lines, "last"], quick.Lines);
    }

    [Fact]
    public async Task A_window_that_is_full_goes_to_disk_where_the_source_cannot_replay()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        var release = new TaskCompletionSource();
        sink.Answer = async (_, _) =>
        {
            await release.Task;
            return 204;
        };
        await using WriteFixture write = await StartAsync(To(sink) with { QueueConfig = new QueueOptions { Capacity = new ByteSize(1) } });
        string[] lines = [.. Enumerable.Range(0, 200).Select(static i => $"line {i}")];
        await write.SendAsync(App, lines);
        await write.SendAsync(App, "last");
        Assert.True(write.Gauge("loki_write_queue_disk_bytes") > 0);
        Assert.InRange(write.Gauge("loki_write_queue_memory_bytes"), 1, 256);
        release.SetResult();
        await Eventually.TrueAsync(() => write.Count("loki_write_sent_entries_total") == 200);
        await write.StopAsync();
        Assert.Equal([.. lines, "last"], sink.Lines);
    }

    [Fact]
    public async Task With_the_write_ahead_log_everything_is_on_disk_before_it_is_delivered()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        var release = new TaskCompletionSource();
        sink.Answer = async (_, _) =>
        {
            await release.Task;
            return 204;
        };
        await using WriteFixture write = await StartAsync(new WalOptions { Enabled = true }, To(sink));
        var receipt = new TestReceipt();
        await write.SendAsync(receipt, App, "a");
        await write.SendAsync(App, "b");
        await Eventually.TrueAsync(() => receipt.IsSettled);
        Assert.Equal(0, write.Count("loki_write_sent_entries_total"));
        Assert.True(write.Gauge("loki_write_queue_stored_bytes_total") > 0);
        release.SetResult();
    }

    [Fact]
    public async Task A_full_disk_drops_the_oldest_of_a_source_that_cannot_replay_and_counts_it()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(503);
        var wal = new WalOptions { MaxSize = new ByteSize(64 << 10) };
        await using WriteFixture write = await StartAsync(wal, To(sink) with { QueueConfig = new QueueOptions { Capacity = new ByteSize(1) } });
        await write.SendAsync(App, "first");
        for (int i = 0; i < 200; i++)
        {
            await write.SendAsync(App, $"{i} {Noise(i)}");
        }
        long dropped = write.Count("loki_write_dropped_entries_total", "reason", "queue_is_full");
        Assert.InRange(dropped, 100, 199);
        Assert.True(write.Gauge("loki_write_queue_disk_bytes") <= 64 << 10);
        await write.StopAsync();
        dropped = write.Count("loki_write_dropped_entries_total", "reason", "queue_is_full");
        await write.DisposeAsync();
        int before = sink.Requests.Count;
        sink.Answer = static (_, _) => Task.FromResult(204);
        await using WriteFixture next = await StartAsync(wal, To(sink));
        await Eventually.TrueAsync(() => sink.Lines.Any(static line => line.StartsWith("199 ", StringComparison.Ordinal)));
        await next.StopAsync();
        // One line a batch: what did not come was counted.
        Assert.Equal(201 - dropped, sink.Requests.Skip(before).Sum(static request => request.Lines.Count()));
    }

    [Fact]
    public async Task A_full_disk_makes_a_source_wait_that_can_replay_and_nothing_is_dropped()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        bool isBack = false;
        sink.Answer = (_, _) => Task.FromResult(Volatile.Read(ref isBack) ? 204 : 503);
        var wal = new WalOptions { MaxSize = new ByteSize(64 << 10) };
        await using WriteFixture write = await StartAsync(wal, To(sink) with { QueueConfig = new QueueOptions { Capacity = new ByteSize(8 << 10) } });
        string[] lines = [.. Enumerable.Range(0, 300).Select(static i => $"{i} {Noise(i)}")];
        Task sending = write.SendAsync(new TestReceipt(), App, lines);
        await Eventually.TrueAsync(() => write.Context.HealthMessage.Contains("503", StringComparison.Ordinal));
        Assert.False(sending.IsCompleted);
        Volatile.Write(ref isBack, true);
        await sending;
        await write.DisposeAsync();
        await using WriteFixture next = await StartAsync(wal, To(sink));
        await Eventually.TrueAsync(() => sink.Lines.Contains(lines[^1]));
        Assert.Equal(lines, sink.Lines.Distinct());
        Assert.Equal(0, write.Count("loki_write_dropped_entries_total"));
    }

    [Fact]
    public async Task What_waits_for_an_endpoint_that_is_configured_no_more_is_counted_at_the_next_start()
    {
        await using LokiSink gone = await LokiSink.StartAsync();
        await using LokiSink stays = await LokiSink.StartAsync();
        gone.Answer = static (_, _) => Task.FromResult(503);
        await using (WriteFixture first = await StartAsync(To(gone), To(stays)))
        {
            await first.SendAsync(new TestReceipt(), App, "a", "b", "c");
            await Eventually.TrueAsync(() => first.Context.Health == HealthState.Unhealthy);
            await first.StopAsync();
        }
        await using WriteFixture second = await StartAsync(To(stays));
        Assert.Equal(3, second.Count("loki_write_dropped_entries_total", "reason", "endpoint_removed"));
        await second.StopAsync();
        Assert.Equal(["a", "b", "c"], stays.Lines);
    }

    [Fact]
    public async Task Shards_may_change_while_a_backlog_waits()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(503);
        await using WriteFixture write = await StartAsync(To(sink));
        for (int i = 0; i < 40; i++)
        {
            await write.SendAsync(new TestReceipt(), WriteFixture.Labels(("app", $"{i % 7}")), $"{i}");
        }
        await Eventually.TrueAsync(() => write.Context.Health == HealthState.Unhealthy);
        EndpointOptions sharded = To(sink) with { QueueConfig = new QueueOptions { MinShards = 3 } };
        await write.Component.ApplyAsync(new LokiWrite.Arguments { Endpoint = [sharded] }, CancellationToken.None);
        sink.Answer = static (_, _) => Task.FromResult(204);
        int before = sink.Requests.Count;
        await Eventually.TrueAsync(() => sink.Requests.Skip(before).SelectMany(static r => r.Lines).Distinct().Count() >= 39);
        await write.StopAsync();
        ILookup<string, string> found = sink.Requests.Where((_, at) => at >= before).SelectMany(static r => r.Entries)
            .ToLookup(static e => e.Stream, static e => e.Line);
        for (int app = 0; app < 7; app++)
        {
            Assert.Equal(Enumerable.Range(0, 40).Where(i => i % 7 == app).Select(static i => $"{i}"), found[$"{{app=\"{app}\"}}"].Distinct());
        }
    }

    /// <summary>Text that does not compress.</summary>
    private static string Noise(int seed)
    {
        byte[] bytes = new byte[700];
        new Random(seed).NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    private static EndpointOptions To(LokiSink sink) => WriteFixture.To(sink) with
    {
        BatchSize = new ByteSize(1),
        BatchWait = TimeSpan.FromHours(1),
        MinBackoffPeriod = TimeSpan.FromMilliseconds(1),
        MaxBackoffPeriod = TimeSpan.FromMilliseconds(4),
    };

    private Task<WriteFixture> StartAsync(params EndpointOptions[] endpoints) => StartAsync(new WalOptions(), endpoints);

    private Task<WriteFixture> StartAsync(WalOptions wal, params EndpointOptions[] endpoints) => WriteFixture.StartAsync(
        TimeProvider.System, new LokiWrite.Arguments { Endpoint = [.. endpoints], Wal = wal }, _storage);
}
