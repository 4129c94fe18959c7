using System.Text;
using Agent.Components.Loki.SourceFile;
using Agent.Telemetry.Logs;

namespace Agent.Components.Tests.Loki.SourceFile;

public sealed class FileTailTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-tail-").FullName;

    private string FilePath => Path.Combine(_folder, "a.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Invalid_text_and_zero_bytes_pass_as_they_are()
    {
        var bytes = new BytesConsumer();
        File.WriteAllBytes(FilePath, [0xFF, 0xFE, 0x41, 0x42, 0x0A]);
        using (var utf16 = new TailHarness(FilePath, consumer: bytes))
        {
            utf16.Run();
        }
        File.WriteAllBytes(FilePath, [(byte)'a', 0xC3, 0x28, 0, 0xFF, (byte)'\n', 0, (byte)'\n']);
        using var tail = new TailHarness(FilePath, consumer: bytes);
        tail.Run();

        Assert.Equal(["61-C3-28-00-FF", "00"], bytes.Lines);
    }

    [Fact]
    public void A_line_without_end_is_cut_once_and_the_rest_is_left_out_and_counted()
    {
        using (FileStream file = File.Create(FilePath))
        {
            file.Write("first\n"u8);
            byte[] block = new byte[1024 * 1024];
            Array.Fill(block, (byte)'x');
            for (int i = 0; i < 20; i++)
            {
                file.Write(block);
            }
        }
        using var tail = new TailHarness(FilePath);

        tail.Run();
        File.AppendAllText(FilePath, "xyz\nlast\n");
        tail.Run();

        Assert.Equal(["first", new string('x', BlockReader.LongestLine), "last"], tail.Collected.Lines);
        Assert.Equal(1, tail.Metrics.LinesCut.Value);
        Assert.Equal((19 * 1024 * 1024) + 4, tail.Metrics.BytesCut.Value);
        Assert.Equal(new FileInfo(FilePath).Length, tail.Tail.State.DeliveredOffset);
    }

    [Fact]
    public void The_position_stays_before_a_line_that_was_cut_until_its_end_is_found()
    {
        File.WriteAllText(FilePath, "first\n" + new string('x', 3 * 1024 * 1024));
        using var tail = new TailHarness(FilePath);

        tail.Run();
        Assert.Equal(6, tail.Tail.State.DeliveredOffset);
        File.AppendAllText(FilePath, "\n");
        tail.Run();

        Assert.Equal(6 + (3 * 1024 * 1024) + 1, tail.Tail.State.DeliveredOffset);
    }

    [Fact]
    public void Lines_longer_than_a_block_come_whole()
    {
        string[] lines = [.. new[] { 65_535, 65_536, 65_537, 300_000, 1, 1024 * 1024 - 1, 7 }.Select(static (length, i) => new string((char)('a' + i), length))];
        File.WriteAllText(FilePath, string.Join("\n", lines) + "\n");
        using var tail = new TailHarness(FilePath);

        tail.Run();

        Assert.Equal(lines, tail.Collected.Lines);
        Assert.Equal(0, tail.Metrics.LinesCut.Value);
    }

    [Fact]
    public void Lines_allocate_nothing_and_turns_next_to_nothing()
    {
        var sink = new NullConsumer();
        string line = new string('x', 99) + "\n";
        File.WriteAllText(FilePath, string.Concat(Enumerable.Repeat(line, 12_000)));
        using var tail = new TailHarness(FilePath, consumer: sink);
        tail.Run();
        long few = Measure(tail, line, 10);

        long many = Measure(tail, line, 10_000);

        Assert.Equal(22_010, sink.Lines);
        // A block of 650 lines may cost something (state machines are objects in a debug build); the smallest object per line would be 240 kB.
        Assert.True(many < few + 16_384, $"10 lines: {few} bytes, 10,000 lines: {many} bytes");
        Assert.True(few < 2048, $"a turn costs {few} bytes");
    }

    [Fact]
    public void An_unterminated_last_line_comes_when_the_file_is_deleted_and_quiet()
    {
        File.WriteAllText(FilePath, "one\ntwo");
        using var tail = new TailHarness(FilePath);
        tail.Run();
        Assert.Equal(["one"], tail.Collected.Lines);

        File.Delete(FilePath);
        tail.Run();
        tail.Time.Advance(TimeSpan.FromSeconds(4));
        tail.Run();
        Assert.Equal(["one"], tail.Collected.Lines);
        tail.Time.Advance(TimeSpan.FromSeconds(2));
        tail.Run();

        Assert.Equal(["one", "two"], tail.Collected.Lines);
        Assert.Equal(0, tail.Metrics.FilesActive.Value);
    }

    [Fact]
    public void A_target_that_goes_with_its_file_is_read_to_the_end_at_once()
    {
        File.WriteAllText(FilePath, "one\n");
        using var tail = new TailHarness(FilePath);
        tail.Run();
        File.AppendAllText(FilePath, "two\nthree");
        File.Delete(FilePath);

        tail.Tail.IsRetiring = true;
        tail.Run();

        Assert.Equal(["one", "two", "three"], tail.Collected.Lines);
        Assert.True(tail.Tail.IsClosed);
    }

    [Fact]
    public void A_target_that_goes_without_its_file_leaves_the_rest_for_later()
    {
        File.WriteAllText(FilePath, "one\ntwo");
        using var tail = new TailHarness(FilePath);
        tail.Run();

        tail.Tail.IsRetiring = true;
        tail.Run();

        Assert.Equal(["one"], tail.Collected.Lines);
        Assert.True(tail.Tail.IsClosed);
    }

    [Fact]
    public void A_file_that_is_polled_is_looked_at_ever_less_often_until_it_grows()
    {
        File.WriteAllText(FilePath, "one\n");
        var options = new TailOptions { ShortestPoll = TimeSpan.FromMilliseconds(100), LongestPoll = TimeSpan.FromMilliseconds(800) };
        using var tail = new TailHarness(FilePath, options);
        var waits = new List<double>();
        for (int i = 0; i < 6; i++)
        {
            tail.Run();
            waits.Add(Wait(tail));
        }
        File.AppendAllText(FilePath, "two\n");
        tail.Run();
        waits.Add(Wait(tail));

        Assert.True(tail.Tail.State.IsPolled);
        Assert.Equal([100, 200, 400, 800, 800, 800, 100], waits);
    }

    [Fact]
    public void A_compressed_file_is_left_alone_for_the_initial_delay()
    {
        using (var zlib = new System.IO.Compression.ZLibStream(File.Create(FilePath), System.IO.Compression.CompressionMode.Compress))
        {
            zlib.Write("one\n"u8);
        }
        var options = new TailOptions { Compression = CompressionFormat.Z, InitialDelay = TimeSpan.FromSeconds(10) };
        using var tail = new TailHarness(FilePath, options);
        tail.Run();
        tail.Time.Advance(TimeSpan.FromSeconds(9));
        tail.Run();
        Assert.Empty(tail.Collected.Lines);

        tail.Time.Advance(TimeSpan.FromSeconds(1));
        tail.Run();

        Assert.Equal(["one"], tail.Collected.Lines);
    }

    [Fact]
    public void A_damaged_archive_gives_what_is_good_and_a_reason()
    {
        using (var gzip = new System.IO.Compression.GZipStream(File.Create(FilePath), System.IO.Compression.CompressionMode.Compress))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"{i * 7919}\n"))));
        }
        byte[] archive = File.ReadAllBytes(FilePath);
        archive.AsSpan(archive.Length / 2, 64).Fill(0xFF);
        File.WriteAllBytes(FilePath, archive);
        using var tail = new TailHarness(FilePath, new TailOptions { Compression = CompressionFormat.Gz });

        tail.Run();

        Assert.NotEmpty(tail.Collected.Lines);
        Assert.Contains("cannot decompress", tail.Tail.State.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Batches_that_settle_in_any_order_move_the_offset_only_over_what_is_settled()
    {
        var delivered = new DeliveredOffset(default, "/a", 0) { Labels = "{}", Moved = static () => { } };
        BatchReceipt first = delivered.Begin(10);
        BatchReceipt second = delivered.Begin(20);
        delivered.Advance(25);
        BatchReceipt third = delivered.Begin(30);

        second.Settle();
        Assert.Equal(0, delivered.Offset);
        first.Settle();
        Assert.Equal(25, delivered.Offset);
        delivered.Close();
        Assert.False(delivered.IsFinal);
        third.Settle();

        Assert.Equal(30, delivered.Offset);
        Assert.True(delivered.IsFinal);
    }

    private static double Wait(TailHarness tail) =>
        TimeSpan.FromTicks(tail.Tail.State.DueAt - tail.Time.GetTimestamp()).TotalMilliseconds;

    private long Measure(TailHarness tail, string line, int count)
    {
        File.AppendAllText(FilePath, string.Concat(Enumerable.Repeat(line, count)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        tail.Run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private sealed class BytesConsumer : ILogConsumer
    {
        public List<string> Lines { get; } = [];

        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
        {
            foreach (LogEntry entry in batch.Entries)
            {
                Lines.Add(BitConverter.ToString(entry.Line.ToArray()));
            }
            return ValueTask.CompletedTask;
        }
    }
}
