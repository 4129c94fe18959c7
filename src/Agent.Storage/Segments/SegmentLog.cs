namespace Agent.Storage.Segments;

/// <summary>Blocks on disk, appended at one end and deleted at the other, read by cursors in between. README.md has format and rules.</summary>
/// <remarks>
/// Safe on any thread. Appending and dropping wait for each other; a sync waits for neither and neither for it, except that
/// dropping may have to sync first. Readers take a lock only where a segment ends.
/// </remarks>
public sealed class SegmentLog : IDisposable
{
    private const long Gibibyte = 1L << 30;
    private const int LeastSegment = 4096;

    // Each holds a file open: with more of them, appending waits for a sync.
    private const int MostUnsyncedSegments = 64;

    private readonly Lock _writing = new();
    private readonly Lock _syncing = new();
    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly SegmentLogOptions _options;
    private readonly TimeProvider _time;
    private readonly SegmentSet _segments;
    private readonly SegmentWriter _writer;
    private readonly SegmentSync _sync;
    private readonly CursorFiles _cursors;
    private IDisposable? _lock;
    private long _maxBytes;
    private long _segmentBytes;
    private int _rolledSinceSync;

    private SegmentLog(IFileSystem files, string folder, SegmentLogOptions options, TimeProvider time)
    {
        _files = files;
        _folder = folder;
        _options = options;
        _time = time;
        _segments = new SegmentSet(files);
        _writer = new SegmentWriter(files, folder, _segments, time);
        _sync = new SegmentSync(files, _segments, folder);
        _cursors = new CursorFiles(files, folder);
        _maxBytes = options.MaxBytes > 0 ? options.MaxBytes : Gibibyte;
    }

    /// <summary>Number of the oldest block that is kept; that of the next one where none is.</summary>
    public long First => _segments.First;

    /// <summary>Number that the next block gets.</summary>
    public long Next => _segments.Next;

    /// <summary>All blocks before this number survive a power cut. It may be lower than <see cref="First"/>, and never falls.</summary>
    public long Synced => _sync.UpTo;

    /// <summary>The blocks of the oldest segment; empty where there is none.</summary>
    public BlockRange OldestSegment
    {
        get
        {
            (Segment? oldest, _) = _segments.Oldest();
            return oldest is null ? new BlockRange(First, First) : new BlockRange(oldest.First, oldest.End);
        }
    }

    /// <summary>Whether a segment that nobody wants goes with the next sync.</summary>
    public bool WaitsToDelete => _segments.WaitsToDelete;

    /// <summary>Bytes on disk.</summary>
    public long Bytes => _segments.Bytes;

    /// <summary>The limit in force for <see cref="Bytes"/>.</summary>
    public long MaxBytes => Volatile.Read(ref _maxBytes);

    public SegmentLogCounts Counts { get; } = new();

    /// <summary>Opens a log, or makes one. It takes the same short time however much there is: only the last segment is read.</summary>
    /// <exception cref="IOException">The folder cannot be made, read or written, or another process has it.</exception>
    public static SegmentLog Open(IFileSystem files, string folder, SegmentLogOptions options, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.SegmentBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAge, TimeSpan.Zero);
        var log = new SegmentLog(files, folder, options, time);
        try
        {
            log.Start();
            return log;
        }
        catch (IOException)
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Whether a block with so many bytes, metadata and body, fits under the limit without dropping anything.</summary>
    public bool HasRoom(int length)
    {
        long needed = (long)length + BlockHeader.Size + SegmentHeader.Size;
        return Bytes - _segments.ReclaimableTail + needed <= MaxBytes;
    }

