namespace Agent.Storage.Queues;

/// <summary>Hands blocks to several readers, each at its own pace: through memory where they keep up, through one log on disk where not.</summary>
/// <remarks>
/// A block is settled when every reader has finished with it or it is safe on disk. It goes to disk when a reader that it is for lags:
/// works off a backlog, is stuck, has more than its window in memory, or is a block behind another one. Who adds blocks whose sources can
/// replay waits while even the fastest reader has more in memory than its window, or nothing takes more. One thread adds at a time;
/// the readers read on any threads. Lock order: the store's disk gate before <see cref="Gate"/>; files are never touched under <see cref="Gate"/>.
/// </remarks>
public sealed class DurableQueue : IAsyncDisposable
{
    private readonly List<QueueReader> _readers = [];
    private TaskCompletionSource? _room;
    private volatile bool _isTight;

    public DurableQueue(DurableQueueOptions options, IFileSystem files, IQueueOwner owner, TimeProvider time)
    {
        Options = options;
        Owner = owner;
        Store = new BlockStore(this, files, time);
    }

    /// <summary>May change while the queue is in use; the log's own part counts from the next start on.</summary>
    public DurableQueueOptions Options { get; set; }

    public QueueCounts Counts => Store.Counts;

    internal IQueueOwner Owner { get; }

    internal Lock Gate { get; } = new();

    internal BlockStore Store { get; }

    /// <summary>Under the gate.</summary>
    internal IReadOnlyList<QueueReader> Readers => _readers;

    /// <summary>Why the disk is not used, though it should be; null where all is well.</summary>
    public string? DiskFault => Store.Disk.Fault;

    public long DiskBytes => Store.Disk.Log?.Bytes ?? 0;

    /// <summary>The limit of <see cref="DiskBytes"/>; 0 before the disk was needed.</summary>
    public long DiskCapacity => Store.Disk.Log?.MaxBytes ?? 0;

    /// <summary>Gives up what an earlier run left for endpoints that have no reader now, which the owner hears of.</summary>
    /// <returns>How many endpoints those are.</returns>
    public int DropOrphans() => Store.Losses.DropOrphans();

    /// <summary>A new reader. What the log holds for it from an earlier run comes first.</summary>
    public QueueReader AddReader(ReaderOptions options)
    {
        var reader = new QueueReader(this, options);
        Store.Disk.Attach(reader);
        lock (Gate)
        {
            _readers.Add(reader);
        }
        return reader;
    }

    /// <summary>Replaces an endpoint's readers by as many as it is to have now; they take over what waits. Nobody may be reading.</summary>
    /// <remarks>Where the number changes while a backlog waits on disk, a part of it may come twice.</remarks>
    public QueueReader[] Reshard(IReadOnlyList<QueueReader> old, IReadOnlyList<ReaderOptions> options)
    {
        QueueReader[] next = [.. options.Select(AddReader)];
        lock (Gate)
        {
            Array.ForEach(next, static reader => reader.ForgetRange());
            foreach (QueueReader reader in old)
            {
                (long from, long to) = reader.Range;
                foreach (QueueReader successor in next)
                {
                    successor.Extend(from, to);
                }
                foreach (QueuedBlock block in reader.TakeMemory())
                {
                    QueueReader successor = next[block.Shard % next.Length];
                    block.Pending.Remove(reader);
                    block.Pending.Add(successor);
                    successor.Enqueue(block);
                }
                _readers.Remove(reader);
            }
        }
        foreach (QueueReader reader in old)
        {
            Store.Disk.Detach(reader);
        }
        return next;
    }

    /// <summary>Ends a reader for good; what waits for it is given up, which the owner hears of. Nobody may be reading.</summary>
    public void RemoveReader(QueueReader reader)
    {
        List<QueuedBlock> blocks;
        lock (Gate)
        {
            blocks = reader.TakeMemory();
            _readers.Remove(reader);
        }
        Store.Losses.DropBacklog(reader);
        blocks.ForEach(block => GiveUp(reader, block, QueueLoss.Removed));
        Store.Disk.Detach(reader);
        Store.Losses.DropFinished();
        WakeProducers();
    }

