using Agent.Storage.Segments;

namespace Agent.Storage.Queues;

/// <summary>What leaves the log of a <see cref="DurableQueue"/> unread, and is told to the owner; and what leaves it because all have read it.</summary>
internal sealed class QueueLosses(DurableQueue queue, QueueDisk disk)
{
    /// <summary>Tells the owner of every block that a reader had still to read from the log, which it will not.</summary>
    public void DropBacklog(QueueReader reader)
    {
        (long from, long to) = reader.Range;
        if (disk.Log is not null && from < to)
        {
            TellDropped([reader], new BlockRange(from, to), QueueLoss.Removed);
            lock (queue.Gate)
            {
                reader.SkipTo(to);
            }
        }
    }

    /// <summary>Drops what an earlier run left for endpoints that have no reader now, and returns how many endpoints those are.</summary>
    public int DropOrphans()
    {
        lock (disk.Gate)
        {
            if (disk.Log is not { } log)
            {
                return 0;
            }
            QueueReader[] readers = queue.ReadersNow();
            HashSet<ulong> orphans = [];
            foreach ((string name, long number) in log.LoadCursors())
            {
                if (Array.Exists(readers, reader => reader.Name == name))
                {
                    continue;
                }
                // An endpoint whose number of shards changed has taken over what the cursor stood for.
                if (QueueReader.FromName(queue, name) is { } orphan && !Array.Exists(readers, reader => reader.Id == orphan.Id))
                {
                    long from = Math.Max(log.First, number);
                    lock (queue.Gate)
                    {
                        orphan.Extend(from, log.Next);
                    }
                    if (TellDropped([orphan], new BlockRange(from, log.Next), QueueLoss.Removed) > 0)
                    {
                        orphans.Add(orphan.Id);
                    }
                }
                log.RemoveCursor(name);
            }
            return orphans.Count;
        }
    }

    /// <summary>A block in work whose place in the log was given up is lost with the process.</summary>
    public void TellLostWork()
    {
        foreach (QueueReader reader in queue.ReadersNow())
        {
            QueuedBlock? work;
            lock (queue.Gate)
            {
                work = reader.Current is { IsStored: true } current && disk.Log is { } log && current.Number < log.First ? current : null;
            }
            if (work is not null)
            {
                queue.Owner.Dropped(reader, QueueLoss.Full, BlockStore.MetadataOf(work), work.Body.Length);
            }
        }
    }

    /// <summary>Deletes what no reader needs any more; where the disk is busy, the next call does.</summary>
    public void DropFinished()
    {
        if (!disk.Gate.TryEnter())
        {
            return;
        }
        try
        {
            if (disk.Log is { } log)
            {
                DropFinished(log);
            }
        }
        finally
        {
            disk.Gate.Exit();
        }
    }

    /// <summary>Makes room in a log that may grow no further: first what is finished goes, then, where nobody is to wait, the oldest.</summary>
    public bool MakeRoom(SegmentLog log, int length, QueuedBlock block, QueueReader[] pending)
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

    /// <summary>Drops what waits longer than it may.</summary>
    public void DropExpired(SegmentLog log) => log.DropExpired(blocks => GiveUp(queue.ReadersNow(), blocks, QueueLoss.Expired));

    private void DropFinished(SegmentLog log)
    {
        long needed = log.Next;
        lock (queue.Gate)
        {
            foreach (QueueReader reader in queue.Readers)
            {
                needed = Math.Min(needed, reader.FirstNeeded());
            }
        }
        if (needed > log.First)
        {
            log.DropBefore(needed);
        }
    }

    /// <summary>Drops the oldest segment, unless it holds what a reader is to get by all means.</summary>
    private bool DropOldest(SegmentLog log)
    {
        BlockRange oldest = log.OldestSegment;
        QueueReader[] readers = queue.ReadersNow();
        if (oldest.IsEmpty || HoldsReplayable(log, readers, oldest) || MayEvictBefore(readers, oldest.To))
        {
            return false;
        }
        GiveUp(readers, oldest, QueueLoss.Full);
        return !log.DropOldestSegment().IsEmpty;
    }

    private void GiveUp(QueueReader[] readers, BlockRange range, QueueLoss loss)
    {
        TellDropped(readers, range, loss);
        lock (queue.Gate)
        {
            foreach (QueueReader reader in readers)
            {
                reader.SkipTo(range.To);
            }
        }
    }

    private bool MayEvictBefore(QueueReader[] readers, long number)
    {
        lock (queue.Gate)
        {
            return Array.Exists(readers, reader => reader.MayEvictBefore(number));
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
        using SegmentReader segments = disk.Log!.OpenReader(range.From);
        while (segments.TryPeekMetadata(out long number, out ReadOnlyMemory<byte> metadata) && number < range.To)
        {
            if (BlockAddress.TryRead(metadata.Span, out BlockAddress header))
            {
                foreach (QueueReader reader in readers)
                {
                    if (WillRead(reader, header, number))
                    {
                        queue.Owner.Dropped(reader, loss, metadata[header.Size..], segments.BodyLength);
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
        lock (queue.Gate)
        {
            return reader.WillRead(number);
        }
    }
}