    /// <summary>
    /// Writes a block and returns its number. It survives the end of the process; a power cut, once <see cref="Sync"/> has returned.
    /// </summary>
    /// <exception cref="IOException">The block would go over the limit, the disk is full, or it failed. There is no such block then, and the next may work.</exception>
    /// <exception cref="ArgumentException">More than 1 MiB of metadata or 256 MiB of body.</exception>
    public long Append(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> body)
    {
        if (metadata.Length > BlockHeader.MaxMetadata || body.Length > BlockHeader.MaxBody)
        {
            throw new ArgumentException($"cannot append a block with {metadata.Length} bytes of metadata and {body.Length} of body: too large");
        }
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_lock is null, this);
            int length = metadata.Length + body.Length;
            if (!HasRoom(length))
            {
                throw new IOException($"cannot append {length} bytes to the queue in {_folder}: {Bytes} of {MaxBytes} bytes are in use");
            }
            if (_writer.NeedsSegment(length + BlockHeader.Size, _segmentBytes))
            {
                Roll();
            }
            return _writer.Append(metadata, body);
        }
    }

    /// <summary>Makes durable what was appended and saved before the call, and deletes what is not wanted any more.</summary>
    /// <exception cref="IOException"><see cref="Synced"/> stays below what may be lost. The next call writes that again, and says so if it cannot.</exception>
    public void Sync()
    {
        lock (_syncing)
        {
            ObjectDisposedException.ThrowIf(_lock is null, this);
            try
            {
                Volatile.Write(ref _rolledSinceSync, 0);
                _sync.Run();
                _cursors.Sync();
            }
            catch (IOException)
            {
                Counts.AddFailedSync();
                throw;
            }
            finally
            {
                _segments.DeleteUnwanted();
            }
        }
    }

    /// <summary>A reader that begins with a block, or with the oldest where that is gone, or waits for the next where there is none yet.</summary>
    public SegmentReader OpenReader(long number) => new(_files, _segments, Counts, number);

    /// <summary>Says that nobody wants the blocks before a number. Segments that lie before it are deleted, as soon as the one after them is synced.</summary>
    public void DropBefore(long number)
    {
        _segments.Mark(number);
        _segments.DeleteUnwanted();
    }

    /// <summary>
    /// Makes room where waiting is no choice: drops the oldest segment, whoever still wants it. Returns the blocks it had, those that all
    /// had read included; empty where the log has none.
    /// </summary>
    /// <exception cref="IOException">The segment after it could not be made or synced; nothing was dropped.</exception>
    public BlockRange DropOldestSegment()
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_lock is null, this);
            BlockRange dropped = DropOldest(out long bytes, out long wanted);
            Counts.AddFull(wanted, bytes);
            return dropped;
        }
    }

    /// <summary>Drops the segments whose newest block is older than the limit, whoever still wants them, and returns the blocks they had.</summary>
    /// <param name="dropping">Called before each segment goes, with the blocks that it has and that can still be read.</param>
    /// <exception cref="IOException">As for <see cref="DropOldestSegment"/>; what was dropped before that stays dropped, and is counted.</exception>
    public BlockRange DropExpired(Action<BlockRange>? dropping = null)
    {
        var all = new BlockRange(First, First);
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_lock is null, this);
            while (IsOldestExpired())
            {
                dropping?.Invoke(OldestSegment);
                BlockRange dropped = DropOldest(out long bytes, out long wanted);
                Counts.AddExpired(wanted, bytes);
                all = all.IsEmpty ? dropped : all with { To = dropped.To };
                if (dropped.IsEmpty)
                {
                    break;
                }
            }
        }
        return all;
    }

    /// <summary>The cursors there are, and how far they got.</summary>
    public IReadOnlyDictionary<string, long> LoadCursors() => _cursors.Numbers();

    /// <summary>The cursor with a name; a new one starts at a number. The same name gives the same cursor.</summary>
    /// <exception cref="IOException">Its file cannot be made.</exception>
    public LogCursor OpenCursor(string name, long initial) => _cursors.Open(name, initial);

    /// <summary>Removes a cursor for good; false where there is none of that name.</summary>
    /// <exception cref="IOException">It may come back after a power cut.</exception>
    public bool RemoveCursor(string name) => _cursors.Remove(name);

    /// <summary>Closes the files and gives the folder free. It does not sync.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            lock (_syncing)
            {
                _segments.Close();
                _cursors.Close();
                _lock?.Dispose();
                _lock = null;
            }
        }
    }

    private void Start()
    {
        try
        {
            _files.CreateFolder(_folder);
            _lock = _files.Lock(Path.Combine(_folder, "lock"));
            // What the process before this one deleted must not come back beside what this one makes under the same name.
            _files.SyncFolder(_folder);
        }
        catch (IOException cannot)
        {
            throw new IOException($"cannot open the queue in {_folder}: {cannot.Message}", cannot);
        }
        UpdateLimits();
        var recovery = new SegmentRecovery(_files, _folder, Counts);
        recovery.Run(_cursors);
        _segments.Start(recovery.Segments, recovery.Next);
        _sync.Start(recovery.Synced);
    }

    private void Roll()
    {
        if (_rolledSinceSync >= MostUnsyncedSegments)
        {
            Sync();
        }
        UpdateLimits();
        _writer.Roll(Synced);
        _rolledSinceSync++;
    }

    private void UpdateLimits()
    {
        if (_options.MaxBytes == 0)
        {
            Volatile.Write(ref _maxBytes, Math.Min(_maxBytes, _files.VolumeSize(_folder) / 10));
        }
        _segmentBytes = Math.Max(LeastSegment, Math.Min(_options.SegmentBytes, _maxBytes / 4));
    }

    private BlockRange DropOldest(out long bytes, out long wanted)
    {
        bytes = 0;
        wanted = 0;
        (Segment? oldest, Segment? second) = _segments.Oldest();
        if (oldest is null || oldest.End == oldest.First)
        {
            return new BlockRange(First, First);
        }
        if (second is null)
        {
            Roll();
            (_, second) = _segments.Oldest();
        }
        if (second is { IsDurable: false })
        {
            Sync();
        }
        var range = new BlockRange(oldest.First, oldest.End);
        if (_segments.TryDrop(oldest))
        {
            bytes = oldest.Length;
            wanted = Math.Max(0, range.To - Math.Max(range.From, _segments.DropMark));
        }
        return range;
    }

    /// <summary>Whether the newest block of the oldest segment is older than the limit.</summary>
    private bool IsOldestExpired()
    {
        (Segment? oldest, Segment? second) = _segments.Oldest();
        if (_options.MaxAge == TimeSpan.Zero || oldest is null || oldest.End == oldest.First)
        {
            return false;
        }
        // What was there before this process did not have its blocks read: the segment after it was made when its last one was full.
        long? newest = oldest.Newest != Segment.UnknownTime ? oldest.Newest : (second is null ? null : CreatedOf(second)) ?? CreatedOf(oldest);
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        // Without any readable header there is nothing to keep.
        return newest is not { } time || now - time > _options.MaxAge.TotalMilliseconds;
    }

    private long? CreatedOf(Segment segment)
    {
        if (segment.Created == Segment.UnknownTime)
        {
            try
            {
                using IFile file = _files.Open(segment.Path, FileAccess.Read);
                if (new BlockScanner().TryAttach(file, segment.First, out SegmentHeader header))
                {
                    segment.Created = header.Created;
                }
            }
            catch (FileNotFoundException)
            {
                return null;
            }
        }
        return segment.Created == Segment.UnknownTime ? null : segment.Created;
    }
}
