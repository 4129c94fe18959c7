using Agent.Components.Loki.Write;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Write;

public sealed class LokiWriteTests
{
    private static readonly LabelSet App = WriteFixture.Labels(("app", "x"));
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_batch_goes_when_its_oldest_entry_has_waited_long_enough()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await WriteFixture.StartAsync(_time, WriteFixture.To(sink));
        await Eventually.TrueAsync(() => write.Context.Health == HealthState.Healthy);
        await write.SendAsync(App, "one");
        await write.SendAsync(App, "two");
        Assert.Empty(sink.Requests);

        await AdvanceUntil(() => sink.Requests.Count > 0, TimeSpan.FromSeconds(1));

        SinkRequest request = Assert.Single(sink.Requests);
        Assert.Equal(["one", "two"], request.Lines);
        Assert.All(request.Entries, static entry => Assert.Equal("{app=\"x\"}", entry.Stream));
        Assert.All(request.Entries, static entry => Assert.Equal(1_700_000_000_000_000_001, entry.Timestamp));
    }

    [Fact]
    public async Task A_batch_goes_when_the_next_entry_would_exceed_its_size()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await WriteFixture.StartAsync(_time, WriteFixture.To(sink) with { BatchSize = new ByteSize(10) });
        await write.SendAsync(App, "12345", "67890", "next");
        await sink.WaitForAsync(1);
        Assert.Equal(["12345", "67890"], sink.Requests[0].Lines);
    }

    [Fact]
    public async Task A_line_longer_than_a_batch_is_sent_alone()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await WriteFixture.StartAsync(_time, WriteFixture.To(sink) with { BatchSize = new ByteSize(10) });
        await write.SendAsync(App, "a", new string('b', 50), "c");
        await sink.WaitForAsync(2);
        Assert.Equal(["a"], sink.Requests[0].Lines);
        Assert.Equal([new string('b', 50)], sink.Requests[1].Lines);
    }

    [Fact]
    public async Task External_labels_are_added_where_missing_and_internal_ones_are_left_out()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await WriteFixture.StartAsync(_time, new LokiWrite.Arguments
        {
            Endpoint = [WriteFixture.To(sink) with { BatchSize = new ByteSize(1) }],
            ExternalLabels = new ValueMap<string>([new("cluster", "prod"), new("app", "default")]),
        });
        await write.SendAsync(WriteFixture.Labels(("app", "x"), ("__path__", "/a"), ("quote", "a\"b\n")), "first", "second");
        await sink.WaitForAsync(1);
        Assert.Equal("{app=\"x\", cluster=\"prod\", quote=\"a\\\"b\\n\"}", sink.Requests[0].Entries[0].Stream);
    }

    [Fact]
    public async Task The_tenant_of_an_entry_counts_before_the_tenant_of_the_endpoint()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        EndpointOptions endpoint = WriteFixture.To(sink) with { TenantId = "usual", BatchSize = new ByteSize(1) };
        await using WriteFixture write = await WriteFixture.StartAsync(_time, endpoint);
        await write.SendAsync(App, "a", "b");
        await write.SendAsync(App.With("__tenant_id__", "other"), "c", "d");
        await sink.WaitForAsync(2);
        Assert.Equal(["usual", "other"], sink.Requests.Select(static request => request.Headers["X-Scope-OrgID"]));
        Assert.Equal("{app=\"x\"}", sink.Requests[1].Entries[0].Stream);
    }

    [Fact]
    public async Task Requests_carry_the_headers_of_the_protocol_and_the_configured_ones()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        EndpointOptions endpoint = WriteFixture.To(sink) with
        {
            BatchSize = new ByteSize(1),
            Headers = new ValueMap<string>([new("X-Custom", "yes"), new("Content-Type", "text/plain")]),
        };
        await using WriteFixture write = await WriteFixture.StartAsync(_time, endpoint);
        await write.SendAsync(App, "a", "b");
        await sink.WaitForAsync(1);
        IReadOnlyDictionary<string, string> headers = sink.Requests[0].Headers;
        Assert.Equal("application/x-protobuf", headers["Content-Type"]);
        Assert.Equal("snappy", headers["Content-Encoding"]);
        Assert.Equal("yes", headers["X-Custom"]);
        Assert.StartsWith("Invar/", headers["User-Agent"], StringComparison.Ordinal);
        Assert.DoesNotContain("X-Scope-OrgID", headers.Keys);
    }

    [Fact]
    public async Task Structured_metadata_and_repaired_text_arrive()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await WriteFixture.StartAsync(_time, WriteFixture.To(sink) with { BatchSize = new ByteSize(1) });
        using var batch = new LogBatch();
        batch.Add(new LogEntry(App, 5, new byte[] { (byte)'a', 0xFF }, new[] { new MetadataPair("trace", "t1"u8.ToArray()) }));
        batch.Add(new LogEntry(App, 6, "next"u8.ToArray()));
        await write.Component.ConsumeAsync(batch, CancellationToken.None);
        await sink.WaitForAsync(1);
        SinkEntry entry = Assert.Single(sink.Requests[0].Entries);
        Assert.Equal(("a\uFFFD", "trace=t1;", 5), (entry.Line, entry.Metadata, entry.Timestamp));
    }

    [Fact]
    public async Task Entries_of_more_streams_than_allowed_are_dropped_and_counted()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        var arguments = new LokiWrite.Arguments { Endpoint = [WriteFixture.To(sink)], MaxStreams = 1 };
        await using WriteFixture write = await WriteFixture.StartAsync(_time, arguments);
        await write.SendAsync(App, "kept");
        await write.SendAsync(WriteFixture.Labels(("app", "y")), "dropped");
        await write.SendAsync(App, "kept too");
        await write.StopAsync();
        Assert.Equal(["kept", "kept too"], sink.Lines);
        Assert.Equal(1, write.Count("loki_write_dropped_entries_total", "reason", "stream_limited"));
        Assert.Equal(7, write.Count("loki_write_dropped_bytes_total", "reason", "stream_limited"));
    }

    [Fact]
    public async Task Label_sets_that_differ_in_internal_labels_only_are_one_stream()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        var arguments = new LokiWrite.Arguments { Endpoint = [WriteFixture.To(sink)], MaxStreams = 1 };
        await using WriteFixture write = await WriteFixture.StartAsync(_time, arguments);
        await write.SendAsync(App.With("__a__", "1"), "one");
        await write.SendAsync(App.With("__a__", "2"), "two");
        await write.StopAsync();
        Assert.Equal(["one", "two"], sink.Lines);
    }

    [Fact]
    public async Task Drop_counters_stand_at_zero_from_the_start()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await WriteFixture.StartAsync(_time, WriteFixture.To(sink));
        string[] reasons = write.Context.Registry.Families().Single(static f => f.Name == "loki_write_dropped_entries_total").Series
            .Select(static series => series.LabelValues[^1]).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["ingester_error", "line_too_long", "queue_is_full", "rate_limited", "stream_limited"], reasons);
    }

    [Fact]
    public async Task Appending_to_known_streams_allocates_nothing()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        EndpointOptions endpoint = WriteFixture.To(sink) with { BatchSize = new ByteSize(64 << 20) };
        await using WriteFixture write = await WriteFixture.StartAsync(_time, endpoint);
        LabelSet[] streams = [.. Enumerable.Range(0, 50).Select(static i => WriteFixture.Labels(("app", $"{i}")))];
        // A debug build allocates the call's state machine; what counts is that a thousand entries cost no more than one.
        long one = await AllocatedAsync(write, streams, 1);
        Assert.Equal(one, await AllocatedAsync(write, streams, 1000));
    }

    /// <summary>Bytes that one call allocates, at best, in steady state.</summary>
    private static async Task<long> AllocatedAsync(WriteFixture write, LabelSet[] streams, int entries)
    {
        using var batch = new LogBatch { Receipt = new TestReceipt() };
        byte[] line = new byte[100];
        for (int i = 0; i < entries; i++)
        {
            batch.Add(new LogEntry(streams[i % streams.Length], i, line));
        }
        long least = long.MaxValue;
        for (int round = 0; round < 40; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ValueTask taken = write.Component.ConsumeAsync(batch, CancellationToken.None);
            long after = GC.GetAllocatedBytesForCurrentThread();
            if (taken.IsCompletedSuccessfully)
            {
                least = Math.Min(least, after - before);
            }
            await taken;
        }
        return least;
    }

    private async Task AdvanceUntil(Func<bool> condition, TimeSpan limit)
    {
        DateTimeOffset end = _time.GetUtcNow() + limit;
        // The component arms its timer when it has started, which may be after the entries came.
        await Eventually.TrueAsync(() =>
        {
            if (_time.GetUtcNow() < end && _time.ArmedTimers > 0)
            {
                _time.Advance(limit);
            }
            return condition();
        });
    }
}
