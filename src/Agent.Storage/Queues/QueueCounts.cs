namespace Agent.Storage.Queues;

/// <summary>What a queue's disk has seen since the start.</summary>
/// <param name="StoredBlocks">Blocks that were written to the log.</param>
/// <param name="StoredBytes">Bytes that were written to the log.</param>
/// <param name="CorruptBlocks">Blocks that were skipped because they could not be read.</param>
/// <param name="TornTails">Ends of the log that a crash left incomplete and that were cut.</param>
/// <param name="DiskErrors">Writes and syncs that failed.</param>
public readonly record struct QueueCounts(long StoredBlocks, long StoredBytes, long CorruptBlocks, long TornTails, long DiskErrors);
