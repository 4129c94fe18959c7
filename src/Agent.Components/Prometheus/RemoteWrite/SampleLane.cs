using Agent.Components.Common.Delivery;
using Agent.Storage.Queues;
using Agent.Telemetry.Metrics;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Batches samples for the endpoints that agree about what is sent and how. Not thread safe: used under the writer's gate.</summary>
/// <remarks>A batch's items are numbered through: samples, then histograms, then exemplars. Metadata goes by itself.</remarks>
internal sealed class SampleLane : IDeliveryLane<MetricBatch>
{
    /// <summary>A block of outsize labels ends early, so that its memory is bounded by more than the number of samples.</summary>
    private const int LargestRequest = 8 << 20;

    private readonly DeliveryQueue _queue;
    private readonly TimeProvider _time;
    private readonly BlockCompressor _compressor = new();
    private readonly Queue<SampleBlock> _outbox = new();
    private readonly LaneSlot[] _slots;
    private readonly MetadataLane? _metadata;
    private DateTimeOffset? _due;

    public SampleLane(LaneSettings settings, RemoteEndpoint[] endpoints, DeliveryServices services)
    {
        (Settings, Endpoints) = (settings, endpoints);
        (_queue, _time) = (services.Queue, services.Context.Time);
        Series = new SeriesMap(settings, _time);
        SlotFile? FileOf(int shard) => services.OpenBlocks is { } open ? new SlotFile(open, endpoints, settings.Version, shard) : null;
        _slots = [.. Enumerable.Range(0, settings.Batching.Shards).Select(shard => new LaneSlot(settings.Version, shard, FileOf(shard)))];
        _metadata = settings.Version == WriteVersion.V1 && settings.Content.Metadata.Send ? new MetadataLane(settings) : null;
    }

    public LaneSettings Settings { get; }

    public RemoteEndpoint[] Endpoints { get; }

    public SeriesMap Series { get; }

    public DateTimeOffset? Due => _metadata?.Due is { } metadata && (_due is null || metadata < _due) ? metadata : _due;

    public Task? Append(MetricBatch batch, ref int position)
    {
        if (PushOutbox() is { } blocked)
        {
            return blocked;
        }
        DateTimeOffset now = _time.GetUtcNow();
        if (position == 0)
        {
            Series.Sweep();
            _metadata?.Note(batch, now);
        }
        int histograms = batch.Count;
        int exemplars = histograms + batch.Histograms.Length;
        int end = exemplars + batch.Exemplars.Length;
        Task? full = (position < histograms ? AddSamples(batch, ref position, now) : null)
            ?? (position >= histograms && position < exemplars ? AddHistograms(batch, ref position, now) : null)
            ?? (position >= exemplars && position < end ? AddExemplars(batch, ref position, now) : null);
        if (full is null)
        {
            // Once this call returns, the batch's source takes it for safe.
            foreach (LaneSlot slot in _slots)
            {
                slot.Keep(_compressor);
            }
        }
        return full;
    }

    public Task? FlushDue(bool isShort)
    {
        if (PushOutbox() is { } blocked)
        {
            return blocked;
        }
        DateTimeOffset now = _time.GetUtcNow();
        _due = null;
        foreach (LaneSlot slot in _slots)
        {
            if (!slot.IsOpen)
            {
                continue;
            }
            DateTimeOffset end = slot.Opened + Settings.Batching.Wait;
            if (isShort || end <= now)
            {
                Seal(slot);
            }
            else if (_due is null || end < _due)
            {
                _due = end;
            }
        }
        _metadata?.FlushDue(now, _compressor, _outbox);
        return PushOutbox();
    }

    public void FlushAll()
    {
        foreach (LaneSlot slot in _slots)
        {
            if (slot.IsOpen)
            {
                Seal(slot);
            }
        }
        _due = null;
        while (_outbox.TryDequeue(out SampleBlock? block))
        {
            _queue.Add(block, Array.ConvertAll(Endpoints, endpoint => endpoint.ReaderOf(block)));
            HandedOver(block);
        }
    }

    public void Dispose()
    {
        Array.ForEach(_slots, static slot => slot.Dispose());
        _metadata?.Dispose();
        _compressor.Dispose();
    }

    private Task? AddSamples(MetricBatch batch, ref int position, DateTimeOffset now)
    {
        ReadOnlySpan<MetricSeries> series = batch.Series;
        ReadOnlySpan<long> timestamps = batch.Timestamps;
        ReadOnlySpan<double> values = batch.Values;
        ReadOnlySpan<long> starts = batch.StartTimestamps;
        long oldest = OldestFrom(now);
        var dropped = new Drops();
        Task? blocked = null;
        while (position < series.Length && blocked is null)
        {
            int at = position++;
            if (SlotFor(series[at], timestamps[at], oldest, ref dropped, out MetricSeries? mapped) is { } slot)
            {
                Open(slot, now);
                slot.AddSample(mapped!, values[at], timestamps[at], starts.IsEmpty ? 0 : starts[at]);
                slot.Note(batch.Receipt);
                blocked = SealIfFull(slot);
            }
        }
        Count(dropped, ItemKind.Samples);
        return blocked;
    }