    /// <summary>Takes a block for some of the readers, at least one.</summary>
    /// <returns>Null when it is taken, else a task that completes when there may be room.</returns>
    public Task? TryAdd(QueuedBlock block, IReadOnlyList<QueueReader> readers)
    {
        lock (Gate)
        {
            if (block.CanReplay && MustWait(readers, block.Footprint))
            {
                return WhenRoom();
            }
        }
        Add(block, readers);
        foreach (QueueReader reader in readers)
        {
            Shrink(reader, mayDrop: true);
        }
        return null;
    }

    /// <summary>Takes a block whether there is room or not: for the last ones before a change or a stop.</summary>
    public void Add(QueuedBlock block, IReadOnlyList<QueueReader> readers)
    {
        bool isStored = Options.StoresAlways;
        lock (Gate)
        {
            block.Holders = readers.Count;
            foreach (QueueReader reader in readers)
            {
                block.Pending.Add(reader);
                reader.Enqueue(block);
                isStored |= reader.IsStuck || reader.HasBacklog;
            }
            Store.NoteUnstored(block);
        }
        if (isStored)
        {
            Store.StoreThrough(block);
        }
        foreach (QueueReader reader in readers)
        {
            Shrink(reader, mayDrop: false);
            reader.WakeReader();
        }
    }

    /// <summary>Puts all that is not delivered on disk, for instance because a reader is stuck. What cannot be stored stays in memory.</summary>
    public void StoreAll()
    {
        Store.StoreAll();
        WakeProducers();
    }

    /// <summary>While memory is short every reader has as little of it as one that lags; the rest of what waits is read from disk.</summary>
    public void Tighten(bool isTight)
    {
        _isTight = isTight;
        if (isTight)
        {
            foreach (QueueReader reader in ReadersNow())
            {
                Shrink(reader, mayDrop: false);
            }
        }
    }

    /// <summary>As <see cref="StoreAll"/>, and waits until it is safe there, at a stop.</summary>
    /// <returns>False where the disk failed.</returns>
    public bool Persist()
    {
        Store.Disk.TryAgain();
        bool isSafe = Store.StoreAll() && Store.SyncNow();
        Store.Losses.TellLostWork();
        return isSafe;
    }

    /// <summary>Wakes who waits for room, to look elsewhere.</summary>
    public void WakeProducers()
    {
        TaskCompletionSource? room;
        lock (Gate)
        {
            (room, _room) = (_room, null);
        }
        room?.SetResult();
    }

    /// <summary>Gives memory and files back. What is neither delivered nor on disk is left unsettled: sources that can will send it again.</summary>
    public async ValueTask DisposeAsync()
    {
        List<QueuedBlock> released = [];
        lock (Gate)
        {
            foreach (QueueReader reader in _readers)
            {
                released.AddRange(reader.TakeMemory().Where(Drop));
            }
        }
        released.ForEach(static block => block.OnReleased());
        await Store.DisposeAsync();
        WakeProducers();
    }

    internal QueueReader[] ReadersNow()
    {
        lock (Gate)
        {
            return [.. _readers];
        }
    }

    /// <summary>Whether its sources wait for a reader that is to lose nothing.</summary>
    internal bool IsAwaited(QueuedBlock block)
    {
        lock (Gate)
        {
            return block.CanReplay && block.Pending.Exists(static reader => reader.Limits.Waits);
        }
    }

