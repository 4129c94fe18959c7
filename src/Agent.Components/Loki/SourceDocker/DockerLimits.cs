namespace Agent.Components.Loki.SourceDocker;

/// <summary>Sizes of Docker's log streams.</summary>
internal static class DockerLimits
{
    /// <summary>Docker cuts longer lines into parts of this size, each a message of its own.</summary>
    public const int PartSize = 16 * 1024;

    /// <summary>Longest line, in bytes; what is longer is cut here, and the rest of it left out and counted.</summary>
    public const int LongestLine = 1024 * 1024;

    /// <summary>A frame says how long it is; more than this is no length but a stream that was misread.</summary>
    public const int LongestFrame = 16 * 1024 * 1024;

    /// <summary>A timestamp and the space behind it: 2006-01-02T15:04:05.999999999+07:00, and some room.</summary>
    public const int LongestTimestamp = 64;

    /// <summary>Bytes read at once from one container.</summary>
    public const int BufferSize = 32 * 1024;
}
