using System.Globalization;
using Agent.Storage.Segments;

namespace Agent.Storage.Queues;

/// <summary>One endpoint's way through a <see cref="DurableQueue"/>: takes blocks in order and finishes each before the next.</summary>
/// <remarks>
/// In the order in which they are read, the blocks of a reader are: the one it works on, those of a range of the log, those in
/// memory. Blocks of the range that are meant for others, or that were finished from memory, are passed over.
/// </remarks>
public sealed class QueueReader
{
    private readonly DurableQueue _queue;
    private readonly Queue<QueuedBlock> _memory = new();
    private readonly Lock _cursorGate = new();
    private TaskCompletionSource? _data;
    private SegmentReader? _segments;
    private LogCursor? _cursor;
    private QueuedBlock? _current;
    private QueuedBlock? _previous;
    private long _saved;
    private bool _currentIsLoaded;
    private bool _isEnded;
    private volatile bool _isStuck;

    internal QueueReader(DurableQueue queue, ReaderOptions options)
        : this(queue, options, BlockAddress.IdOf(options.Endpoint))
    {
    }

    internal QueueReader(DurableQueue queue, ReaderOptions options, ulong id)
    {
        _queue = queue;
        Options = options;
        Id = id;
        Limits = options.Limits;
        Name = NameOf(Id, options.Shard, options.Shards);
    }

    public ReaderOptions Options { get; }

    /// <summary>May change while the queue is in use.</summary>
    public ReaderLimits Limits { get; set; }

    /// <summary>Set by who reads while nothing can be delivered: then blocks go to disk at once and nobody waits for this reader.</summary>
    public bool IsStuck
    {
        get => _isStuck;
        set => _isStuck = value;
    }

    /// <summary>Bytes that wait in memory, the block in work included.</summary>
    public long MemoryBytes { get; private set; }

    public int MemoryBlocks
    {
        get
        {
            lock (_queue.Gate)
            {
                return _memory.Count + (_current is null ? 0 : 1);
            }
        }
    }

    /// <summary>Whether blocks wait on disk.</summary>
    public bool HasBacklog => Volatile.Read(ref _next) < Volatile.Read(ref _end);

    public bool IsEmpty
    {
        get
        {
            lock (_queue.Gate)
            {
                return _current is null && _memory.Count == 0 && !HasBacklog;
            }
        }
    }

    /// <summary>What stands for the endpoint on disk: 64-bit FNV-1a of <see cref="ReaderOptions.Endpoint"/>.</summary>
    public ulong Id { get; }

    /// <summary>The name of the durable cursor.</summary>
    internal string Name { get; }

    // The range of the log that is still to be read. Guarded by the gate; read without it where a little late does not matter.
    private long _next;
    private long _end;

    /// <summary>Whether one more block would be too much; an idle reader takes any.</summary>
    internal bool HasNoRoomFor(int footprint, long limit) => (_memory.Count > 0 || _current is not null) && MemoryBytes + footprint > limit;

    /// <summary>Whether there is too much in memory; a single block never is.</summary>
    internal bool IsOver(long limit) => _memory.Count + (_current is null ? 0 : 1) > 1 && MemoryBytes > limit;

    internal static string NameOf(ulong id, int shard, int shards) => $"{id:x16}-{shard}-{shards}";

