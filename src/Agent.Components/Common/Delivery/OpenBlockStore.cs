using System.Buffers;
using System.Buffers.Binary;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Storage;
using Agent.Storage.OpenBlocks;
using Agent.Storage.Queues;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Common.Delivery;

/// <summary>What a writer gathers for blocks, kept on disk until the blocks are in its queue; and what an earlier run left there.</summary>
internal sealed partial class OpenBlockStore : IDisposable
{
    private const string FolderName = "open";

    private readonly ComponentContext _context;
    private readonly IBlockFormat _format;
    private readonly Action _changed;
    private readonly OpenBlockFolder _folder;
    private readonly Counter _restored;
    private long _unreadable;

    /// <param name="context">The component's.</param>
    /// <param name="format">What kind of blocks it gathers.</param>
    /// <param name="files">Where it lies.</param>
    /// <param name="changed">Called when the disk fails or recovers.</param>
    public OpenBlockStore(ComponentContext context, IBlockFormat format, IFileSystem files, Action changed)
    {
        (_context, _format, _changed) = (context, format, changed);
        _folder = new OpenBlockFolder(files, Path.Combine(context.StoragePath, FolderName), context.Time, OnDiskChanged);
        _restored = context.Metrics.Counter(
            $"{format.MetricPrefix}open_blocks_restored_total", "Batches that an earlier run had begun and that were found at the start.");
        context.Metrics.ObservedCounter(
            $"{format.MetricPrefix}open_block_bytes_total", "Bytes that were written to disk of batches that were not full yet.", () => _folder.Bytes);
        context.Metrics.ObservedCounter(
            $"{format.MetricPrefix}open_block_errors_total", "Writes of batches that were not full yet that failed.", () => _folder.Errors);
        context.Metrics.ObservedCounter(
            $"{format.MetricPrefix}open_blocks_corrupt_total", "Batches that an earlier run had begun and that could not be read.",
            () => _folder.Damaged + Interlocked.Read(ref _unreadable));
        context.Metrics.ObservedGauge(
            $"{format.MetricPrefix}open_blocks_failing", "1 while batches that are not full yet cannot be kept on disk.", () => Fault is null ? 0 : 1);
    }

    /// <summary>Why the disk is not used; null where all is well.</summary>
    public string? Fault => _folder.Fault;

    /// <summary>A file for one block after the other of these endpoints, which must be open when it is used.</summary>
    public OpenBlockFile NewFile(DeliveryEndpoint[] endpoints) => _folder.NewFile(() => OwnerOf(endpoints));

    /// <summary>Notes that a block was handed to the queue of which a file holds at least a part.</summary>
    public void HandedOver(OpenBlockFile file, EncodedBlock block)
    {
        if (!file.HasContent)
        {
            return;
        }
        if (block.IsSafe)
        {
            file.BeginAnew();
            return;
        }
        string path = file.Leave();
        block.WhenSettled(() => _folder.Delete(path));
    }

    /// <summary>Hands what an earlier run had begun to the endpoints that it was for. Called once, before anything new comes.</summary>
    public void Restore(DeliveryEndpoint[] endpoints, DeliveryQueue queue)
    {
        int unwanted = 0;
        foreach (OpenBlock open in _folder.Load())
        {
            if (_format.RestoreOpen(open) is not { } block)
            {
                Interlocked.Increment(ref _unreadable);
                _folder.Delete(open.Path);
                continue;
            }
            ulong[] owners = OwnersOf(open.Owner.Span);
            DeliveryEndpoint[] takers = Array.FindAll(endpoints, endpoint => owners.Contains(endpoint.ReaderOf(block).Id));
            for (int missing = owners.Length - takers.Length; missing > 0; missing--)
            {
                CountUnwanted(block);
                unwanted++;
            }
            _restored.Increment();
            Hand(block, open.Path, takers, queue);
        }
        if (unwanted > 0)
        {
            LogUnwanted(_context.Logger, unwanted);
        }
    }

    public void Dispose() => _folder.Dispose();

    private void Hand(EncodedBlock block, string path, DeliveryEndpoint[] takers, DeliveryQueue queue)
    {
        if (takers.Length == 0)
        {
            block.Release();
            _folder.Delete(path);
            return;
        }
        queue.Add(block, Array.ConvertAll(takers, endpoint => endpoint.ReaderOf(block)));
        if (block.IsSafe)
        {
            _folder.Delete(path);
        }
        else
        {
            block.WhenSettled(() => _folder.Delete(path));
        }
    }

    private void CountUnwanted(EncodedBlock block)
    {
        var metadata = new ArrayBufferWriter<byte>();
        block.WriteMetadata(metadata);
        _format.CountOrphan(new LostBlock(QueueLoss.Removed, metadata.WrittenMemory, block.Length));
    }

    /// <summary>Who a block is for, as in the queue: by what stands for each endpoint there.</summary>
    private static byte[] OwnerOf(DeliveryEndpoint[] endpoints)
    {
        byte[] owner = new byte[endpoints.Length * sizeof(ulong)];
        for (int i = 0; i < endpoints.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(owner.AsSpan(i * sizeof(ulong)), endpoints[i].Readers[0].Id);
        }
        return owner;
    }

    private static ulong[] OwnersOf(ReadOnlySpan<byte> owner)
    {
        ulong[] owners = new ulong[owner.Length / sizeof(ulong)];
        for (int i = 0; i < owners.Length; i++)
        {
            owners[i] = BinaryPrimitives.ReadUInt64LittleEndian(owner[(i * sizeof(ulong))..]);
        }
        return owners;
    }

    private void OnDiskChanged(string? fault)
    {
        if (fault is null)
        {
            LogDiskBack(_context.Logger);
        }
        else
        {
            LogDiskFault(_context.Logger, fault);
        }
        _changed();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot keep on disk what is not sent yet: {Fault}; the end of the process would lose it")]
    private static partial void LogDiskFault(ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "what is not sent yet is on disk again")]
    private static partial void LogDiskBack(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped {Batches} batches that an earlier run had begun for endpoints that are no longer configured")]
    private static partial void LogUnwanted(ILogger logger, int batches);
}
