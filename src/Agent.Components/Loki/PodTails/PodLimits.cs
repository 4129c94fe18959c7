namespace Agent.Components.Loki.PodTails;

/// <summary>Sizes and times of container logs.</summary>
internal static class PodLimits
{
    /// <summary>Longest line, in bytes; what is longer is cut here, and the rest of it left out and counted.</summary>
    public const int LongestLine = 1024 * 1024;

    /// <summary>Container runtimes cut longer lines into parts of this size.</summary>
    public const int PartSize = 16 * 1024;

    /// <summary>A timestamp and the space behind it, and some room.</summary>
    public const int LongestTimestamp = 64;

    /// <summary>Bytes read at once.</summary>
    public const int BufferSize = 32 * 1024;

    /// <summary>Tails of one component that hold a buffer at the same time: memory grows with this, not with the number of containers.</summary>
    public const int Buffers = 64;

    /// <summary>Requests about pods that are under way at the same time: thousands of tails start together.</summary>
    public const int Requests = 16;

    /// <summary>
    /// How far the time of a line may lie before that of an earlier line. Each output gets its times in order; between the two lies no more
    /// than the moment from when a line gets its time to when it is written.
    /// </summary>
    public const long LongestDisorder = NanosecondsPerSecond;

    public const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Lines that a tail remembers at most, to know them again; far more than are written within <see cref="LongestDisorder"/>.</summary>
    public const int RememberedLines = 256 * 1024;
}
