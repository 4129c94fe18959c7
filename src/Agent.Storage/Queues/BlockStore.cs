using System.Buffers;
using Agent.Storage.Segments;

namespace Agent.Storage.Queues;

/// <summary>The disk side of a <see cref="DurableQueue"/>: puts blocks into the log in the order in which they were added.</summary>
internal sealed class BlockStore : IAsyncDisposable
{
    private readonly DurableQueue _queue;
    private readonly SyncPace _sync;
    private readonly LinkedList<QueuedBlock> _unstored = [];
    private readonly Queue<QueuedBlock> _unsynced = new();
    private readonly ArrayBufferWriter<byte> _metadata = new();
    private long _storedBlocks;
    private long _storedBytes;
    private long _unreadable;
    private long _seen;

    public BlockStore(DurableQueue queue, IFileSystem files, TimeProvider time)
    {
        _queue = queue;
        Disk = new QueueDisk(queue, files, time);
        _sync = new SyncPace(time, SyncNow, NeedOfSync);
        Losses = new QueueLosses(queue, Disk);
    }

    public QueueDisk Disk { get; }

    public QueueLosses Losses { get; }

    public QueueCounts Counts
    {
        get
        {
            SegmentLogCounts? log = Disk.Log?.Counts;
            return new QueueCounts(
                Interlocked.Read(ref _storedBlocks), Interlocked.Read(ref _storedBytes),
                Interlocked.Read(ref _unreadable) + (log?.CorruptBlocks ?? 0), log?.TornTails ?? 0, Disk.Errors);
        }
    }

    public static ReadOnlyMemory<byte> MetadataOf(QueuedBlock block)
    {
        var metadata = new ArrayBufferWriter<byte>();
        block.WriteMetadata(metadata);
        return metadata.WrittenMemory;
    }

    /// <summary>Under the gate: a block that is in memory only.</summary>
    public void NoteUnstored(QueuedBlock block) => block.Unstored = _unstored.AddLast(block);

    /// <summary>Under the gate.</summary>
    public void ForgetUnstored(QueuedBlock block)
    {
        if (block.Unstored is not null)
        {
            _unstored.Remove(block.Unstored);
            block.Unstored = null;
        }
    }

    /// <summary>Writes a block, and before it all that came before it. False where the disk does not take it.</summary>
    public bool StoreThrough(QueuedBlock last)
    {
        lock (Disk.Gate)
        {
            while (true)
            {
                QueuedBlock block;
                QueueReader[] pending;
                lock (_queue.Gate)
                {
                    if (last.Unstored is null || _unstored.First is null)
                    {
                        return last.IsStored;
                    }
                    block = _unstored.First.Value;
                    block.Holders++;
                    pending = [.. block.Pending];
                }
                bool isWritten = TryWrite(block, pending);
                Unpin(block);
                if (!isWritten)
                {
                    return false;
                }
            }
        }
    }

    /// <summary>False where the disk does not take all.</summary>
    public bool StoreAll()
    {
        while (true)
        {
            QueuedBlock? last;
            lock (_queue.Gate)
            {
                last = _unstored.Last?.Value;
            }
            if (last is null)
            {
                return true;
            }
            if (!StoreThrough(last))
            {
                return false;
            }
        }
    }

    /// <summary>Makes sure that what was stored survives a power cut, and settles it. False where that failed.</summary>
    public bool SyncNow()
    {
        if (Disk.Log is not { } log)
        {
            return true;
        }
        try
        {
            log.Sync();
        }
        catch (IOException failed)
        {
            Disk.Fail(failed.Message);
            return false;
        }
        List<QueuedBlock> safe = [];
        lock (_queue.Gate)
        {
            while (_unsynced.TryPeek(out QueuedBlock? block) && block.Number < log.Synced)
            {
                _unsynced.Dequeue();
                if (!block.IsSettled)
                {
                    block.IsSettled = true;
                    safe.Add(block);
                }
            }
        }
        safe.ForEach(static block => block.OnSettled());
        return true;
    }