    private Task? AddHistograms(MetricBatch batch, ref int position, DateTimeOffset now)
    {
        ReadOnlySpan<HistogramSample> histograms = batch.Histograms;
        int end = batch.Count + histograms.Length;
        if (!Settings.Content.Histograms)
        {
            position = end;
            return null;
        }
        long oldest = OldestFrom(now);
        var dropped = new Drops();
        Task? blocked = null;
        while (position < end && blocked is null)
        {
            int at = position++ - batch.Count;
            HistogramSample sample = histograms[at];
            if (SlotFor(sample.Series, sample.Timestamp, oldest, ref dropped, out MetricSeries? mapped) is { } slot)
            {
                Open(slot, now);
                slot.AddHistogram(mapped!, batch.HistogramAt(at), new HistogramTimes(sample.Timestamp, sample.StartTimestamp));
                slot.Note(batch.Receipt);
                blocked = SealIfFull(slot);
            }
        }
        Count(dropped, ItemKind.Histograms);
        return blocked;
    }

    private Task? AddExemplars(MetricBatch batch, ref int position, DateTimeOffset now)
    {
        ReadOnlySpan<MetricExemplar> exemplars = batch.Exemplars;
        int first = batch.Count + batch.Histograms.Length;
        int end = first + exemplars.Length;
        if (!Settings.Content.Exemplars)
        {
            position = end;
            return null;
        }
        long oldest = OldestFrom(now);
        var dropped = new Drops();
        Task? blocked = null;
        while (position < end && blocked is null)
        {
            MetricExemplar exemplar = exemplars[position++ - first];
            if (SlotFor(exemplar.Series, exemplar.Timestamp, oldest, ref dropped, out MetricSeries? mapped) is { } slot)
            {
                Open(slot, now);
                slot.AddExemplar(exemplar with { Series = mapped! });
                slot.Note(batch.Receipt);
                blocked = SealIfFull(slot);
            }
        }
        Count(dropped, ItemKind.Exemplars);
        return blocked;
    }

    /// <summary>Null where the item is dropped, which is counted.</summary>
    private LaneSlot? SlotFor(MetricSeries source, long timestamp, long oldest, ref Drops dropped, out MetricSeries? mapped)
    {
        mapped = Series.Resolve(source, out int shard);
        if (mapped is null)
        {
            dropped.Series++;
            return null;
        }
        if (timestamp < oldest)
        {
            dropped.TooOld++;
            return null;
        }
        if (Settings.Version == WriteVersion.V2 && !ReferenceEquals(mapped, source) && Settings.Content.Metadata.Send)
        {
            mapped.Metadata = source.Metadata;
        }
        return _slots[shard];
    }

    private void Count(Drops dropped, ItemKind kind)
    {
        if (dropped.Series + dropped.TooOld > 0)
        {
            foreach (RemoteEndpoint endpoint in Endpoints)
            {
                endpoint.Metrics.Of(kind).Drop(DropReason.DroppedSeries, dropped.Series);
                endpoint.Metrics.Of(kind).Drop(DropReason.TooOld, dropped.TooOld);
            }
        }
    }

    /// <summary>The first timestamp that is not too old, in milliseconds.</summary>
    private long OldestFrom(DateTimeOffset now) => Settings.Content.AgeLimit > TimeSpan.Zero
        ? (now - Settings.Content.AgeLimit).ToUnixTimeMilliseconds()
        : long.MinValue;

    private void Open(LaneSlot slot, DateTimeOffset now)
    {
        if (!slot.IsOpen)
        {
            slot.Opened = now;
            _due ??= now + Settings.Batching.Wait;
        }
    }

    private Task? SealIfFull(LaneSlot slot)
    {
        if (slot.Count < Settings.Batching.Samples && slot.EncodedSize < LargestRequest)
        {
            return null;
        }
        Seal(slot);
        return PushOutbox();
    }

    private void Seal(LaneSlot slot) => _outbox.Enqueue(slot.Seal(_compressor));

    /// <summary>Hands sealed blocks to the queue in order; returns a task to wait for where it has no room.</summary>
    private Task? PushOutbox()
    {
        while (_outbox.TryPeek(out SampleBlock? block))
        {
            if (TryAdd(block) is { } room)
            {
                Array.ForEach(Endpoints, static endpoint => endpoint.Metrics.EnqueueRetries.Increment());
                return room;
            }
            _outbox.Dequeue();
        }
        return null;
    }

    private Task? TryAdd(SampleBlock block)
    {
        if (!block.IsMetadata)
        {
            Task? room = _queue.TryAdd(block, Array.ConvertAll(Endpoints, endpoint => endpoint.ReaderOf(block)));
            if (room is null)
            {
                HandedOver(block);
            }
            return room;
        }
        // It comes again in a minute: no room is spent on it where an endpoint lags.
        QueueReader[] readers = [.. Endpoints.Select(endpoint => endpoint.ReaderOf(block)).Where(static reader => !reader.IsStuck && !reader.HasBacklog)];
        if (readers.Length > 0)
        {
            return _queue.TryAdd(block, readers);
        }
        block.Release();
        return null;
    }

    private void HandedOver(SampleBlock block)
    {
        Array.ForEach(Endpoints, endpoint => endpoint.Metrics.AddPending(block.Contents.Items));
        if (!block.IsMetadata)
        {
            _slots[block.Shard].HandedOver(block);
        }
    }

    private struct Drops
    {
        public int Series;
        public int TooOld;
    }
}
