using System.Collections.Concurrent;
using Agent.Sdk;
using Agent.Storage.Queues;
using Agent.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Common.Delivery;

/// <summary>The writer's durable queue: which endpoint reads where, and what is counted.</summary>
internal sealed partial class DeliveryQueue : IQueueOwner, IAsyncDisposable
{
    private const string FolderName = "queue";

    private readonly ComponentContext _context;
    private readonly IBlockFormat _format;
    private readonly Action _changed;
    private readonly ConcurrentDictionary<QueueReader, DeliveryEndpoint> _endpoints = new();
    private readonly DurableQueue _blocks;
    private readonly DiskNews _diskNews;

    /// <param name="context">The component's.</param>
    /// <param name="format">What kind of blocks it holds.</param>
    /// <param name="disk">Size and age on disk.</param>
    /// <param name="changed">Called when the disk fails or recovers.</param>
    public DeliveryQueue(ComponentContext context, IBlockFormat format, DiskSettings disk, Action changed)
    {
        _diskNews = new DiskNews(context.Time, fault => LogDiskFault(context.Logger, fault), () => LogDiskBack(context.Logger));
        _context = context;
        _format = format;
        _changed = changed;
        _blocks = new DurableQueue(OptionsFor(disk), disk.Files, this, context.Time);
        context.Metrics.ObservedGauge(
            $"{format.MetricPrefix}queue_disk_bytes", "Bytes that the durable queue takes on disk.", () => _blocks.DiskBytes);
        context.Metrics.ObservedGauge(
            $"{format.MetricPrefix}queue_disk_capacity_bytes", "Most bytes that the durable queue may take on disk, 0 before it was needed.",
            () => _blocks.DiskCapacity);
        context.Metrics.ObservedGauge(
            $"{format.MetricPrefix}queue_disk_failing", "1 while the durable queue cannot use its disk.", () => _blocks.DiskFault is null ? 0 : 1);
        context.Metrics.ObservedCounter(
            $"{format.MetricPrefix}queue_stored_bytes_total", "Bytes of batches that were written to disk.", () => _blocks.Counts.StoredBytes);
        context.Metrics.ObservedCounter(
            $"{format.MetricPrefix}queue_corrupt_blocks_total", "Batches on disk that could not be read and were skipped.",
            () => _blocks.Counts.CorruptBlocks);
        context.Metrics.ObservedCounter(
            $"{format.MetricPrefix}queue_torn_tails_total", "Ends of the queue on disk that a crash left incomplete and that were cut.",
            () => _blocks.Counts.TornTails);
        context.Metrics.ObservedCounter(
            $"{format.MetricPrefix}queue_disk_errors_total", "Writes and syncs of the queue on disk that failed.", () => _blocks.Counts.DiskErrors);
    }

    /// <summary>Why the disk is not used, though it should be; null where all is well.</summary>
    public string? DiskFault => _blocks.DiskFault;

    public long DiskBytes => _blocks.DiskBytes;

    public void Apply(DiskSettings disk) => _blocks.Options = OptionsFor(disk);

    public QueueReader[] Open(DeliveryEndpoint endpoint)
    {
        QueueReader[] readers = [.. ReadersOf(endpoint).Select(_blocks.AddReader)];
        Register(endpoint, readers);
        return readers;
    }

    /// <summary>Gives an endpoint the readers of another one, with what waits in them.</summary>
    public QueueReader[] HandOver(QueueReader[] readers, DeliveryEndpoint to)
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

    public Task? TryAdd(EncodedBlock block, IReadOnlyList<QueueReader> readers) => _blocks.TryAdd(block, readers);

    public void Add(EncodedBlock block, IReadOnlyList<QueueReader> readers) => _blocks.Add(block, readers);

    /// <summary>Puts what waits on disk because an endpoint takes nothing, and wakes who waited for that endpoint.</summary>
    public void StoreAll() => _blocks.StoreAll();

    /// <summary>Whether as little as possible waits in memory, and the rest on disk.</summary>
    public void Tighten(bool isTight) => _blocks.Tighten(isTight);

    public void WakeProducers() => _blocks.WakeProducers();

    /// <summary>Puts what is not delivered on disk.</summary>
    public void Persist()
    {
        if (!_blocks.Persist())
        {
            LogNotPersisted(_context.Logger, _blocks.DiskFault ?? "the disk takes nothing");
        }
    }

    public QueuedBlock? Restore(in StoredBlock stored) => _format.Restore(stored);

    public void Dropped(QueueReader reader, QueueLoss loss, ReadOnlyMemory<byte> metadata, int bodyLength)
    {
        var lost = new LostBlock(loss, metadata, bodyLength);
        if (_endpoints.TryGetValue(reader, out DeliveryEndpoint? endpoint))
        {
            endpoint.CountLost(lost);
        }
        else
        {
            _format.CountOrphan(lost);
        }
    }

    public void DiskChanged(string? fault)
    {
        _diskNews.Changed(fault);
        _changed();
    }

    public async ValueTask DisposeAsync()
    {
        await _blocks.DisposeAsync();
        _diskNews.Dispose();
    }

    private static ReaderOptions[] ReadersOf(DeliveryEndpoint endpoint)
    {
        int shards = endpoint.Settings.Shards;
        return [.. Enumerable.Range(0, shards).Select(shard => new ReaderOptions(endpoint.Key, shard, shards, endpoint.Settings.Limits))];
    }

    private DurableQueueOptions OptionsFor(DiskSettings disk) => new()
    {
        Folder = Path.Combine(_context.StoragePath, FolderName),
        Log = new SegmentLogOptions { MaxBytes = disk.MaxBytes, MaxAge = disk.MaxAge },
        StoresAlways = disk.StoresAlways,
    };

    private void Register(DeliveryEndpoint endpoint, QueueReader[] readers) => Array.ForEach(readers, reader => _endpoints[reader] = endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot keep batches on disk: {Fault}; they wait in memory")]
    private static partial void LogDiskFault(ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "the disk takes batches again")]
    private static partial void LogDiskBack(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot keep on disk what was not delivered: {Fault}; sources that can will send it again")]
    private static partial void LogNotPersisted(ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped what waited on disk for {Endpoints} endpoints that are no longer configured")]
    private static partial void LogOrphans(ILogger logger, int endpoints);
}
