namespace Agent.Storage.Queues;

/// <summary>Why a reader will never see a block.</summary>
public enum QueueLoss
{
    /// <summary>Memory and disk were full.</summary>
    Full,

    /// <summary>It waited on disk for longer than it may.</summary>
    Expired,

    /// <summary>The reader was removed.</summary>
    Removed,
}

/// <summary>What a <see cref="DurableQueue"/> asks of whoever fills it. Called on any thread, never while the queue holds a lock.</summary>
public interface IQueueOwner
{
    /// <summary>Makes a block of what was stored; null where its metadata cannot be read, which is then counted as corrupt.</summary>
    QueuedBlock? Restore(in StoredBlock stored);

    /// <summary>A reader will never see a block. It is for the owner to count.</summary>
    /// <param name="reader">Who misses it.</param>
    /// <param name="loss">Why.</param>
    /// <param name="metadata">What <see cref="QueuedBlock.WriteMetadata"/> wrote.</param>
    /// <param name="bodyLength">Bytes of the body.</param>
    void Dropped(QueueReader reader, QueueLoss loss, ReadOnlyMemory<byte> metadata, int bodyLength);

    /// <summary>The disk cannot be used, or can be used again (null).</summary>
    void DiskChanged(string? fault);
}
