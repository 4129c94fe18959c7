using System.Buffers;
using Agent.Storage.Queues;
using Agent.Storage.Segments;
using Agent.Testing;

namespace Agent.Storage.Tests.Queues;

/// <summary>When the log of a queue that stores everything is synced.</summary>
public sealed class SyncNeedTests : IQueueOwner, IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly MemoryFileSystem _files = new(1);
    private readonly FakeTimeProvider _time = new();
    private readonly DurableQueue _queue;
    private readonly QueueReader _reader;

    public SyncNeedTests()
    {
        var options = new DurableQueueOptions { Folder = "/queue", StoresAlways = true, Log = new SegmentLogOptions { SegmentBytes = 4096 } };
        _queue = new DurableQueue(options, _files, this, _time);
        _reader = _queue.AddReader(new ReaderOptions("endpoint", 0, 1, new ReaderLimits(1 << 20, Waits: true)));
    }

    private long Synced => _queue.Store.Disk.Log!.Synced;

    [Fact]
    public void A_block_that_a_source_waits_for_is_synced_at_once()
    {
        Add(canReplay: true);
        Assert.True(SpinWait.SpinUntil(() => Synced == 1, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Blocks_that_are_delivered_at_once_are_never_synced()
    {
        for (int second = 0; second < 5; second++)
        {
            Add(canReplay: false);
            Deliver();
            PassASecond();
        }
        Assert.Equal(0, Synced);
        Assert.Empty(Directory(".segment", besides: 1));
    }

    [Fact]
    public void A_block_that_waits_is_synced_by_the_second_look()
    {
        Add(canReplay: false);
        PassASecond();
        Assert.Equal(0, Synced);
        PassASecond();
        Assert.True(SpinWait.SpinUntil(() => Synced == 1, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_segment_that_all_have_read_is_synced_away()
    {
        for (int block = 0; block < 100; block++)
        {
            Add(canReplay: false);
            Deliver();
        }
        Assert.NotEmpty(Directory(".segment", besides: 1));
        PassASecond();
        Assert.True(SpinWait.SpinUntil(() => !Directory(".segment", besides: 1).Any(), TimeSpan.FromSeconds(30)));
    }

    public QueuedBlock? Restore(in StoredBlock stored) => null;

    public void Dropped(QueueReader reader, QueueLoss loss, ReadOnlyMemory<byte> metadata, int bodyLength) => Assert.Fail("nothing is lost");

    public void DiskChanged(string? fault) => Assert.Null(fault);

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private IEnumerable<string> Directory(string extension, int besides) =>
        _files.Paths.ToArray().Where(path => path.EndsWith(extension, StringComparison.Ordinal)).Skip(besides);

    private void Add(bool canReplay) => Assert.Null(_queue.TryAdd(new PlainBlock(canReplay), [_reader]));

    private void Deliver()
    {
        Assert.Null(_reader.TryPeek(out QueuedBlock? block));
        Assert.NotNull(block);
        _reader.Advance();
    }

    /// <summary>Lets the loop in the background come to rest before and after.</summary>
    private void PassASecond()
    {
        Assert.True(SpinWait.SpinUntil(() => _time.ArmedTimers == 1, TimeSpan.FromSeconds(30)));
        _time.Advance(Second);
        SpinWait.SpinUntil(() => _time.ArmedTimers == 1, TimeSpan.FromMilliseconds(50));
    }

    private sealed class PlainBlock(bool canReplay) : QueuedBlock
    {
        private static readonly byte[] Content = new byte[100];

        public override int Shard => 0;

        public override bool CanReplay => canReplay;

        public override int Footprint => Content.Length;

        public override ReadOnlyMemory<byte> Body => Content;

        public override void WriteMetadata(IBufferWriter<byte> destination)
        {
        }

        protected internal override void OnSettled()
        {
        }

        protected internal override void OnReleased()
        {
        }
    }
}
