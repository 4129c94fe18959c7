using System.Text;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Wire.LokiPush;
using Agent.Wire.Snappy;

namespace Agent.Wire.Tests.LokiPush;

public sealed class LokiPushBatchTests
{
    [Fact]
    public void Entries_arriving_interleaved_leave_grouped_by_stream_in_order()
    {
        using var batch = new LokiPushBatch();
        int a = batch.AddStream("{app=\"a\"}"u8);
        int b = batch.AddStream("{app=\"b\"}"u8);
        batch.Append(a, 1, "a1"u8);
        batch.Append(b, 2, "b1"u8);
        batch.Append(a, 3, "a2"u8);

        Assert.Equal(["{app=\"a\"} 1:a1 3:a2", "{app=\"b\"} 2:b1"], Read(batch));
        Assert.Equal((2, 3), (batch.StreamCount, batch.EntryCount));
    }

    [Fact]
    public void Metadata_of_any_length_keeps_the_entry_readable()
    {
        using var batch = new LokiPushBatch();
        int stream = batch.AddStream("{}"u8);
        var expected = new List<string>();
        foreach (int length in new[] { 0, 1, 90, 130, 16_300, 16_400, 70_000 })
        {
            batch.BeginEntry(stream, length, "line"u8);
            batch.AddMetadata("k"u8, Encoding.UTF8.GetBytes(new string('v', length)));
            batch.AddMetadata("k"u8, "twice"u8);
            batch.EndEntry();
            expected.Add($" {length}:line[k={new string('v', length)}][k=twice]");
        }
        Assert.Equal("{}" + string.Concat(expected), Assert.Single(Read(batch)));
    }

    [Fact]
    public void A_log_entry_is_written_with_its_metadata()
    {
        using var batch = new LokiPushBatch();
        int stream = batch.AddStream("{}"u8);
        string longName = new('n', 300);
        MetadataPair[] pairs = [new("trace", "x"u8.ToArray()), new(longName, "y"u8.ToArray())];
        batch.Append(stream, new LogEntry(LabelSet.Empty, 7, "text"u8.ToArray(), pairs));
        Assert.Equal($"{{}} 7:text[trace=x][{longName}=y]", Assert.Single(Read(batch)));
    }

    [Fact]
    public void Broken_utf8_leaves_as_replacement_characters_everywhere()
    {
        using var batch = new LokiPushBatch();
        int stream = batch.AddStream([(byte)'{', 0xFF, (byte)'}']);
        batch.BeginEntry(stream, 1, [(byte)'a', 0xFF, (byte)'b']);
        batch.AddMetadata([0xFE], [0xC0, 0x80]);
        batch.EndEntry();
        Assert.Equal("{\uFFFD} 1:a\uFFFDb[\uFFFD=\uFFFD\uFFFD]", Assert.Single(Read(batch)));
    }

    [Fact]
    public void A_cancelled_entry_leaves_no_trace()
    {
        using var batch = new LokiPushBatch();
        int stream = batch.AddStream("{}"u8);
        batch.Append(stream, 1, "kept"u8);
        int size = batch.EncodedSize;
        batch.BeginEntry(stream, 2, "dropped"u8);
        batch.AddMetadata("k"u8, "v"u8);
        batch.CancelEntry();
        Assert.Equal((size, 1), (batch.EncodedSize, batch.EntryCount));
        Assert.Equal("{} 1:kept", Assert.Single(Read(batch)));
    }

    [Fact]
    public void Timestamps_before_1970_round_down_to_whole_seconds()
    {
        Assert.Equal(new PushTimestamp(-1, 500_000_000), PushTimestamp.FromUnixNanos(-500_000_000));
        Assert.Equal(new PushTimestamp(-1, 0), PushTimestamp.FromUnixNanos(-1_000_000_000));
        Assert.Equal(-500_000_000, new PushTimestamp(-1, 500_000_000).ToUnixNanos());
        Assert.Equal(long.MinValue, PushTimestamp.FromUnixNanos(long.MinValue).ToUnixNanos());
        Assert.Equal(long.MaxValue, new PushTimestamp(253_402_300_799, 0).ToUnixNanos());
        Assert.Equal(long.MinValue, PushTimestamp.Earliest.ToUnixNanos());
    }

    [Fact]
    public void The_compressed_request_is_the_request()
    {
        using var batch = new LokiPushBatch();
        Fill(batch, SampleText.Lines(3000), streams: 7);
        byte[] plain = new byte[batch.EncodedSize];
        Assert.Equal(plain.Length, batch.WriteTo(plain));

        using var compressed = new GrowableBuffer();
        using var decompressed = new GrowableBuffer();
        Assert.Equal(compressed.Length + batch.Compress(new SnappyEncoder(), compressed), compressed.Length);
        Assert.True(compressed.Length < plain.Length / 2);
        Assert.True(SnappyDecoder.TryDecompress(compressed.Written, plain.Length, decompressed));
        Assert.True(decompressed.Written.SequenceEqual(plain));
    }

    [Fact]
    public void A_batch_like_the_last_one_allocates_nothing()
    {
        byte[] lines = SampleText.Lines(2000);
        using var batch = new LokiPushBatch();
        using var compressed = new GrowableBuffer();
        var encoder = new SnappyEncoder();
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            compressed.Clear();
            batch.Reset();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Fill(batch, lines, streams: 5);
            batch.Compress(encoder, compressed);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Reset_keeps_no_more_memory_than_allowed_and_the_batch_stays_usable()
    {
        using var batch = new LokiPushBatch(maxRetained: 1000);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 20; i++)
            {
                batch.Append(batch.AddStream("{}"u8), i, SampleText.Noise(100));
            }
            Assert.Equal(20, Read(batch).Count);
            batch.Reset();
            Assert.Equal((0, 0, 0), (batch.StreamCount, batch.EntryCount, batch.EncodedSize));
            Assert.True(batch.RetainedBytes <= 1000);
        }
    }

    private static void Fill(LokiPushBatch batch, ReadOnlySpan<byte> lines, int streams)
    {
        for (int i = 0; i < streams; i++)
        {
            batch.AddStream("{app=\"x\"}"u8);
        }
        for (int i = 0; !lines.IsEmpty; i++)
        {
            int end = lines.IndexOf((byte)'\n');
            batch.BeginEntry(i % streams, 1_700_000_000_000_000_000 + i, lines[..end]);
            batch.AddMetadata("trace_id"u8, "0123456789abcdef"u8);
            batch.EndEntry();
            lines = lines[(end + 1)..];
        }
    }

    private static List<string> Read(LokiPushBatch batch)
    {
        byte[] message = new byte[batch.EncodedSize];
        Assert.Equal(message.Length, batch.WriteTo(message));
        Assert.True(LokiPushReader.TryOpen(message, out LokiPushReader streams, out string? error), error);
        var read = new List<string>();
        foreach (LokiStreamView stream in streams)
        {
            var text = new StringBuilder(Encoding.UTF8.GetString(stream.Labels));
            foreach (LokiEntryView entry in stream.Entries)
            {
                text.Append($" {entry.Timestamp.ToUnixNanos()}:{Encoding.UTF8.GetString(entry.Line)}");
                foreach (LokiMetadataView pair in entry.Metadata)
                {
                    text.Append($"[{Encoding.UTF8.GetString(pair.Name)}={Encoding.UTF8.GetString(pair.Value)}]");
                }
            }
            read.Add(text.ToString());
        }
        return read;
    }
}