    /// <summary>Reads on for a reader, up to the block with number <paramref name="end"/>.</summary>
    /// <returns>The next block that it wants, or null and the end.</returns>
    public (QueuedBlock? Block, long Number, long End) Load(QueueReader reader, ref SegmentReader? segments, long next, long end)
    {
        if (segments is null || segments.Number != next)
        {
            segments?.Dispose();
            segments = Disk.Log!.OpenReader(next);
        }
        while (segments.TryPeekMetadata(out long number, out ReadOnlyMemory<byte> metadata) && number < end)
        {
            if (!BlockAddress.TryRead(metadata.Span, out BlockAddress header) || number < next || !reader.Wants(header))
            {
                segments.Skip();
            }
            else if (segments.TryRead(out SegmentBlock read))
            {
                // The body may have turned out to be corrupt: then this is a later block.
                if (read.Number < end && BlockAddress.TryRead(read.Metadata.Span, out header) && reader.Wants(header)
                    && _queue.Owner.Restore(ToStored(header, read)) is { } block)
                {
                    return (block, read.Number, end);
                }
                if (read.Number == number)
                {
                    Interlocked.Increment(ref _unreadable);
                }
                read.Return();
            }
        }
        return (null, end, end);
    }

    public async ValueTask DisposeAsync()
    {
        await _sync.DisposeAsync();
        await Disk.DisposeAsync();
    }

    private static StoredBlock ToStored(in BlockAddress header, in SegmentBlock read) =>
        new(header.Shard, header.CanReplay, read.Metadata[header.Size..], read.Buffer, read.Length);

    private bool TryWrite(QueuedBlock block, QueueReader[] pending)
    {
        if (!Disk.IsWorthTrying)
        {
            return false;
        }
        long number;
        try
        {
            SegmentLog log = Disk.Open();
            Losses.DropExpired(log);
            _metadata.ResetWrittenCount();
            BlockAddress.Write(_metadata, block, [.. pending.Select(static reader => reader.Id).Distinct()]);
            block.WriteMetadata(_metadata);
            if (!Losses.MakeRoom(log, _metadata.WrittenCount + block.Body.Length, block, pending))
            {
                Disk.Fail($"it holds {log.Bytes} bytes, as much as it may");
                return false;
            }
            number = log.Append(_metadata.WrittenSpan, block.Body.Span);
        }
        catch (IOException failed)
        {
            Disk.Fail(failed.Message);
            return false;
        }
        Disk.Succeed();
        Interlocked.Increment(ref _storedBlocks);
        Interlocked.Add(ref _storedBytes, block.Body.Length);
        MarkStored(block, number, pending);
        return true;
    }

    private void MarkStored(QueuedBlock block, long number, QueueReader[] pending)
    {
        List<(QueueReader Reader, long Cursor)> finished = [];
        lock (_queue.Gate)
        {
            block.Number = number;
            ForgetUnstored(block);
            if (!block.IsSettled)
            {
                _unsynced.Enqueue(block);
            }
            finished.AddRange(pending.Where(reader => !block.Pending.Contains(reader)).Select(reader => (reader, reader.SafeCursor(number + 1))));
        }
        // Who finished it while it was written would get it again after a restart.
        finished.ForEach(static done => done.Reader.Save(done.Cursor));
        if (_queue.Options.SyncsByItself)
        {
            _sync.Ask(block.CanReplay);
        }
    }

    /// <summary>A block that is not delivered by the second look is to survive a power cut. And finished segments go only once the next is synced.</summary>
    private SyncNeed NeedOfSync()
    {
        if (Disk.Log is not { } log)
        {
            return SyncNeed.None;
        }
        long seen = _seen;
        _seen = log.Next;
        lock (_queue.Gate)
        {
            while (_unsynced.TryPeek(out QueuedBlock? finished) && finished.IsSettled)
            {
                _unsynced.Dequeue();
            }
            bool isOld = _unsynced.TryPeek(out QueuedBlock? first) && first.Number < seen;
            return isOld || log.WaitsToDelete ? SyncNeed.Now : first is null ? SyncNeed.None : SyncNeed.Later;
        }
    }

    private void Unpin(QueuedBlock block)
    {
        bool isReleased;
        lock (_queue.Gate)
        {
            isReleased = --block.Holders == 0;
        }
        if (isReleased)
        {
            block.OnReleased();
        }
    }
}