    /// <summary>Completes when a block is finished or the disk takes some again.</summary>
    internal Task WhenRoom()
    {
        lock (Gate)
        {
            return (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>A reader has finished with the block in work.</summary>
    internal void Finish(QueueReader reader, QueuedBlock block)
    {
        bool isSettled;
        bool isReleased;
        long cursor = 0;
        lock (Gate)
        {
            reader.EndCurrent();
            (isSettled, isReleased) = Remove(reader, block);
            if (block.IsStored)
            {
                cursor = reader.SafeCursor(block.Number + 1);
            }
        }
        if (cursor > 0)
        {
            reader.Save(cursor);
            Store.Losses.DropFinished();
        }
        Tell(block, isSettled, isReleased);
        WakeProducers();
    }

    /// <summary>A block that a reader will not get.</summary>
    private void GiveUp(QueueReader reader, QueuedBlock block, QueueLoss loss)
    {
        Owner.Dropped(reader, loss, BlockStore.MetadataOf(block), block.Body.Length);
        bool isSettled;
        bool isReleased;
        lock (Gate)
        {
            (isSettled, isReleased) = Remove(reader, block);
        }
        Tell(block, isSettled, isReleased);
    }

    /// <summary>Brings a reader's memory below its window, by way of the disk; where that takes nothing, below its capacity by dropping.</summary>
    private void Shrink(QueueReader reader, bool mayDrop)
    {
        while (true)
        {
            QueuedBlock? first;
            bool isFull;
            lock (Gate)
            {
                first = reader.FirstInMemory;
                if (first is null || !reader.IsOver(_isTight || reader.IsStuck || reader.HasBacklog ? reader.Limits.LaggingWindow : reader.Limits.Window))
                {
                    return;
                }
                isFull = mayDrop && reader.IsOver(reader.Limits.Capacity) && !(first.CanReplay && reader.Limits.Waits);
            }
            if (first.IsStored || Store.StoreThrough(first))
            {
                Evict(reader, first);
            }
            else if (isFull)
            {
                lock (Gate)
                {
                    if (reader.FirstInMemory != first)
                    {
                        continue;
                    }
                    reader.RemoveFirst();
                }
                GiveUp(reader, first, QueueLoss.Full);
            }
            else
            {
                return;
            }
        }
    }

    private void Evict(QueueReader reader, QueuedBlock first)
    {
        bool isReleased = false;
        lock (Gate)
        {
            // The reader may have taken it meanwhile.
            if (reader.FirstInMemory == first)
            {
                reader.RemoveFirst();
                isReleased = Drop(first);
            }
        }
        Tell(first, isSettled: false, isReleased);
    }

    /// <summary>
    /// Under the gate. Even the fastest of the readers that keep up has more in memory than its window; or the disk takes nothing and a
    /// reader that is to lose nothing has all the memory it may have.
    /// </summary>
    private bool MustWait(IReadOnlyList<QueueReader> readers, int footprint)
    {
        QueueReader? fastest = null;
        bool isFull = false;
        foreach (QueueReader reader in readers)
        {
            if (!reader.IsStuck && !reader.HasBacklog && (fastest is null || reader.MemoryBytes < fastest.MemoryBytes))
            {
                fastest = reader;
            }
            isFull |= reader.Limits.Waits && reader.HasNoRoomFor(footprint, reader.Limits.Capacity);
        }
        if (fastest is not null && fastest.Limits.Waits && fastest.HasNoRoomFor(footprint, fastest.Limits.Window))
        {
            return true;
        }
        return isFull && Store.Disk.Fault is not null;
    }

    /// <summary>Under the gate.</summary>
    private (bool IsSettled, bool IsReleased) Remove(QueueReader reader, QueuedBlock block)
    {
        bool isSettled = block.Pending.Remove(reader) && block.Pending.Count == 0 && !block.IsSettled;
        if (isSettled)
        {
            block.IsSettled = true;
            Store.ForgetUnstored(block);
        }
        return (isSettled, Drop(block));
    }

    /// <summary>Under the gate: one holder fewer; true where it was the last.</summary>
    private static bool Drop(QueuedBlock block) => --block.Holders == 0;

    private static void Tell(QueuedBlock block, bool isSettled, bool isReleased)
    {
        if (isSettled)
        {
            block.OnSettled();
        }
        if (isReleased)
        {
            block.OnReleased();
        }
    }
}
