using System.Buffers;
using Agent.Storage.Segments;

namespace Agent.Storage.Queues;

/// <summary>The disk side of a <see cref="DurableQueue"/>: puts blocks into the log in the order in which they were added.</summary>
internal sealed class BlockStore : IAsyncDisposable
{
    /// <summary>Wait before a disk that failed is tried again.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly DurableQueue _queue;
    private readonly IFileSystem _files;
    private readonly TimeProvider _time;
    private readonly ITimer _retry;
    private readonly SyncPace _sync;
    private readonly Lock _disk = new();
    private readonly LinkedList<QueuedBlock> _unstored = [];
    private readonly Queue<QueuedBlock> _unsynced = new();
    private readonly ArrayBufferWriter<byte> _metadata = new();
    private SegmentLog? _log;
    private string? _fault;
    private long _failedAt;
    private long _storedBlocks;
    private long _storedBytes;
    private long _unreadable;
    private long _errors;

    public BlockStore(DurableQueue queue, IFileSystem files, TimeProvider time)
    {
        (_queue, _files, _time) = (queue, files, time);
        _sync = new SyncPace(time, SyncNow);
        _retry = time.CreateTimer(_ => Retry(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>False for a while after a failure.</summary>
    private bool IsWorthTrying => Fault is null || _time.GetElapsedTime(Volatile.Read(ref _failedAt)) >= RetryAfter;

    public long Bytes => Volatile.Read(ref _log)?.Bytes ?? 0;

    public long Capacity => Volatile.Read(ref _log)?.MaxBytes ?? 0;

    public QueueCounts Counts
    {
        get
        {
            SegmentLogCounts? log = Volatile.Read(ref _log)?.Counts;
            return new QueueCounts(
                Interlocked.Read(ref _storedBlocks), Interlocked.Read(ref _storedBytes),
                Interlocked.Read(ref _unreadable) + (log?.CorruptBlocks ?? 0), log?.TornTails ?? 0, Interlocked.Read(ref _errors));
        }
    }

    public static ReadOnlyMemory<byte> MetadataOf(QueuedBlock block)
    {
        var metadata = new ArrayBufferWriter<byte>();
        block.WriteMetadata(metadata);
        return metadata.WrittenMemory;
    }

    public void CountCursorError() => Interlocked.Increment(ref _errors);

    /// <summary>Gives a reader its cursor and what it has not read of the log. Without a log there is nothing yet.</summary>
    public void Attach(QueueReader reader)
    {
        lock (_disk)
        {
            if (_log is not null || TryOpen())
            {
                AttachIfOpen(reader);
            }
        }
    }

    private void AttachIfOpen(QueueReader reader)
    {
        try
        {
            if (_log is not null)
            {
                AttachTo(_log, reader);
            }
        }
        catch (IOException failed)
        {
            Fail(failed.Message);
        }
    }

    /// <summary>Opens the log if there is one. False where that fails.</summary>
    private bool TryOpen()
    {
        lock (_disk)
        {
            try
            {
                if (_log is null && HasFiles())
                {
                    Open();
                }
                return true;
            }
            catch (IOException failed)
            {
                Fail(failed.Message);
                return false;
            }
        }
    }

    /// <summary>Forgets a reader's cursor.</summary>
    public void Detach(QueueReader reader)
    {
        lock (_disk)
        {
            reader.CloseFiles();
            try
            {
                _log?.RemoveCursor(reader.Name);
            }
            catch (IOException)
            {
                CountCursorError();
            }
        }
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
        lock (_disk)
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

    /// <summary>The next write is tried even if the last one has just failed.</summary>
    public void TryAgain() => Volatile.Write(ref _failedAt, _time.GetTimestamp() - _time.TimestampFrequency * (long)Math.Ceiling(RetryAfter.TotalSeconds));

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
        SegmentLog? log = Volatile.Read(ref _log);
        if (log is null)
        {
            return true;
        }
        try
        {
            log.Sync();
        }
        catch (IOException failed)
        {
            Fail(failed.Message);
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

    /// <summary>After a failure: looks whether the disk takes again what it should have. A sync that failed is tried again elsewhere.</summary>
    private void Retry()
    {
        if (TryOpen() && StoreAll())
        {
            Succeed();
        }
    }

    /// <summary>Reads on for a reader, up to the block with number <paramref name="end"/>.</summary>
    /// <returns>The next block that it wants, or null and the end.</returns>
    public (QueuedBlock? Block, long Number, long End) Load(QueueReader reader, ref SegmentReader? segments, long next, long end)
    {
        if (segments is null || segments.Number != next)
        {
            segments?.Dispose();
            segments = _log!.OpenReader(next);
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

    /// <summary>Tells the owner of every block that a reader had still to read from the log, which it will not.</summary>
    public void DropBacklog(QueueReader reader)
    {
        (long from, long to) = reader.Range;
        if (_log is not null && from < to)
        {
            TellDropped([reader], new BlockRange(from, to), QueueLoss.Removed);
            lock (_queue.Gate)
            {
                reader.SkipTo(to);
            }
        }
    }

    /// <summary>Drops what an earlier run left for endpoints that have no reader now, and returns how many endpoints those are.</summary>
    public int DropOrphans()
    {
        lock (_disk)
        {
            if (_log is null)
            {
                return 0;
            }
            QueueReader[] readers = Readers();
            HashSet<ulong> orphans = [];
            foreach ((string name, long number) in _log.LoadCursors())
            {
                if (Array.Exists(readers, reader => reader.Name == name))
                {
                    continue;
                }
                // An endpoint whose number of shards changed has taken over what the cursor stood for.
                if (QueueReader.FromName(_queue, name) is { } orphan && !Array.Exists(readers, reader => reader.Id == orphan.Id))
                {
                    long from = Math.Max(_log.First, number);
                    lock (_queue.Gate)
                    {
                        orphan.Extend(from, _log.Next);
                    }
                    if (TellDropped([orphan], new BlockRange(from, _log.Next), QueueLoss.Removed) > 0)
                    {
                        orphans.Add(orphan.Id);
                    }
                }
                _log.RemoveCursor(name);
            }
            return orphans.Count;
        }
    }

    /// <summary>Deletes what no reader needs any more; where the disk is busy, the next call does.</summary>
    public void DropFinished()
    {
        if (!_disk.TryEnter())
        {
            return;
        }
        try
        {
            if (_log is not null)
            {
                DropFinished(_log);
            }
        }
        finally
        {
            _disk.Exit();
        }
    }

    private void DropFinished(SegmentLog log)
    {
        long needed = log.Next;
        lock (_queue.Gate)
        {
            foreach (QueueReader reader in _queue.Readers)
            {
                needed = Math.Min(needed, reader.FirstNeeded());
            }
        }
        if (needed > log.First)
        {
            log.DropBefore(needed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sync.DisposeAsync();
        await _retry.DisposeAsync();
        lock (_disk)
        {
            foreach (QueueReader reader in _queue.Readers)
            {
                reader.CloseFiles();
            }
            _log?.Dispose();
        }
    }

    private static StoredBlock ToStored(in BlockAddress header, in SegmentBlock read) =>
        new(header.Shard, header.CanReplay, read.Metadata[header.Size..], read.Buffer, read.Length);

    /// <summary>Where a reader goes on: its own cursor; where the endpoint had another number of shards, the lowest of those.</summary>
    private static long CursorOf(SegmentLog log, QueueReader reader)
    {
        IReadOnlyDictionary<string, long> cursors = log.LoadCursors();
        if (cursors.TryGetValue(reader.Name, out long own))
        {
            return own;
        }
        string prefix = $"{reader.Id:x16}-";
        return cursors.Where(cursor => cursor.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(static cursor => cursor.Value).DefaultIfEmpty(0).Min();
    }

    private void AttachTo(SegmentLog log, QueueReader reader)
    {
        long from = Math.Max(log.First, CursorOf(log, reader));
        reader.OpenCursor(log.OpenCursor(reader.Name, from), from);
        lock (_queue.Gate)
        {
            reader.Extend(from, log.Next);
        }
    }

    private bool HasFiles()
    {
        try
        {
            return _files.List(_queue.Options.Folder).Count > 0;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }

    private SegmentLog Open()
    {
        if (_log is null)
        {
            SegmentLog log = SegmentLog.Open(_files, _queue.Options.Folder, _queue.Options.Log, _time);
            Array.ForEach(Readers(), reader => AttachTo(log, reader));
            Volatile.Write(ref _log, log);
        }
        return _log;
    }

    private bool TryWrite(QueuedBlock block, QueueReader[] pending)
    {
        if (!IsWorthTrying)
        {
            return false;
        }
        long number;
        try
        {
            SegmentLog log = Open();
            DropExpired(log);
            _metadata.ResetWrittenCount();
            BlockAddress.Write(_metadata, block, [.. pending.Select(static reader => reader.Id).Distinct()]);
            block.WriteMetadata(_metadata);
            if (!MakeRoom(log, _metadata.WrittenCount + block.Body.Length, block, pending))
            {
                Fail($"it holds {log.Bytes} bytes, as much as it may");
                return false;
            }
            number = log.Append(_metadata.WrittenSpan, block.Body.Span);
        }
        catch (IOException failed)
        {
            Fail(failed.Message);
            return false;
        }
        Succeed();
        Interlocked.Increment(ref _storedBlocks);
        Interlocked.Add(ref _storedBytes, block.Body.Length);
        MarkStored(block, number, pending);
        return true;
    }

    private void MarkStored(QueuedBlock block, long number, QueueReader[] pending)
    {
        List<QueueReader> finished = [];
        lock (_queue.Gate)
        {
            block.Number = number;
            ForgetUnstored(block);
            if (!block.IsSettled)
            {
                _unsynced.Enqueue(block);
            }
            finished.AddRange(pending.Where(reader => !block.Pending.Contains(reader)));
        }
        // Who finished it while it was written would get it again after a restart.
        finished.ForEach(reader => reader.Save(number + 1));
        _sync.Ask();
    }

    /// <summary>Makes room in a log that may grow no further: first what is finished goes, then, where nobody is to wait, the oldest.</summary>
    private bool MakeRoom(SegmentLog log, int length, QueuedBlock block, QueueReader[] pending)
    {
        if (log.HasRoom(length))
        {
            return true;
        }
        DropFinished(log);
        // What is finished goes once the segment behind it is synced.
        log.Sync();
        while (!log.HasRoom(length))
        {
            if ((block.CanReplay && pending.Any(static reader => reader.Limits.Waits)) || !DropOldest(log))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Drops the oldest segment, unless it holds what a reader is to get by all means.</summary>
    private bool DropOldest(SegmentLog log)
    {
        BlockRange oldest = log.OldestSegment;
        QueueReader[] readers = Readers();
        if (oldest.IsEmpty || HoldsReplayable(log, readers, oldest) || MayEvictBefore(readers, oldest.To))
        {
            return false;
        }
        GiveUp(readers, oldest, QueueLoss.Full);
        return !log.DropOldestSegment().IsEmpty;
    }

    /// <summary>Drops what waits longer than it may.</summary>
    private void DropExpired(SegmentLog log)
    {
        while (log.IsOldestSegmentExpired)
        {
            GiveUp(Readers(), log.OldestSegment, QueueLoss.Expired);
            if (log.DropOldestSegment().IsEmpty)
            {
                return;
            }
        }
    }

    private void GiveUp(QueueReader[] readers, BlockRange range, QueueLoss loss)
    {
        TellDropped(readers, range, loss);
        lock (_queue.Gate)
        {
            foreach (QueueReader reader in readers)
            {
                reader.SkipTo(range.To);
            }
        }
    }

    private bool MayEvictBefore(QueueReader[] readers, long number)
    {
        lock (_queue.Gate)
        {
            return Array.Exists(readers, reader => reader.MayEvictBefore(number));
        }
    }

    private QueueReader[] Readers()
    {
        lock (_queue.Gate)
        {
            return [.. _queue.Readers];
        }
    }

    /// <summary>Whether sources have moved on because of a block that some reader which is to lose nothing has not read.</summary>
    private bool HoldsReplayable(SegmentLog log, QueueReader[] readers, BlockRange range)
    {
        using SegmentReader segments = log.OpenReader(range.From);
        while (segments.TryPeekMetadata(out long number, out ReadOnlyMemory<byte> metadata) && number < range.To)
        {
            if (BlockAddress.TryRead(metadata.Span, out BlockAddress header) && header.CanReplay)
            {
                foreach (QueueReader reader in readers)
                {
                    if (reader.Limits.Waits && WillRead(reader, header, number))
                    {
                        return true;
                    }
                }
            }
            segments.Skip();
        }
        return false;
    }

    /// <summary>Tells the owner of every block that one of the readers would have read, and returns how many those are.</summary>
    private int TellDropped(QueueReader[] readers, BlockRange range, QueueLoss loss)
    {
        int told = 0;
        using SegmentReader segments = _log!.OpenReader(range.From);
        while (segments.TryPeekMetadata(out long number, out ReadOnlyMemory<byte> metadata) && number < range.To)
        {
            if (BlockAddress.TryRead(metadata.Span, out BlockAddress header))
            {
                foreach (QueueReader reader in readers)
                {
                    if (WillRead(reader, header, number))
                    {
                        _queue.Owner.Dropped(reader, loss, metadata[header.Size..], segments.BodyLength);
                        told++;
                    }
                }
            }
            segments.Skip();
        }
        return told;
    }

    private bool WillRead(QueueReader reader, in BlockAddress header, long number)
    {
        if (!reader.Wants(header))
        {
            return false;
        }
        lock (_queue.Gate)
        {
            return reader.WillRead(number);
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

    private void Fail(string reason)
    {
        Interlocked.Increment(ref _errors);
        Volatile.Write(ref _failedAt, _time.GetTimestamp());
        bool isNews = Interlocked.Exchange(ref _fault, reason) is null;
        _retry.Change(RetryAfter, Timeout.InfiniteTimeSpan);
        if (isNews)
        {
            _queue.Owner.DiskChanged(reason);
        }
    }

    private void Succeed()
    {
        if (Interlocked.Exchange(ref _fault, null) is not null)
        {
            _queue.Owner.DiskChanged(null);
            _queue.WakeProducers();
        }
    }
}
