using Agent.Storage.Segments;

namespace Agent.Storage.Queues;

/// <summary>What a queue is made of.</summary>
public sealed record DurableQueueOptions
{
    /// <summary>Most bytes of blocks in memory for each reader, as long as the disk takes what is beyond.</summary>
    public const int Window = 4 << 20;

    /// <summary>As <see cref="Window"/>, for a reader that lags.</summary>
    public const int LaggingWindow = 256 << 10;

    /// <summary>Where the log is kept; made when it is first needed.</summary>
    public required string Folder { get; init; }

    /// <summary>Size and age of the log.</summary>
    public SegmentLogOptions Log { get; init; } = new();

    /// <summary>Off in tests that decide themselves when the log is synced.</summary>
    internal bool SyncsByItself { get; init; } = true;

    /// <summary>Whether every block goes to disk before anything else; else only what a reader lags behind with.</summary>
    public bool StoresAlways { get; init; }
}

/// <summary>One reader: a shard of an endpoint.</summary>
/// <param name="Endpoint">What makes the endpoint the same one after a restart.</param>
/// <param name="Shard">From 0.</param>
/// <param name="Shards">How many readers the endpoint has.</param>
/// <param name="Limits">How much may wait for it in memory.</param>
public sealed record ReaderOptions(string Endpoint, int Shard, int Shards, ReaderLimits Limits);

/// <param name="Capacity">Most bytes in memory where the disk takes nothing.</param>
/// <param name="Waits">Whether sources that can replay wait when there is no room left; else the oldest is dropped.</param>
public sealed record ReaderLimits(long Capacity, bool Waits)
{
    internal long Window => Math.Min(Capacity, DurableQueueOptions.Window);

    /// <summary>What is on disk anyway need not be in memory as well.</summary>
    internal long LaggingWindow => Math.Min(Capacity, DurableQueueOptions.LaggingWindow);
}
