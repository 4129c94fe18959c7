using System.Text;
using Agent.Storage.Segments;
using Agent.Testing;

namespace Agent.Storage.Tests.Segments;

public sealed class SegmentLogTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("invar-segments-").FullName, "queue");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public void What_was_appended_is_read_back_in_order()
    {
        using SegmentLog log = Open();
        using SegmentReader reader = log.OpenReader(0);
        Assert.False(reader.TryRead(out _));
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(i, log.Append(Encoding.UTF8.GetBytes($"m{i}"), Body(i)));
        }

        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(i, reader.Number);
            Assert.True(reader.TryRead(out SegmentBlock block));
            Assert.Equal(i, block.Number);
            Assert.Equal(_time.GetUtcNow(), block.Time);
            Assert.Equal($"m{i}", Encoding.UTF8.GetString(block.Metadata.Span));
            Assert.True(block.Body.Span.SequenceEqual(Body(i)));
            block.Return();
        }
        Assert.False(reader.TryRead(out _));
        Assert.Equal(1000, log.Next);
        Assert.True(Directory.GetFiles(_folder, "*.segment").Length > 3);
    }

    [Fact]
    public void After_a_restart_numbers_go_on_and_blocks_are_there()
    {
        using (SegmentLog first = Open())
        {
            for (int i = 0; i < 100; i++)
            {
                first.Append("m"u8, Body(i));
            }
            first.OpenCursor("a", 0).Save(42);
        }

        using SegmentLog log = Open();

        Assert.Equal(100, log.Next);
        Assert.Equal(0, log.First);
        Assert.Equal(42, log.LoadCursors()["a"]);
        Assert.Equal(100, log.Append("m"u8, Body(100)));
        using SegmentReader reader = log.OpenReader(42);
        for (int i = 42; i <= 100; i++)
        {
            Assert.True(reader.TryPeekMetadata(out long number, out ReadOnlyMemory<byte> metadata));
            Assert.Equal(i, number);
            Assert.Equal("m"u8, metadata.Span);
            Assert.True(reader.TryRead(out SegmentBlock block));
            Assert.Equal(i, block.Number);
            Assert.True(block.Body.Span.SequenceEqual(Body(i)));
            block.Return();
        }
        Assert.False(reader.TryRead(out _));
        Assert.Equal(0, log.Counts.CorruptBlocks + log.Counts.MissingBlocks + log.Counts.TornTails);
    }

    [Fact]
    public void Segments_go_when_all_have_read_them_and_the_next_one_is_synced()
    {
        using SegmentLog log = Open(new SegmentLogOptions { SegmentBytes = 8 << 10, MaxBytes = 1 << 20 });
        while (log.Bytes < 100_000)
        {
            log.Append("m"u8, Body(1));
        }
        log.DropBefore(log.Next);
        Assert.Equal(0, log.First);

        log.Sync();

        Assert.Single(Directory.GetFiles(_folder, "*.segment"));
        Assert.Equal(Directory.GetFiles(_folder, "*.segment").Sum(static path => new FileInfo(path).Length), log.Bytes);
        Assert.InRange(log.First, 1, log.Next);
        Assert.Equal(log.Next, log.Synced);
    }

    [Fact]
    public void A_full_log_says_so_and_drops_its_oldest_segment_on_demand()
    {
        using SegmentLog log = Open(new SegmentLogOptions { SegmentBytes = 16 << 20, MaxBytes = 100_000 });
        using SegmentReader reader = log.OpenReader(0);
        while (log.HasRoom(1000))
        {
            log.Append("m"u8, new byte[999]);
        }
        Assert.InRange(log.Bytes, 98_000, 100_000);
        Assert.Throws<IOException>(() => log.Append("m"u8, new byte[1999]));
        Assert.True(reader.TryRead(out SegmentBlock first));
        first.Return();
        log.DropBefore(1);

        BlockRange dropped = log.DropOldestSegment();

        Assert.Equal(0, dropped.From);
        Assert.InRange(dropped.Count, 15, 30);
        Assert.Equal(dropped.Count - 1, log.Counts.FullBlocks);
        Assert.Equal(dropped.To, log.First);
        Assert.True(log.HasRoom(20_000));
        Assert.True(reader.TryRead(out SegmentBlock next));
        Assert.Equal(dropped.To, next.Number);
        Assert.Equal(0, reader.Skipped);
        while (!log.DropOldestSegment().IsEmpty)
        {
        }
        Assert.Equal(log.Next, log.First);
        Assert.Equal(log.Next, log.Append("m"u8, "x"u8));
    }

    [Fact]
    public void A_block_larger_than_a_segment_gets_one_of_its_own_and_one_larger_than_the_log_is_refused()
    {
        using SegmentLog log = Open(new SegmentLogOptions { SegmentBytes = 4096, MaxBytes = 1_000_000 });
        log.Append("m"u8, new byte[800_000]);
        Assert.False(log.HasRoom(800_000));
        Assert.Throws<IOException>(() => log.Append("m"u8, new byte[2_000_000]));
        Assert.Throws<ArgumentException>(() => log.Append(new byte[(1 << 20) + 1], default));
        log.DropBefore(1);

        // All have read the only segment: it goes as soon as there is a next one.
        Assert.True(log.HasRoom(800_000));
        Assert.Equal(1, log.Append("m"u8, new byte[800_000]));
        log.Sync();

        Assert.InRange(log.Bytes, 800_000, 801_000);
        Assert.Equal(1, log.First);
    }

    [Fact]
    public void Old_segments_are_dropped_by_the_clock_also_after_a_restart_and_one_that_runs_backwards_keeps_them()
    {
        var options = new SegmentLogOptions { SegmentBytes = 4096, MaxBytes = 1 << 20, MaxAge = TimeSpan.FromHours(1) };
        using (SegmentLog first = Open(options))
        {
            for (int i = 0; i < 10; i++)
            {
                first.Append("m"u8, new byte[3000]);
                _time.Advance(TimeSpan.FromMinutes(10));
            }
        }
        var earlier = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        using (SegmentLog back = SegmentLog.Open(new DiskFileSystem(), _folder, options, earlier))
        {
            Assert.True(back.DropExpired().IsEmpty);
        }
        using SegmentLog log = Open(options);

        var told = new List<BlockRange>();
        BlockRange dropped = log.DropExpired(blocks =>
        {
            Assert.Equal(blocks.From, log.First);
            told.Add(blocks);
        });

        Assert.Equal(0, dropped.From);
        Assert.Equal(dropped.Count, told.Sum(static blocks => blocks.Count));
        Assert.InRange(dropped.To, 3, 4);
        Assert.Equal(dropped.Count, log.Counts.ExpiredBlocks);
        Assert.Equal(0, log.Counts.FullBlocks);
        Assert.Equal(dropped.To, log.First);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(10, log.DropExpired().To);
        Assert.Equal(10, log.Append("m"u8, "x"u8));
    }

    [Fact]
    public void Appending_and_reading_allocate_nothing_per_block()
    {
        using SegmentLog log = Open(new SegmentLogOptions { SegmentBytes = 64 << 20, MaxBytes = 256 << 20 });
        using SegmentReader reader = log.OpenReader(0);
        LogCursor cursor = log.OpenCursor("a", 0);
        byte[] body = new byte[10_000];
        void Round(int blocks)
        {
            for (int i = 0; i < blocks; i++)
            {
                log.Append("metadata"u8, body);
                Assert.True(reader.TryRead(out SegmentBlock block));
                block.Return();
                cursor.Save(block.Number + 1);
            }
        }
        Round(100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Round(500);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task A_writer_readers_and_a_syncer_share_a_log()
    {
        const int Blocks = 3000;
        using SegmentLog log = Open(new SegmentLogOptions { SegmentBytes = 64 << 10, MaxBytes = 256 << 20 });
        using var done = new CancellationTokenSource();
        Task<long> syncer = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                log.Sync();
                Assert.True(log.Synced <= log.Next);
                Thread.Yield();
            }
            return log.Synced;
        });
        LogCursor[] cursors = [log.OpenCursor("endpoint 0", 0), log.OpenCursor("endpoint 1", 0)];
        Task<long>[] readers = [.. cursors.Select(cursor => Task.Run(() => Consume(log, cursor, Blocks)))];
        for (int i = 0; i < Blocks; i++)
        {
            log.Append("m"u8, Body(i));
        }
        long[] ends = await Task.WhenAll(readers);
        Assert.All(ends, static end => Assert.Equal(Blocks, end));
        await done.CancelAsync();
        await syncer;
        log.Sync();

        log.DropBefore(log.LoadCursors().Values.Min());

        Assert.Equal(Blocks, log.Synced);
        Assert.True(Directory.GetFiles(_folder, "*.segment").Length <= 2);
        Assert.Equal(0, log.Counts.CorruptBlocks + log.Counts.MissingBlocks + log.Counts.FailedSyncs);
    }

    private static long Consume(SegmentLog log, LogCursor cursor, int blocks)
    {
        using SegmentReader reader = log.OpenReader(cursor.Number);
        while (cursor.Number < blocks)
        {
            if (reader.TryRead(out SegmentBlock block))
            {
                Assert.Equal(cursor.Number, block.Number);
                Assert.True(block.Body.Span.SequenceEqual(Body((int)block.Number)));
                block.Return();
                cursor.Save(block.Number + 1);
                if (block.Number % 100 == 0)
                {
                    log.DropBefore(log.LoadCursors().Values.Min());
                }
            }
            else
            {
                Thread.Yield();
            }
        }
        return cursor.Number;
    }

    private static byte[] Body(int number)
    {
        byte[] body = new byte[100 + (number * 37 % 5000)];
        new Random(number).NextBytes(body);
        return body;
    }

    private SegmentLog Open(SegmentLogOptions? options = null) =>
        SegmentLog.Open(new DiskFileSystem(), _folder, options ?? new SegmentLogOptions { SegmentBytes = 256 << 10, MaxBytes = 64 << 20 }, _time);
}
