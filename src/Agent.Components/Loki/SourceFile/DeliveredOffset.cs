using Agent.Storage;

namespace Agent.Components.Loki.SourceFile;

/// <summary>
/// How far one file was delivered: the end of the last batch before which all are settled. Batches settle in any order, on any thread.
/// </summary>
internal sealed class DeliveredOffset(FileIdentity identity, string path, long start)
{
    private readonly Lock _gate = new();
    private readonly Queue<BatchReceipt> _outstanding = [];
    private readonly Stack<BatchReceipt> _free = [];
    private FileFingerprint _fingerprint;
    private long _offset = start;
    private long _readEnd = start;
    private volatile bool _closed;
    private volatile bool _held;

    public FileIdentity Identity { get; } = identity;

    public string Path { get; } = path;

    /// <summary>Set by the tail as the file grows; read when positions are saved.</summary>
    public FileFingerprint Fingerprint
    {
        get
        {
            lock (_gate)
            {
                return _fingerprint;
            }
        }
        set
        {
            lock (_gate)
            {
                _fingerprint = value;
            }
        }
    }

    /// <summary>The labels of the target as text; changes when the target's do.</summary>
    public required string Labels { get; set; }

    /// <summary>Called, outside of any lock, when the offset has moved.</summary>
    public required Action Moved { get; init; }

    /// <summary>
    /// True while files that were rotated away before this one are still looked for: saved before them, it would tell the next start that
    /// they are of a time before the agent.
    /// </summary>
    public bool IsHeld
    {
        get => _held;
        set => _held = value;
    }

    /// <summary>The labels under which the position was saved last.</summary>
    public string? SavedLabels { get; set; }

    /// <summary>True once the final offset is in the store.</summary>
    public bool IsSaved { get; set; }

    public long Offset => Volatile.Read(ref _offset);

    /// <summary>Where the last batch ends that was handed on, delivered or not.</summary>
    public long ReadEnd => Volatile.Read(ref _readEnd);

    /// <summary>True while nothing is handed on that is not settled.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_gate)
            {
                return _outstanding.Count == 0;
            }
        }
    }

    public bool IsClosed => _closed;

    /// <summary>True once the file was truncated: what is delivered of its old content says nothing about its new one.</summary>
    public bool IsSuperseded { get; set; }

    /// <summary>True once the file is closed and nothing of it is under way: its offset is final.</summary>
    public bool IsFinal
    {
        get
        {
            lock (_gate)
            {
                return _closed && _outstanding.Count == 0;
            }
        }
    }

    /// <summary>Nothing more will be read.</summary>
    public void Close() => _closed = true;

    /// <summary>More is read after all.</summary>
    public void Reopen() => (_closed, IsSaved) = (false, false);

    /// <summary>A receipt for a batch after which the file goes on at <paramref name="end"/>.</summary>
    public BatchReceipt Begin(long end)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out BatchReceipt? receipt))
            {
                receipt = new BatchReceipt(this);
            }
            receipt.Reset(end);
            _outstanding.Enqueue(receipt);
            Last = receipt;
            Volatile.Write(ref _readEnd, end);
            return receipt;
        }
    }

    /// <summary>Moves over bytes that hold nothing to deliver: counted once what was read before them is settled.</summary>
    public void Advance(long end)
    {
        lock (_gate)
        {
            Volatile.Write(ref _readEnd, end);
            if (_outstanding.Count > 0)
            {
                Last!.End = end;
            }
            else
            {
                Volatile.Write(ref _offset, end);
            }
        }
    }

    public void Settled(BatchReceipt receipt)
    {
        bool hasMoved;
        lock (_gate)
        {
            receipt.IsSettled = true;
            hasMoved = _outstanding.TryPeek(out BatchReceipt? oldest) && oldest.IsSettled;
            while (_outstanding.TryPeek(out BatchReceipt? first) && first.IsSettled)
            {
                _outstanding.Dequeue();
                Volatile.Write(ref _offset, first.End);
                _free.Push(first);
            }
        }
        if (hasMoved)
        {
            Moved();
        }
    }

    private BatchReceipt? Last { get; set; }
}
