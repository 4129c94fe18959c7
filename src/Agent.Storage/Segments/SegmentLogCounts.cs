namespace Agent.Storage.Segments;

/// <summary>What happened to a log since it was opened. Each number only grows; safe to read on any thread.</summary>
public sealed class SegmentLogCounts
{
    private long _tornTails;
    private long _tornBlocks;
    private long _tornBytes;
    private long _corruptBlocks;
    private long _corruptBytes;
    private long _missingBlocks;
    private long _fullBlocks;
    private long _fullBytes;
    private long _expiredBlocks;
    private long _expiredBytes;
    private long _failedSyncs;
    private long _damagedCursors;
    private long _newerFiles;

    /// <summary>1 where the last segment ended in the middle of something when the log was opened.</summary>
    public long TornTails => Volatile.Read(ref _tornTails);

    /// <summary>Blocks cut with it, as far as they could be told apart; at least one.</summary>
    public long TornBlocks => Volatile.Read(ref _tornBlocks);

    public long TornBytes => Volatile.Read(ref _tornBytes);

    /// <summary>Damaged blocks that readers skipped; a block that two readers came across counts twice, as neither of them has it.</summary>
    public long CorruptBlocks => Volatile.Read(ref _corruptBlocks);

    public long CorruptBytes => Volatile.Read(ref _corruptBytes);

    /// <summary>Numbers for which readers found no block, nor damage: lost in a power cut before they were synced, or deleted by hand.</summary>
    public long MissingBlocks => Volatile.Read(ref _missingBlocks);

    /// <summary>Blocks not read by all that <see cref="SegmentLog.DropOldestSegment"/> dropped.</summary>
    public long FullBlocks => Volatile.Read(ref _fullBlocks);

    /// <summary>Bytes of the segments dropped by <see cref="SegmentLog.DropOldestSegment"/>.</summary>
    public long FullBytes => Volatile.Read(ref _fullBytes);

    /// <summary>Blocks not read by all that <see cref="SegmentLog.DropExpired"/> dropped.</summary>
    public long ExpiredBlocks => Volatile.Read(ref _expiredBlocks);

    /// <summary>Bytes of the segments dropped by <see cref="SegmentLog.DropExpired"/>.</summary>
    public long ExpiredBytes => Volatile.Read(ref _expiredBytes);

    /// <summary>Calls of <see cref="SegmentLog.Sync"/> that failed.</summary>
    public long FailedSyncs => Volatile.Read(ref _failedSyncs);

    /// <summary>Cursors that had no valid record when the log was opened, and were removed.</summary>
    public long DamagedCursors => Volatile.Read(ref _damagedCursors);

    /// <summary>Files of a newer version, which are left alone.</summary>
    public long NewerFiles => Volatile.Read(ref _newerFiles);

    internal void AddTorn(long blocks, long bytes)
    {
        Interlocked.Increment(ref _tornTails);
        Interlocked.Add(ref _tornBlocks, blocks);
        Interlocked.Add(ref _tornBytes, bytes);
    }

    internal void AddCorrupt(long blocks, long bytes)
    {
        Interlocked.Add(ref _corruptBlocks, blocks);
        Interlocked.Add(ref _corruptBytes, bytes);
    }

    internal void AddMissing(long blocks) => Interlocked.Add(ref _missingBlocks, blocks);

    internal void AddFull(long blocks, long bytes)
    {
        Interlocked.Add(ref _fullBlocks, blocks);
        Interlocked.Add(ref _fullBytes, bytes);
    }

    internal void AddExpired(long blocks, long bytes)
    {
        Interlocked.Add(ref _expiredBlocks, blocks);
        Interlocked.Add(ref _expiredBytes, bytes);
    }

    internal void AddFailedSync() => Interlocked.Increment(ref _failedSyncs);

    internal void AddDamagedCursor() => Interlocked.Increment(ref _damagedCursors);

    internal void AddNewerFile() => Interlocked.Increment(ref _newerFiles);
}
