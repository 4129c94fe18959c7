using Agent.Sdk;
using Agent.Storage;
using Agent.Storage.OpenBlocks;
using Agent.Storage.Queues;

namespace Agent.Components.Common.Delivery;

/// <summary>What the endpoints of a writer share.</summary>
/// <param name="Context">The component's.</param>
/// <param name="Queue">Where blocks wait.</param>
/// <param name="Events">What the writer hears of its endpoints.</param>
/// <param name="OpenBlocks">Keeps what is gathered for blocks; null where sources are asked to send that again.</param>
internal sealed record DeliveryServices(ComponentContext Context, DeliveryQueue Queue, DeliveryEvents Events, OpenBlockStore? OpenBlocks);

/// <summary>What a writer hears of its endpoints; called on any thread.</summary>
/// <param name="StateChanged">An endpoint fell ill or recovered.</param>
/// <param name="FormChanged">An endpoint wants its blocks in another form from now on: lanes are to be made anew.</param>
/// <param name="Failed">An exception that nobody expected; the endpoint then sends no more until it is started again.</param>
internal sealed record DeliveryEvents(Action StateChanged, Action FormChanged, Action<Exception> Failed);

/// <summary>What a family of blocks is called, and how it is kept.</summary>
internal interface IBlockFormat
{
    /// <summary>What the names of the queue's self-metrics begin with, such as <c>loki_write_</c>.</summary>
    string MetricPrefix { get; }

    /// <summary>Whether what is gathered for a block outlives the process. Else its sources are to send it again.</summary>
    bool KeepsOpenBlocks => false;

    /// <summary>Makes a block of what was stored; null where its metadata cannot be read.</summary>
    EncodedBlock? Restore(in StoredBlock stored);

    /// <summary>Makes a block of what was gathered when a process ended; null where that cannot be read.</summary>
    EncodedBlock? RestoreOpen(OpenBlock open) => null;

    /// <summary>Counts a block that was lost and whose endpoint is configured no more.</summary>
    void CountOrphan(in LostBlock lost);
}

/// <summary>A block that an endpoint will never see.</summary>
/// <param name="Loss">Why.</param>
/// <param name="Metadata">What <see cref="QueuedBlock.WriteMetadata"/> wrote.</param>
/// <param name="BodyLength">Bytes of the body.</param>
internal readonly record struct LostBlock(QueueLoss Loss, ReadOnlyMemory<byte> Metadata, int BodyLength);

/// <summary>The part of a writer's queue that is on disk.</summary>
/// <param name="MaxBytes">Most bytes; 0 leaves it to the log.</param>
/// <param name="MaxAge">Longest life of what waits there; zero sets no limit.</param>
/// <param name="StoresAlways">Whether every block goes to disk before it is sent.</param>
internal sealed record DiskSettings(long MaxBytes, TimeSpan MaxAge, bool StoresAlways)
{
    public IFileSystem Files { get; init; } = new DiskFileSystem();
}
