using System.Collections.Concurrent;
using Agent.Sdk;
using Agent.Storage;
using Agent.Storage.Queues;
using Agent.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.Write;

/// <summary>The writer's durable queue: which endpoint reads where, and what is counted.</summary>
internal sealed partial class DeliveryQueue : IQueueOwner, IAsyncDisposable
{
    private const string FolderName = "queue";

    private readonly ComponentContext _context;
    private readonly Action _changed;
    private readonly ConcurrentDictionary<QueueReader, WriteEndpoint> _endpoints = new();
    private readonly DurableQueue _blocks;

    /// <param name="context">The component's.</param>
    /// <param name="wal">Size and age on disk.</param>
    /// <param name="changed">Called when the disk fails or recovers.</param>
    public DeliveryQueue(ComponentContext context, WalOptions wal, Action changed)
    {
        _context = context;
        _changed = changed;
        _blocks = new DurableQueue(OptionsFor(wal), new DiskFileSystem(), this, context.Time);
        context.Metrics.ObservedGauge(
            "loki_write_queue_disk_bytes", "Bytes that the durable queue takes on disk.", () => _blocks.DiskBytes);
        context.Metrics.ObservedGauge(
            "loki_write_queue_disk_capacity_bytes", "Most bytes that the durable queue may take on disk, 0 before it was needed.",
            () => _blocks.DiskCapacity);
        context.Metrics.ObservedGauge(
            "loki_write_queue_disk_failing", "1 while the durable queue cannot use its disk.", () => _blocks.DiskFault is null ? 0 : 1);
        context.Metrics.ObservedCounter(
            "loki_write_queue_stored_bytes_total", "Bytes of batches that were written to disk.", () => _blocks.Counts.StoredBytes);
        context.Metrics.ObservedCounter(
            "loki_write_queue_corrupt_blocks_total", "Batches on disk that could not be read and were skipped.",
            () => _blocks.Counts.CorruptBlocks);
        context.Metrics.ObservedCounter(
            "loki_write_queue_torn_tails_total", "Ends of the queue on disk that a crash left incomplete and that were cut.",
            () => _blocks.Counts.TornTails);
        context.Metrics.ObservedCounter(
            "loki_write_queue_disk_errors_total", "Writes and syncs of the queue on disk that failed.", () => _blocks.Counts.DiskErrors);
    }

    /// <summary>Why the disk is not used, though it should be; null where all is well.</summary>
    public string? DiskFault => _blocks.DiskFault;

    public long DiskBytes => _blocks.DiskBytes;

    public void Apply(WalOptions wal) => _blocks.Options = OptionsFor(wal);

    public QueueReader[] Open(WriteEndpoint endpoint)
    {
        QueueReader[] readers = [.. ReadersOf(endpoint).Select(_blocks.AddReader)];
        Register(endpoint, readers);
        return readers;
    }

    /// <summary>Gives an endpoint the readers of another one, with what waits in them.</summary>
    public QueueReader[] HandOver(QueueReader[] readers, WriteEndpoint to)
    {
        ReaderOptions[] options = ReadersOf(to);
        if (options.Length != readers.Length)
        {
            QueueReader[] old = readers;
            readers = _blocks.Reshard(old, options);
            Array.ForEach(old, reader => _endpoints.TryRemove(reader, out _));
        }
        foreach (QueueReader reader in readers)
        {
            reader.Limits = options[0].Limits;
            reader.IsStuck = false;
        }
        Register(to, readers);
        return readers;
    }

    /// <summary>Drops and counts what waits for an endpoint that goes.</summary>
    public void Remove(QueueReader[] readers)
    {
        foreach (QueueReader reader in readers)
        {
            _blocks.RemoveReader(reader);
            _endpoints.TryRemove(reader, out _);
        }
    }

    /// <summary>Counts and drops what an earlier run left for endpoints that are configured no more. Called once all endpoints have their readers.</summary>
    public void DropOrphans()
    {
        int endpoints = _blocks.DropOrphans();
        if (endpoints > 0)
        {
            LogOrphans(_context.Logger, endpoints);
        }
    }

    public Task? TryAdd(EncodedBatch batch, IReadOnlyList<QueueReader> readers) => _blocks.TryAdd(batch, readers);

    public void Add(EncodedBatch batch, IReadOnlyList<QueueReader> readers) => _blocks.Add(batch, readers);

    /// <summary>Puts what waits on disk because an endpoint takes nothing, and wakes who waited for that endpoint.</summary>
    public void StoreAll() => _blocks.StoreAll();

    public void WakeProducers() => _blocks.WakeProducers();

    /// <summary>Puts what is not delivered on disk.</summary>
    public void Persist()
    {
        if (!_blocks.Persist())
        {
            LogNotPersisted(_context.Logger, _blocks.DiskFault ?? "the disk takes nothing");
        }
    }

    public QueuedBlock? Restore(in StoredBlock stored) => StoredBatch.Read(stored.Metadata.Span) is { } contents
        ? new EncodedBatch(stored.Body, stored.Length, contents)
        : null;

    public void Dropped(QueueReader reader, QueueLoss loss, ReadOnlyMemory<byte> metadata, int bodyLength)
    {
        if (StoredBatch.Read(metadata.Span) is not { } contents)
        {
            return;
        }
        string reason = loss switch
        {
            QueueLoss.Full => DropReason.QueueIsFull,
            QueueLoss.Expired => DropReason.QueueExpired,
            _ => DropReason.EndpointRemoved,
        };
        if (_endpoints.TryGetValue(reader, out WriteEndpoint? endpoint))
        {
            endpoint.CountDropped(contents.Tenant, reason, contents.Entries, bodyLength);
        }
        else
        {
            new EndpointMetrics(_context.Metrics, "").Of(contents.Tenant).Drop(reason, contents.Entries, bodyLength);
        }
    }

    public void DiskChanged(string? fault)
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

    public ValueTask DisposeAsync() => _blocks.DisposeAsync();

    private static ReaderOptions[] ReadersOf(WriteEndpoint endpoint)
    {
        QueueOptions queue = endpoint.Options.QueueConfig;
        int shards = endpoint.Options.Batching.Shards;
        var limits = new ReaderLimits(queue.Capacity.Bytes, queue.BlockOnOverflow);
        return [.. Enumerable.Range(0, shards).Select(shard => new ReaderOptions(endpoint.Key, shard, shards, limits))];
    }

    private DurableQueueOptions OptionsFor(WalOptions wal) => new()
    {
        Folder = Path.Combine(_context.StoragePath, FolderName),
        Log = new SegmentLogOptions { MaxBytes = wal.MaxSize.Bytes, MaxAge = wal.MaxSegmentAge ?? TimeSpan.Zero },
        StoresAlways = wal.Enabled,
    };

    private void Register(WriteEndpoint endpoint, QueueReader[] readers) => Array.ForEach(readers, reader => _endpoints[reader] = endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot keep batches on disk: {Fault}; they wait in memory")]
    private static partial void LogDiskFault(ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "the disk takes batches again")]
    private static partial void LogDiskBack(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot keep on disk what was not delivered: {Fault}; sources that can will send it again")]
    private static partial void LogNotPersisted(ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped what waited on disk for {Endpoints} endpoints that are no longer configured")]
    private static partial void LogOrphans(ILogger logger, int endpoints);
}
