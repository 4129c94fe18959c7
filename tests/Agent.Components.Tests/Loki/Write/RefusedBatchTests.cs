using Agent.Components.Common.Delivery;
using Agent.Components.Loki.Write;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Loki.Write;

public sealed class RefusedBatchTests
{
    private static readonly LabelSet App = WriteFixture.Labels(("app", "x"));
    private static readonly LabelSet Other = WriteFixture.Labels(("app", "y"));

    [Fact]
    public async Task Entries_that_the_reply_of_a_400_names_are_counted_under_their_reason_and_the_rest_as_sent()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = Refuse(400,
            "2 errors like: entry for stream '{app=\"x\"}' has timestamp too old: 2020, oldest acceptable timestamp is: 2023; " +
            "1 errors like: max entry size '1' bytes exceeded for stream '{app=\"x\"}' while adding an entry with length '2' bytes");
        await using WriteFixture write = await StartAsync(sink);
        var receipt = new TestReceipt();
        await SendAsync(write, receipt, [.. WriteFixture.Batch(App, "a", "b", "c", "d", "e").Entries]);
        await write.StopAsync();
        Assert.Single(sink.Requests);
        Assert.Equal(2, write.Count("loki_write_dropped_entries_total", "reason", "greater_than_max_sample_age"));
        Assert.Equal(1, write.Count("loki_write_dropped_entries_total", "reason", "line_too_long"));
        Assert.Equal(3, write.Count("loki_write_dropped_entries_total"));
        Assert.Equal(2, write.Count("loki_write_sent_entries_total"));
        Assert.True(receipt.IsSettled);
    }

    [Fact]
    public async Task A_stream_refused_for_its_labels_loses_all_its_entries()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = Refuse(400, "stream '{app=\"y\"}' has label value too long: 'y'");
        await using WriteFixture write = await StartAsync(sink);
        LogEntry[] entries = [.. WriteFixture.Batch(App, "a").Entries, .. WriteFixture.Batch(Other, "b", "c").Entries];
        await SendAsync(write, new TestReceipt(), entries);
        await write.StopAsync();
        Assert.Equal(2, write.Count("loki_write_dropped_entries_total", "reason", "label_value_too_long"));
        Assert.Equal(1, write.Count("loki_write_sent_entries_total"));
    }

    [Fact]
    public async Task A_reply_never_counts_more_entries_than_were_sent()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = Refuse(400, "entry out of order, user 'x', total ignored: 999 out of 1000 for stream: {app=\"x\"}");
        await using WriteFixture write = await StartAsync(sink);
        await SendAsync(write, new TestReceipt(), [.. WriteFixture.Batch(App, "a", "b").Entries]);
        await write.StopAsync();
        Assert.Equal(2, write.Count("loki_write_dropped_entries_total", "reason", "out_of_order"));
        Assert.Equal(0, write.Count("loki_write_sent_entries_total"));
    }

    [Theory]
    [InlineData(413, "")]
    [InlineData(500, "rpc error: code = ResourceExhausted desc = grpc: received message larger than max (5 vs. 4)")]
    public async Task A_request_that_is_too_large_is_halved_until_it_fits(int status, string text)
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = async (number, http) =>
        {
            bool fits = sink.Requests[number - 1].Entries.Count <= 2 && !sink.Requests[number - 1].Lines.Contains("huge");
            return fits ? 204 : await Refuse(status, text)(number, http);
        };
        await using WriteFixture write = await StartAsync(sink);
        var receipt = new TestReceipt();
        LogEntry[] entries =
        [
            .. WriteFixture.Batch(App, "1", "2", "huge", "3").Entries,
            new LogEntry(Other, 5, "4"u8.ToArray(), new[] { new MetadataPair("trace", "t"u8.ToArray()) }),
            .. WriteFixture.Batch(App, "5", "6").Entries,
        ];
        await SendAsync(write, receipt, entries);
        await write.StopAsync();
        List<SinkEntry> taken = [.. sink.Requests
            .Where(static r => r.Entries.Count <= 2 && !r.Lines.Contains("huge")).SelectMany(static r => r.Entries)];
        Assert.Equal(["1", "2", "3", "5", "6"], taken.Where(static e => e.Stream == "{app=\"x\"}").Select(static e => e.Line));
        Assert.Equal(new SinkEntry("{app=\"y\"}", 5, "4", "trace=t;"), Assert.Single(taken, static e => e.Stream != "{app=\"x\"}"));
        Assert.Equal(6, write.Count("loki_write_sent_entries_total"));
        Assert.Equal(1, write.Count("loki_write_dropped_entries_total", "reason", "line_too_long"));
        Assert.Equal(1, write.Count("loki_write_dropped_entries_total"));
        Assert.True(receipt.IsSettled);
    }

    [Fact]
    public void Halves_of_a_batch_hold_its_entries_once_each()
    {
        using var push = new Agent.Wire.LokiPush.LokiPushBatch();
        int stream = push.AddStream("{app=\"x\"}"u8);
        for (int i = 0; i < 5; i++)
        {
            push.Append(stream, i, "line"u8);
        }
        using var compressor = new BlockCompressor();
        EncodedBatch whole = EncodedBatch.Of(push, new BatchContents("t", 0, 5, 20, [], []), compressor);
        (EncodedBatch first, EncodedBatch second) = BatchDecoder.Halve(whole);
        Assert.Equal((2, 3), (first.Contents.Entries, second.Contents.Entries));
        Assert.Equal((8, 12), (first.Contents.LineBytes, second.Contents.LineBytes));
        Assert.Equal("t", second.Contents.Tenant);
        Assert.Equal(5, BatchDecoder.EntriesOfStreamsIn(whole, "stream '{app=\"x\"}' has label name too long"));
        Assert.Equal(0, BatchDecoder.EntriesOfStreamsIn(whole, "stream '{app=\"z\"}' has label name too long"));
    }

    private static Func<int, HttpContext, Task<int>> Refuse(int status, string text) => async (_, http) =>
    {
        http.Response.StatusCode = status;
        if (text.Length > 0)
        {
            await http.Response.WriteAsync(text);
        }
        return status;
    };

    private static Task<WriteFixture> StartAsync(LokiSink sink) => WriteFixture.StartAsync(TimeProvider.System, new LokiWrite.Arguments
    {
        Endpoint = [WriteFixture.To(sink) with { BatchWait = TimeSpan.FromHours(1), MaxBackoffRetries = 1 }],
    });

    private static async Task SendAsync(WriteFixture write, TestReceipt receipt, LogEntry[] entries)
    {
        using var batch = new LogBatch { Receipt = receipt };
        foreach (LogEntry entry in entries)
        {
            batch.Add(entry);
        }
        await write.Component.ConsumeAsync(batch, CancellationToken.None);
        receipt.Settle();
    }
}
