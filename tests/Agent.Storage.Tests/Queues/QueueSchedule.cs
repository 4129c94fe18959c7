using Agent.Storage.Queues;
using Agent.Storage.Segments;
using Agent.Testing;

namespace Agent.Storage.Tests.Queues;

/// <summary>
/// One random life of a queue with endpoints that lag, fall ill and recover, on a disk that fills up and fails, through kills, power
/// cuts and orderly restarts. The source is a file: it goes on behind the last block before which all are settled.
/// </summary>
internal sealed class QueueSchedule : IQueueOwner, IDisposable
{
    private const int Blocks = 60;
    private const int Steps = 400;
    private readonly Random _random;
    private readonly MemoryFileSystem _files;
    private FakeTimeProvider _time = new();
    private readonly DurableQueueOptions _options;
    private readonly List<ModelReader> _readers = [];
    private readonly HashSet<int> _settled = [];
    private DurableQueue? _queue;
    private int _position;
    private int _next;
    private bool _mayReorder;

    public QueueSchedule(int seed)
    {
        _random = new Random(seed);
        _files = new MemoryFileSystem(seed);
        _options = new DurableQueueOptions
        {
            Folder = "/queue",
            StoresAlways = _random.Next(4) == 0,
            SyncsByItself = false,
            Log = new SegmentLogOptions { MaxBytes = _random.Next(3) == 0 ? 16 << 10 : 1 << 20, SegmentBytes = 4096 },
        };
        int endpoints = _random.Next(1, 4);
        for (int endpoint = 0; endpoint < endpoints; endpoint++)
        {
            int shards = _random.Next(1, 3);
            int capacity = 100 << _random.Next(5);
            for (int shard = 0; shard < shards; shard++)
            {
                _readers.Add(new ModelReader(new ReaderOptions($"endpoint {endpoint}", shard, shards, new ReaderLimits(capacity, Waits: true))));
            }
        }
    }

    public int Delivered => _readers.Sum(static reader => reader.Got.Count);

    public int Crashes { get; private set; }

    public void Run()
    {
        Start();
        for (int step = 0; step < Steps; step++)
        {
            if (_random.Next(60) == 0)
            {
                Crash();
            }
            else if (_random.Next(80) == 0)
            {
                Restart();
            }
            else
            {
                Step();
            }
        }
        Finish();
        foreach (ModelReader reader in _readers)
        {
            int[] wanted = [.. Enumerable.Range(0, Blocks).Where(reader.Wants)];
            // Of what was not synced, a power cut may take blocks and leave later ones: those come early, and again. A log that could not
            // be opened at a start brings its backlog late.
            Assert.Equal(wanted, _mayReorder ? reader.Got.Distinct().Order() : reader.Got.Distinct());
        }
    }

    public void Dispose() => _queue?.DisposeAsync().AsTask().GetAwaiter().GetResult();

    public QueuedBlock? Restore(in StoredBlock stored) => ModelBlock.Restore(stored);

    public void Dropped(QueueReader reader, QueueLoss loss, ReadOnlyMemory<byte> metadata, int bodyLength) =>
        Assert.Fail("nothing may be dropped: the source can wait");

    public void DiskChanged(string? fault)
    {
    }

    private void Step()
    {
        switch (_random.Next(12))
        {
            case <= 3:
                Add();
                break;
            case <= 8:
                ModelReader reader = _readers[_random.Next(_readers.Count)];
                if (!reader.Queue!.IsStuck)
                {
                    reader.Step(finishes: _random.Next(4) > 0);
                }
                break;
            case 9:
                _queue!.Store.SyncNow();
                break;
            case 10:
                ModelReader changed = _readers[_random.Next(_readers.Count)];
                changed.Queue!.IsStuck = !changed.Queue.IsStuck;
                if (changed.Queue.IsStuck)
                {
                    _queue!.StoreAll();
                }
                break;
            default:
                _files.FullChance = _random.Next(3) == 0 ? 0.5 : 0;
                _files.FailedSyncChance = _random.Next(4) == 0 ? 0.5 : 0;
                _time.Advance(TimeSpan.FromSeconds(1));
                break;
        }
    }

    private void Add()
    {
        if (_next == Blocks)
        {
            return;
        }
        var block = new ModelBlock(_next, Settle);
        QueueReader[] readers = [.. _readers.Where(reader => reader.Wants(_next)).Select(static reader => reader.Queue!)];
        if (_queue!.TryAdd(block, readers) is null)
        {
            _next++;
        }
    }

    private void Settle(int value)
    {
        _settled.Add(value);
        while (_settled.Contains(_position))
        {
            _position++;
        }
    }

    private void Start()
    {
        // What a file says behind its position is read again.
        _next = _position;
        _settled.RemoveWhere(value => value >= _position);
        _queue = new DurableQueue(_options, _files, this, _time);
        _readers.ForEach(reader => reader.Start(_queue));
        Assert.Equal(0, _queue.DropOrphans());
        _mayReorder |= _queue.DiskFault is not null;
    }

    private void Crash()
    {
        Crashes++;
        if (_random.Next(2) == 0)
        {
            _files.Kill();
        }
        else
        {
            _mayReorder = true;
            _files.CutPower();
        }
        // The timers of the life that ended are dead.
        _time = new FakeTimeProvider();
        Start();
    }

    private void Restart()
    {
        _queue!.Persist();
        Dispose();
        Start();
    }

    private void Finish()
    {
        (_files.FullChance, _files.FailedSyncChance) = (0, 0);
        _readers.ForEach(static reader => reader.Queue!.IsStuck = false);
        for (int round = 0; round < 20 * Blocks; round++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Add();
            _queue!.Store.SyncNow();
            _readers.ForEach(static reader => reader.Step(finishes: true));
        }
        Assert.Equal(Blocks, _next);
    }

    /// <summary>An endpoint's shard, and what it has delivered in all lives.</summary>
    private sealed class ModelReader(ReaderOptions options)
    {
        public List<int> Got { get; } = [];

        public QueueReader? Queue { get; private set; }

        public bool Wants(int value) => value % 5 % options.Shards == options.Shard;

        public void Start(DurableQueue queue) => Queue = queue.AddReader(options);

        public void Step(bool finishes)
        {
            if (Queue!.TryPeek(out QueuedBlock? block) is null && finishes)
            {
                Got.Add(((ModelBlock)block!).Value);
                Queue.Advance();
            }
        }
    }
}
