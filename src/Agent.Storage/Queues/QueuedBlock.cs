using System.Buffers;

namespace Agent.Storage.Queues;

/// <summary>An encoded piece of telemetry on its way to one or more readers of a <see cref="DurableQueue"/>; encoded once, stored once.</summary>
/// <remarks>All internal state is guarded by the queue's gate.</remarks>
public abstract class QueuedBlock
{
    private const long NotStored = -1;

    /// <summary>Which readers of a sharded endpoint it is for: reader <c>Shard % Shards</c>.</summary>
    public abstract int Shard { get; }

    /// <summary>Whether its sources send it again where it is lost, and can therefore wait.</summary>
    public abstract bool CanReplay { get; }

    /// <summary>Bytes of memory that it holds.</summary>
    public abstract int Footprint { get; }

    /// <summary>What is sent; stored as it is.</summary>
    public abstract ReadOnlyMemory<byte> Body { get; }

    internal long Number { get; set; } = NotStored;

    /// <summary>Whether it is on disk too, or was read from there.</summary>
    public bool IsStored => Number != NotStored;

    /// <summary>Readers that have neither delivered it nor given it up.</summary>
    internal List<QueueReader> Pending { get; } = [];

    /// <summary>How many still need the body in memory.</summary>
    internal int Holders { get; set; }

    internal bool IsSettled { get; set; }

    /// <summary>Its place among the blocks that are in memory only.</summary>
    internal LinkedListNode<QueuedBlock>? Unstored { get; set; }

    /// <summary>Writes what is needed beside the body to make it again after a restart.</summary>
    public abstract void WriteMetadata(IBufferWriter<byte> destination);

    /// <summary>Called once: every reader has finished with it, or it is safe on disk. Must be quick and must not throw.</summary>
    protected internal abstract void OnSettled();

    /// <summary>Called once: the queue needs the body in memory no more.</summary>
    protected internal abstract void OnReleased();
}

/// <summary>A block as it was stored.</summary>
/// <param name="Shard">As <see cref="QueuedBlock.Shard"/>.</param>
/// <param name="CanReplay">As <see cref="QueuedBlock.CanReplay"/> was; by now its sources have moved on.</param>
/// <param name="Metadata">What <see cref="QueuedBlock.WriteMetadata"/> wrote; valid during the call only.</param>
/// <param name="Body">Rented from the shared pool; who gets it gives it back.</param>
/// <param name="Length">Bytes of the body.</param>
public readonly record struct StoredBlock(int Shard, bool CanReplay, ReadOnlyMemory<byte> Metadata, byte[] Body, int Length);
