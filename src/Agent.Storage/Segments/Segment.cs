namespace Agent.Storage.Segments;

/// <summary>A segment as its log knows it. The writer moves <see cref="Length"/> and <see cref="End"/>; readers on other threads follow.</summary>
internal sealed class Segment(long first, string path)
{
    private long _length;
    private long _end;
    private volatile bool _sealed;
    private volatile bool _dropped;
    private volatile bool _durable;

    public const long UnknownTime = long.MinValue;

    public long First { get; } = first;

    public string Path { get; } = path;

    /// <summary>Bytes that hold whole blocks. What the file may have beyond is no block.</summary>
    public long Length
    {
        get => Volatile.Read(ref _length);
        set => Volatile.Write(ref _length, value);
    }

    /// <summary>One more than the highest number that can be in it.</summary>
    public long End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    /// <summary>No block will be appended any more: neither length nor end will change.</summary>
    public bool IsSealed
    {
        get => _sealed;
        set => _sealed = value;
    }

    /// <summary>The log does not have it any more.</summary>
    public bool IsDropped
    {
        get => _dropped;
        set => _dropped = value;
    }

    /// <summary>The writer's file: open while it appends, and until all of it is synced. Null for what was there when the log was opened.</summary>
    public IFile? File { get; set; }

    /// <summary>The header, to write it again if need be; known where <see cref="File"/> is.</summary>
    public byte[]? Header { get; set; }

    /// <summary>What the checksums of its blocks start with; known where <see cref="File"/> is.</summary>
    public uint Seed { get; set; }

    /// <summary>Checksum of all its bytes, from the first attempt to sync a segment that an earlier process wrote.</summary>
    public uint? FoundChecksum { get; set; }

    /// <summary>Bytes that were synced; less than the header where nothing was.</summary>
    public long SyncedLength { get; set; }

    /// <summary>It survives a power cut, maybe without its newest blocks: synced once, and the folder after it.</summary>
    public bool IsDurable
    {
        get => _durable;
        set => _durable = value;
    }

    /// <summary>A sync failed: what is beyond <see cref="SyncedLength"/> must be written again.</summary>
    public bool IsDoubtful { get; set; }

    /// <summary>When it was made, or <see cref="UnknownTime"/> until somebody reads the header.</summary>
    public long Created { get; set; } = UnknownTime;

    /// <summary>Time of the newest block, or <see cref="UnknownTime"/>.</summary>
    public long Newest { get; set; } = UnknownTime;
}