    /// <summary>A reader made from the name of a cursor alone; null where it is no such name.</summary>
    internal static QueueReader? FromName(DurableQueue queue, string name) =>
        name.Split('-') is [var id, var shard, var shards]
        && ulong.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong endpoint)
        && int.TryParse(shard, CultureInfo.InvariantCulture, out int at)
        && int.TryParse(shards, CultureInfo.InvariantCulture, out int count) && at >= 0 && at < count
            ? new QueueReader(queue, new ReaderOptions("", at, count, new ReaderLimits(0, false)), endpoint)
            : null;

    internal bool Wants(in BlockAddress header) => header.IsFor(Id) && header.Shard % Options.Shards == Options.Shard;

    /// <summary>The next block, which stays in the queue until <see cref="Advance"/>; null when the queue has ended and is empty.</summary>
    /// <remarks>One caller at a time.</remarks>
    public async ValueTask<QueuedBlock?> PeekAsync(CancellationToken stop)
    {
        QueuedBlock? block;
        while (TryPeek(out block) is { } wait)
        {
            await wait.WaitAsync(stop);
        }
        return block;
    }

    /// <summary>As <see cref="PeekAsync"/>, without waiting: the task after which to ask again, or null with an answer.</summary>
    internal Task? TryPeek(out QueuedBlock? block)
    {
        block = null;
        while (_current is null)
        {
            lock (_queue.Gate)
            {
                if (!HasBacklog && !_memory.TryDequeue(out _current))
                {
                    return _isEnded ? null : (_data ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                }
            }
            if (_current is null)
            {
                LoadNext();
            }
        }
        if (!MayOvertake(_previous))
        {
            Task room = _queue.WhenRoom();
            // Asked again: what happened before the task was taken does not complete it.
            if (!MayOvertake(_previous))
            {
                return room;
            }
        }
        block = _current;
        return null;
    }

    /// <summary>
    /// A crash repeats what was delivered while it is neither delivered everywhere nor stored: let that be one block. So the next one
    /// waits where the disk takes nothing and another reader is to lose nothing.
    /// </summary>
    private bool MayOvertake(QueuedBlock? previous) =>
        previous is null || previous.IsStored || !_queue.IsAwaited(previous) || _queue.Store.StoreThrough(previous) || !_queue.IsAwaited(previous);

    /// <summary>The block of <see cref="PeekAsync"/> was delivered, or given up and counted.</summary>
    public void Advance()
    {
        QueuedBlock block = _current!;
        if (!_currentIsLoaded)
        {
            _previous = block;
        }
        _queue.Finish(this, block);
    }

    /// <summary>Lets <see cref="PeekAsync"/> answer null when all is read.</summary>
    public void End(bool isEnded)
    {
        lock (_queue.Gate)
        {
            _isEnded = isEnded;
        }
        WakeReader();
    }

    /// <summary>Under the gate.</summary>
    internal void Enqueue(QueuedBlock block)
    {
        _memory.Enqueue(block);
        MemoryBytes += block.Footprint;
    }

    internal void WakeReader()
    {
        TaskCompletionSource? data;
        lock (_queue.Gate)
        {
            (data, _data) = (_data, null);
        }
        data?.SetResult();
    }

    /// <summary>Under the gate: the block in work.</summary>
    internal QueuedBlock? Current => _current;

    /// <summary>Under the gate: the first block of those in memory, behind the one in work.</summary>
    internal QueuedBlock? FirstInMemory => _memory.TryPeek(out QueuedBlock? first) ? first : null;

    /// <summary>Under the gate: takes the first block out of memory, because it is stored or given up.</summary>
    internal void RemoveFirst()
    {
        QueuedBlock block = _memory.Dequeue();
        MemoryBytes -= block.Footprint;
        if (block.IsStored)
        {
            _next = HasBacklog ? _next : block.Number;
            _end = block.Number + 1;
        }
    }

    /// <summary>Under the gate: ends work on the current block.</summary>
    internal void EndCurrent()
    {
        QueuedBlock block = _current!;
        if (_currentIsLoaded)
        {
            _next = Math.Max(_next, block.Number + 1);
        }
        (_current, _currentIsLoaded) = (null, false);
        MemoryBytes -= block.Footprint;
    }

    /// <summary>Under the gate: the number of the first stored block that it has not finished; <see cref="long.MaxValue"/> without any.</summary>
    internal long FirstNeeded()
    {
        long first = _current is { IsStored: true } ? _current.Number : long.MaxValue;
        if (HasBacklog)
        {
            return Math.Min(first, _next);
        }
        foreach (QueuedBlock block in _memory)
        {
            if (block.IsStored)
            {
                return Math.Min(first, block.Number);
            }
        }
        return first;
    }

    /// <summary>
    /// Under the gate: how far the cursor may go once the block before <paramref name="number"/> is finished. A log that could not be opened
    /// at the start may bring a backlog when later blocks are finished already.
    /// </summary>
    internal long SafeCursor(long number) => HasBacklog ? Math.Min(number, _next) : number;

    /// <summary>Under the gate: whether a stored block is in the range that it will still read, and not in work.</summary>
    internal bool WillRead(long number) =>
        number >= _next && number < _end && !(_currentIsLoaded && _current!.Number == number);

    /// <summary>Under the gate: the log keeps nothing before <paramref name="number"/> any more.</summary>
    internal void SkipTo(long number) => _next = Math.Max(_next, number);

    /// <summary>Under the gate: what waits on disk from an earlier run, or for other shards of the endpoint.</summary>
    internal void Extend(long from, long to)
    {
        if (from < to)
        {
            _next = HasBacklog ? Math.Min(_next, from) : from;
            _end = Math.Max(_end, to);
        }
    }

    internal (long From, long To) Range => (_next, _end);

    /// <summary>Under the gate.</summary>
    internal void ForgetRange() => _next = _end;

    /// <summary>Under the gate: whether a block before <paramref name="number"/> is both on disk and in memory, and may yet leave memory.</summary>
    internal bool MayEvictBefore(long number)
    {
        foreach (QueuedBlock block in _memory)
        {
            if (block.IsStored && block.Number < number)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Under the gate: everything in memory, in order, the block in work first unless it is also on disk.</summary>
    internal List<QueuedBlock> TakeMemory()
    {
        var blocks = new List<QueuedBlock>();
        if (_current is not null && !_currentIsLoaded)
        {
            blocks.Add(_current);
        }
        else
        {
            _current?.OnReleased();
        }
        blocks.AddRange(_memory);
        _memory.Clear();
        (_current, _currentIsLoaded, _previous, MemoryBytes) = (null, false, null, 0);
        return blocks;
    }

    internal bool HasCursor
    {
        get
        {
            lock (_cursorGate)
            {
                return _cursor is not null;
            }
        }
    }

    internal void OpenCursor(LogCursor cursor, long saved)
    {
        lock (_cursorGate)
        {
            (_cursor, _saved) = (cursor, saved);
        }
    }

    /// <summary>Notes durably that all blocks before <paramref name="number"/> are finished. A disk that fails costs duplicates only.</summary>
    internal void Save(long number)
    {
        lock (_cursorGate)
        {
            if (_cursor is null || number <= _saved)
            {
                return;
            }
            try
            {
                _cursor.Save(number);
                _saved = number;
            }
            catch (IOException)
            {
                _queue.Store.Disk.CountCursorError();
            }
        }
    }

    internal void CloseFiles()
    {
        _segments?.Dispose();
        _segments = null;
        lock (_cursorGate)
        {
            _cursor = null;
        }
    }

    /// <summary>Moves on in the log: to the next block that is meant for this reader, or to the end of the range.</summary>
    private void LoadNext()
    {
        (QueuedBlock? block, long number, long end) = _queue.Store.Load(this, ref _segments, _next, Volatile.Read(ref _end));
        lock (_queue.Gate)
        {
            _next = Math.Max(_next, block is null ? end : number);
            if (block is not null)
            {
                block.Number = number;
                block.Holders = 1;
                (_current, _currentIsLoaded) = (block, true);
                MemoryBytes += block.Footprint;
            }
        }
        if (!HasBacklog && block is null)
        {
            _segments?.Dispose();
            _segments = null;
        }
    }
}
