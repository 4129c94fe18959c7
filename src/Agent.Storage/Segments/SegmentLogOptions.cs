namespace Agent.Storage.Segments;

/// <summary>Limits of a <see cref="SegmentLog"/>.</summary>
public sealed record SegmentLogOptions
{
    /// <summary>Size at which a new segment is begun; at most a quarter of <see cref="MaxBytes"/> is used, whatever is said here.</summary>
    public long SegmentBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Most bytes on disk. 0 means 1 GiB or 10 % of the volume, whichever is less; it is looked up again with each new segment, and falls
    /// when the volume shrinks.
    /// </summary>
    public long MaxBytes { get; init; }

    /// <summary>Age at which <see cref="SegmentLog.DropExpired"/> drops segments; zero means never.</summary>
    public TimeSpan MaxAge { get; init; }
}
