using Agent.Storage.Segments;

namespace Agent.Storage.Queues;

/// <summary>The log of a <see cref="DurableQueue"/>: opened when it is first needed, and left alone for a moment after a failure.</summary>
internal sealed class QueueDisk : IAsyncDisposable
{
    /// <summary>Wait before a disk that failed is tried again.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly DurableQueue _queue;
    private readonly IFileSystem _files;
    private readonly TimeProvider _time;
    private readonly ITimer _retry;
    private SegmentLog? _log;
    private string? _fault;
    private long _failedAt;
    private long _errors;

    /// <param name="queue">Whose log it is.</param>
    /// <param name="files">Where it lies.</param>
    /// <param name="time">The clock.</param>
    public QueueDisk(DurableQueue queue, IFileSystem files, TimeProvider time)
    {
        (_queue, _files, _time) = (queue, files, time);
        _retry = time.CreateTimer(_ => Retry(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Held by whoever changes the log. Taken before the queue's gate, never after it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Null as long as nothing was ever stored.</summary>
    public SegmentLog? Log => Volatile.Read(ref _log);

    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>False for a while after a failure.</summary>
    public bool IsWorthTrying => Fault is null || _time.GetElapsedTime(Volatile.Read(ref _failedAt)) >= RetryAfter;

    /// <summary>Writes and syncs that failed.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    public void CountCursorError() => Interlocked.Increment(ref _errors);

    /// <summary>The next write is tried even if the last one has just failed.</summary>
    public void TryAgain() => Volatile.Write(ref _failedAt, _time.GetTimestamp() - _time.TimestampFrequency * (long)Math.Ceiling(RetryAfter.TotalSeconds));

    /// <summary>Gives a reader its cursor and what it has not read of the log. Without a log there is nothing yet.</summary>
    public void Attach(QueueReader reader)
    {
        lock (Gate)
        {
            if (TryOpen() && _log is not null)
            {
                AttachTo(_log, reader);
            }
        }
    }

    /// <summary>Forgets a reader's cursor.</summary>
    public void Detach(QueueReader reader)
    {
        lock (Gate)
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

    /// <summary>Opens the log if there is one. False where that fails.</summary>
    public bool TryOpen()
    {
        lock (Gate)
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

    /// <summary>Under the disk gate.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public SegmentLog Open()
    {
        if (_log is null)
        {
            SegmentLog log = SegmentLog.Open(_files, _queue.Options.Folder, _queue.Options.Log, _time);
            Array.ForEach(_queue.ReadersNow(), reader => AttachTo(log, reader));
            Volatile.Write(ref _log, log);
        }
        return _log;
    }

    /// <summary>Something did not work: the disk is left alone for a moment, and the owner hears of it.</summary>
    public void Fail(string reason)
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

    /// <summary>Something worked.</summary>
    public void Succeed()
    {
        if (Interlocked.Exchange(ref _fault, null) is not null)
        {
            _queue.Owner.DiskChanged(null);
            _queue.WakeProducers();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _retry.DisposeAsync();
        lock (Gate)
        {
            Array.ForEach(_queue.ReadersNow(), static reader => reader.CloseFiles());
            _log?.Dispose();
        }
    }

    /// <summary>Where a reader goes on: its own cursor; where the endpoint had another number of shards, the lowest of those.</summary>
    private static long CursorOf(SegmentLog log, QueueReader reader)
    {
        IReadOnlyDictionary<string, long> cursors = log.LoadCursors();
        if (cursors.TryGetValue(reader.Name, out long own))
        {
            return own;
        }
        // Other shards of the same number say nothing: the reader's own cursor was lost, and it begins anew.
        string prefix = $"{reader.Id:x16}-";
        string suffix = $"-{reader.Options.Shards}";
        return cursors.Where(cursor => cursor.Key.StartsWith(prefix, StringComparison.Ordinal) && !cursor.Key.EndsWith(suffix, StringComparison.Ordinal))
            .Select(static cursor => cursor.Value).DefaultIfEmpty(0).Min();
    }

    private void AttachTo(SegmentLog log, QueueReader reader)
    {
        long from = Math.Max(log.First, CursorOf(log, reader));
        lock (_queue.Gate)
        {
            reader.Extend(from, log.Next);
        }
        TryOpenCursor(log, reader, from);
    }

    /// <summary>A reader without a cursor reads on; after a crash it gets again what it had.</summary>
    private bool TryOpenCursor(SegmentLog log, QueueReader reader, long number)
    {
        try
        {
            reader.OpenCursor(log.OpenCursor(reader.Name, number), number);
            return true;
        }
        catch (IOException failed)
        {
            Fail(failed.Message);
            return false;
        }
    }

    private bool TryOpenCursors()
    {
        lock (Gate)
        {
            if (_log is not { } log)
            {
                return true;
            }
            foreach (QueueReader reader in Array.FindAll(_queue.ReadersNow(), static reader => !reader.HasCursor))
            {
                long number;
                lock (_queue.Gate)
                {
                    number = Math.Min(reader.FirstNeeded(), log.Next);
                }
                if (!TryOpenCursor(log, reader, number))
                {
                    return false;
                }
            }
            return true;
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

    /// <summary>After a failure: looks whether the disk takes again what it should have.</summary>
    private void Retry()
    {
        if (TryOpen() && TryOpenCursors() && _queue.Store.StoreAll() && _queue.Store.SyncNow())
        {
            Succeed();
        }
    }
}
