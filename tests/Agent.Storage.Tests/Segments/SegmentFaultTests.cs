using Agent.Storage.Segments;
using Agent.Testing;

namespace Agent.Storage.Tests.Segments;

public sealed class SegmentFaultTests
{
    private const string Folder = "/queue";
    private readonly MemoryFileSystem _files = new(1);
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Fact]
    public void A_read_only_folder_and_a_second_process_are_told_apart_from_damage()
    {
        using SegmentLog log = Open();
        Assert.StartsWith("cannot open the queue in /queue: ", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);

        var readOnly = new MemoryFileSystem(1) { IsReadOnly = true };

        IOException error = Assert.Throws<IOException>(() => SegmentLog.Open(readOnly, Folder, new SegmentLogOptions(), _time));
        Assert.Equal("cannot open the queue in /queue: read-only file system", error.Message);
    }

    [Fact]
    public void A_full_disk_fails_the_block_and_the_next_one_works()
    {
        using SegmentLog log = Open();
        Append(log, 100);
        _files.FullChance = 1;
        Assert.Throws<IOException>(() => Append(log, 100));
        Assert.Throws<IOException>(() => Append(log, 100_000));

        _files.FullChance = 0;

        Assert.Equal(1, Append(log, 200));
        Assert.Equal([(0L, 100), (1L, 200)], Read(log, 0));
        Assert.Equal(_files.Paths.Where(static path => path.EndsWith(".segment", StringComparison.Ordinal)).Sum(path => _files[path].Length), log.Bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_failed_sync_is_repeated_with_the_data_or_never_taken_for_one(bool dropsPages)
    {
        using SegmentLog log = Open();
        Append(log, 5000);
        log.Sync();
        Append(log, 5000);
        Append(log, 5000);
        _files.FailedSyncChance = 1;
        _files.FailedSyncDropsPages = dropsPages;
        Assert.Throws<IOException>(log.Sync);
        Assert.Equal(1, log.Synced);
        _files.FailedSyncChance = 0;

        if (dropsPages)
        {
            Assert.Contains("lost when a sync failed", Assert.Throws<IOException>(log.Sync).Message, StringComparison.Ordinal);
            Append(log, 10);
            Assert.Throws<IOException>(log.Sync);
            Assert.Equal(1, log.Synced);
            log.DropBefore(3);
        }
        log.Sync();

        Assert.Equal(log.Next, log.Synced);
        Assert.Equal(dropsPages ? 3 : 1, log.Counts.FailedSyncs);
        _files.CutPower();
        using SegmentLog again = Open();
        Assert.Equal(dropsPages ? [(3L, 10)] : [(0L, 5000), (1L, 5000), (2L, 5000)], Read(again, dropsPages ? 3 : 0));
    }

    [Fact]
    public void Any_damaged_byte_costs_at_most_the_block_it_is_in()
    {
        long[] sizes = [0, 40, 300, 7, 1000, 0, 64];
        for (int at = 0; ; at++)
        {
            var files = new MemoryFileSystem(1);
            using (SegmentLog log = Open(files))
            {
                foreach (long size in sizes)
                {
                    Append(log, (int)size);
                }
                log.Sync();
            }
            MemoryInode segment = files[files.Paths.Single(static path => path.EndsWith(".segment", StringComparison.Ordinal))];
            if (at == segment.Length)
            {
                break;
            }
            segment.Corrupt(at, (byte)(segment.Contents[at] ^ 0x40));

            using SegmentLog damaged = Open(files);
            List<(long Number, int Length)> read = Read(damaged, 0);

            Assert.True(read.Count >= (at < 48 ? 0 : sizes.Length - 1), $"byte {at}: {read.Count} blocks are left");
            Assert.All(read, block => Assert.Equal(sizes[block.Number], block.Length));
            SegmentLogCounts counts = damaged.Counts;
            Assert.Equal(1, (counts.TornTails > 0 ? 1 : 0) + counts.CorruptBlocks);
        }
    }

    [Fact]
    public void Newer_and_foreign_files_are_left_alone()
    {
        string[] foreign = ["notes.txt", "7.segment", "00000000000000000007-v0.segment", "99999999999999999999-v1.segment", "x-v1.cursor", "0-v1.cursor"];
        string[] newer = ["00000000000000000050-v2.segment", "3-v2.cursor"];
        foreach (string name in foreign.Concat(newer))
        {
            using IFile file = _files.Create($"{Folder}/{name}");
            file.Write("something"u8, 0);
        }
        using SegmentLog log = Open();
        Assert.Equal(2, log.Counts.NewerFiles);

        Assert.Equal(50, Append(log, 10));
        log.OpenCursor("a", 50).Save(51);
        log.Sync();
        log.DropBefore(51);
        log.DropOldestSegment();

        Assert.All(foreign.Concat(newer), name => Assert.Equal(9, _files[$"{Folder}/{name}"].Length));
    }

    [Fact]
    public void A_segment_of_another_number_or_an_empty_one_is_skipped_and_counted()
    {
        using (SegmentLog log = Open())
        {
            for (int i = 0; i < 20; i++)
            {
                Append(log, 3000);
            }
        }
        string[] segments = [.. _files.Paths.Where(static path => path.EndsWith(".segment", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        byte[] first = _files[segments[0]].Contents;
        using (IFile copy = _files.Create(segments[1]))
        {
            copy.Write(first, 0);
        }
        using (IFile empty = _files.Create(segments[2]))
        {
            Assert.Equal(0, empty.Length);
        }

        using SegmentLog again = Open();
        List<(long Number, int Length)> read = Read(again, 0);

        Assert.Equal(read.Count, read.Distinct().Count());
        Assert.Equal(20, read.Count + again.Counts.CorruptBlocks + again.Counts.MissingBlocks);
        Assert.Equal(20, again.Next);
    }

    [Fact]
    public void Numbers_move_past_a_cursor_whose_blocks_a_power_cut_took()
    {
        using (SegmentLog log = Open())
        {
            LogCursor cursor = log.OpenCursor("a", 0);
            log.Sync();
            Append(log, 100);
            Append(log, 100);
            cursor.Save(2);
            cursor.Sync();
        }
        _files.CutPowerLosingAll();

        using SegmentLog again = Open();

        Assert.Equal(2, again.LoadCursors()["a"]);
        Assert.Equal(2, Append(again, 50));
        Assert.Equal([(2L, 50)], Read(again, 2));
    }

    [Fact]
    public void A_damaged_cursor_is_removed_and_counted()
    {
        using (SegmentLog log = Open())
        {
            log.OpenCursor("a", 0).Save(7);
            log.OpenCursor("b", 0).Save(8);
        }
        MemoryInode file = _files[$"{Folder}/1-v1.cursor"];
        for (int at = 0; at < file.Length; at++)
        {
            file.Corrupt(at, 0xFF);
        }

        using SegmentLog again = Open();

        Assert.Equal(1, again.Counts.DamagedCursors);
        Assert.Equal([new KeyValuePair<string, long>("b", 8)], again.LoadCursors());
    }

    private static long Append(SegmentLog log, int length) => log.Append("meta"u8, new byte[length]);

    private static List<(long Number, int Length)> Read(SegmentLog log, long from)
    {
        List<(long, int)> read = [];
        using SegmentReader reader = log.OpenReader(from);
        while (reader.TryRead(out SegmentBlock block))
        {
            read.Add((block.Number, block.Length));
            block.Return();
        }
        return read;
    }

    private SegmentLog Open(MemoryFileSystem? files = null) =>
        SegmentLog.Open(files ?? _files, Folder, new SegmentLogOptions { SegmentBytes = 16 << 10, MaxBytes = 1 << 20 }, _time);
}
