using Agent.Components.Loki.Write;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Write;

public sealed class EntryLimitsTests
{
    private static readonly LabelSet App = WriteFixture.Labels(("app", "x"));
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task By_default_lines_above_256_KiB_are_dropped_and_counted()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await StartAsync(sink, new EntryLimits());
        string longest = new('a', 256 << 10);
        await write.SendAsync(App, "before", longest + "b", longest, "after");
        await write.StopAsync();
        Assert.Equal(["before", longest, "after"], sink.Lines);
        Assert.Equal(1, write.Count("loki_write_dropped_entries_total", "reason", "line_too_long"));
        Assert.Equal((256 << 10) + 1, write.Count("loki_write_dropped_bytes_total", "reason", "line_too_long"));
    }

    [Fact]
    public async Task Without_a_limit_long_lines_are_sent()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await StartAsync(sink, new EntryLimits { MaxLineSize = ByteSize.Zero });
        string line = new('a', 300 << 10);
        await write.SendAsync(App, line);
        await write.StopAsync();
        Assert.Equal([line], sink.Lines);
    }

    [Theory]
    [InlineData("123456789", "123456789")]
    [InlineData("12345678901", "1234567~~~")]
    [InlineData("123456éééé", "123456~~~")]
    public async Task A_long_line_is_truncated_between_characters_and_marked(string line, string expected)
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await StartAsync(
            sink, new EntryLimits { MaxLineSize = new ByteSize(10), MaxLineSizeAction = LineSizeAction.Truncate, MaxLineSizeMarker = "~~~" });
        await write.SendAsync(App, line);
        await write.StopAsync();
        Assert.Equal([expected], sink.Lines);
        Assert.Equal(0, write.Count("loki_write_dropped_entries_total"));
    }

    [Fact]
    public async Task A_long_line_is_split_between_characters_into_entries_a_nanosecond_apart()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await StartAsync(
            sink, new EntryLimits { MaxLineSize = new ByteSize(10), MaxLineSizeAction = LineSizeAction.Split });
        await write.SendAsync(App, "123456789é123456789012");
        await write.StopAsync();
        IReadOnlyList<SinkEntry> entries = Assert.Single(sink.Requests).Entries;
        Assert.Equal(["123456789", "é12345678", "9012"], entries.Select(static e => e.Line));
        Assert.Equal([1L, 2, 3], entries.Select(static e => e.Timestamp - 1_700_000_000_000_000_000));
        Assert.Equal(3, write.Count("loki_write_sent_entries_total"));
    }

    [Fact]
    public void Pieces_of_a_line_that_is_no_text_hold_every_byte()
    {
        using var cutter = new LongLine(new EntryLimits { MaxLineSize = new ByteSize(4) });
        byte[] line = [.. Enumerable.Repeat((byte)0x80, 11)];
        var rest = new LogEntry(App, 1, line);
        List<byte> seen = [];
        while (!rest.Line.IsEmpty)
        {
            LogEntry piece = cutter.TakePiece(ref rest);
            Assert.InRange(piece.Line.Length, 1, 4);
            seen.AddRange(piece.Line.ToArray());
        }
        Assert.Equal(line, seen);
    }

    [Fact]
    public async Task Streams_with_too_many_or_too_long_labels_are_dropped_and_counted()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await StartAsync(
            sink, new EntryLimits { MaxLabelNames = 2, MaxLabelNameLength = 5, MaxLabelValueLength = 3 });
        await write.SendAsync(WriteFixture.Labels(("a", "1"), ("b", "2"), ("c", "3"), ("__d", "internal")), "many");
        await write.SendAsync(WriteFixture.Labels(("a", "1"), ("abcdef", "2")), "name");
        await write.SendAsync(WriteFixture.Labels(("a", "éé")), "value", "value");
        await write.SendAsync(WriteFixture.Labels(("a", "1"), ("b", "2"), ("__d", "internal")), "good");
        await write.StopAsync();
        Assert.Equal(["good"], sink.Lines);
        Assert.Equal(1, write.Count("loki_write_dropped_entries_total", "reason", "max_label_names_per_series"));
        Assert.Equal(1, write.Count("loki_write_dropped_entries_total", "reason", "label_name_too_long"));
        Assert.Equal(2, write.Count("loki_write_dropped_entries_total", "reason", "label_value_too_long"));
    }

    [Fact]
    public async Task Entries_that_are_too_old_are_dropped_counted_and_settled()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using WriteFixture write = await StartAsync(sink, new EntryLimits { MaxEntryAge = TimeSpan.FromHours(1) });
        long now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var receipt = new TestReceipt();
        using var batch = new LogBatch { Receipt = receipt };
        batch.Add(new LogEntry(App, now - (3601L * 1_000_000_000), "old"u8.ToArray()));
        batch.Add(new LogEntry(App, now - (3599L * 1_000_000_000), "new"u8.ToArray()));
        await write.Component.ConsumeAsync(batch, CancellationToken.None);
        receipt.Settle();
        await write.StopAsync();
        Assert.Equal(["new"], sink.Lines);
        Assert.Equal(1, write.Count("loki_write_dropped_entries_total", "reason", "greater_than_max_sample_age"));
        Assert.True(receipt.IsSettled);
    }

    private Task<WriteFixture> StartAsync(LokiSink sink, EntryLimits limits) =>
        WriteFixture.StartAsync(_time, new LokiWrite.Arguments { Endpoint = [WriteFixture.To(sink)], Limits = limits });
}
