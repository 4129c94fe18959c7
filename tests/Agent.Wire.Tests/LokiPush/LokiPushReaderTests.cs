using Agent.Wire.LokiPush;

namespace Agent.Wire.Tests.LokiPush;

public sealed class LokiPushReaderTests
{
    [Fact]
    public void Fields_in_any_order_and_unknown_ones_do_not_disturb()
    {
        // Stream: hash, entry (unknown field 9, line, parsed pair, timestamp), labels.
        byte[] entry = [0x4A, 1, 0xAA, 0x12, 1, (byte)'L', 0x22, 3, 0x0A, 1, (byte)'p', 0x0A, 2, 0x08, 5];
        byte[] stream = [0x18, 42, 0x12, (byte)entry.Length, .. entry, 0x0A, 2, (byte)'{', (byte)'}'];
        byte[] message = [0x78, 1, 0x0A, (byte)stream.Length, .. stream];
        Assert.Equal("{}\n  5 0 4C\n", PushRequestText.Of(message).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void An_entry_without_timestamp_has_the_earliest_one()
    {
        byte[] message = [0x0A, 5, 0x12, 3, 0x12, 1, (byte)'L'];
        Assert.Equal("\n  -62135596800 0 4C\n", PushRequestText.Of(message).ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("0A", "length")]                    // cut off
    [InlineData("0801", "wire type")]               // streams as a number
    [InlineData("0A020801", "wire type")]           // labels as a number
    [InlineData("0A0412020A05", "length")]          // timestamp beyond the entry
    [InlineData("0A0C120A0A0810FFFFFFFFFFFF7F", "timestamp")] // nanoseconds out of range
    [InlineData("0A0512031A0109", "cannot read")]   // half a pair
    public void A_bad_request_is_refused_as_a_whole(string hex, string cause)
    {
        Assert.False(LokiPushReader.TryOpen(Convert.FromHexString(hex), out _, out string? error));
        Assert.Contains(cause, error);
    }

    [Fact]
    public void Damaged_requests_are_refused_or_read_without_an_exception()
    {
        using var batch = new LokiPushBatch();
        int stream = batch.AddStream("{app=\"x\"}"u8);
        for (int i = 0; i < 5; i++)
        {
            batch.BeginEntry(stream, 1_700_000_000_000_000_000 + i, "a line of text"u8);
            batch.AddMetadata("name"u8, "value"u8);
            batch.EndEntry();
        }
        byte[] good = new byte[batch.EncodedSize];
        batch.WriteTo(good);
        var random = new Random(3);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = good[..(random.Next(4) == 0 ? random.Next(good.Length) : good.Length)];
            for (int flips = random.Next(1, 4); flips > 0 && damaged.Length > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            if (LokiPushReader.TryOpen(damaged, out _, out _))
            {
                PushRequestText.Of(damaged);
            }
            else
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 19_999);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        using var batch = new LokiPushBatch();
        int stream = batch.AddStream("{app=\"x\"}"u8);
        for (int i = 0; i < 100; i++)
        {
            batch.BeginEntry(stream, i, "a line of text"u8);
            batch.AddMetadata("name"u8, "value"u8);
            batch.EndEntry();
        }
        byte[] message = new byte[batch.EncodedSize];
        batch.WriteTo(message);
        Assert.Equal(100 * (14 + 9), Count(message));
        long before = GC.GetAllocatedBytesForCurrentThread();
        int again = Count(message);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2300, again);
    }

    private static int Count(byte[] message)
    {
        int bytes = 0;
        LokiPushReader.TryOpen(message, out LokiPushReader streams, out _);
        foreach (LokiStreamView stream in streams)
        {
            foreach (LokiEntryView entry in stream.Entries)
            {
                bytes += entry.Line.Length;
                foreach (LokiMetadataView pair in entry.Metadata)
                {
                    bytes += pair.Name.Length + pair.Value.Length;
                }
            }
        }
        return bytes;
    }
}
