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

    private static byte[] Body(int number)
    {
        byte[] body = new byte[100 + (number * 37 % 5000)];
        new Random(number).NextBytes(body);
        return body;
    }

    private SegmentLog Open(SegmentLogOptions? options = null) =>
        SegmentLog.Open(new DiskFileSystem(), _folder, options ?? new SegmentLogOptions { SegmentBytes = 256 << 10, MaxBytes = 64 << 20 }, _time);
}
