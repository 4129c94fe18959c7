using Agent.Components.Common.Delivery;
using Agent.Storage.Queues;
using Agent.Telemetry.Logs;
using Agent.Telemetry;
using Agent.Wire.LokiPush;

namespace Agent.Components.Loki.Write;

/// <summary>Batches entries for the endpoints that agree about batching. Not thread safe: used under the writer's gate.</summary>
internal sealed class BatchLane : IDeliveryLane<LogBatch>
{
    private const int KeptBuilders = 2;

    private readonly Dictionary<(string Tenant, int Shard), BatchSlot> _slots = [];
    private readonly Stack<LokiPushBatch> _builders = new();
    private readonly Queue<EncodedBatch> _outbox = new();
    private readonly DeliveryQueue _queue;
    private readonly BlockCompressor _compressor = new();
    private readonly StreamTable _streams;
    private readonly LongLine _longLine;
    private readonly int _longestLine;
    private readonly bool _dropsLongLines;
    private readonly TimeProvider _time;

    public BatchLane(BatchSettings batching, StreamSettings streams, WriteEndpoint[] endpoints, DeliveryServices services)
    {
        (Batching, Streams, Endpoints) = (batching, streams, endpoints);
        (_queue, _time) = (services.Queue, services.Context.Time);
        _streams = new StreamTable(streams, SlotOf, batching.Shards);
        _longLine = new LongLine(streams.Limits);
        _longestLine = streams.Limits.LongestLine;
        _dropsLongLines = streams.Limits.MaxLineSizeAction == LineSizeAction.Drop;
    }

    public BatchSettings Batching { get; }

    public StreamSettings Streams { get; }

    public WriteEndpoint[] Endpoints { get; }

    public DateTimeOffset? Due { get; private set; }

    public Task? Append(LogBatch batch, ref int position)
    {
        if (PushOutbox() is { } blocked)
        {
            return blocked;
        }
        DateTimeOffset now = _time.GetUtcNow();
        ReadOnlySpan<LogEntry> entries = batch.Entries;
        long oldest = OldestFrom(now);
        BatchSlot? noted = null;
        int added = 0;
        while (position < entries.Length)
        {
            ref readonly LogEntry entry = ref entries[position];
            LabelStream stream = _streams.Resolve(entry.Labels);
            BatchSlot slot = stream.Slot;
            int size = BatchSlot.SizeOf(entry);
            if (RefusalOf(stream, entry, oldest) is { } refusal)
            {
                DropEntry(slot.Tenant, refusal, size);
                position++;
                continue;
            }
            bool full = slot.IsFullFor(size, Batching.Size);
            if (full || slot != noted)
            {
                Note(noted, batch.Receipt, now, ref added);
                noted = slot;
            }
            if (full)
            {
                Seal(slot);
                if (PushOutbox() is { } waiting)
                {
                    return waiting;
                }
            }
            position++;
            if (IsOneStreamTooMany(stream))
            {
                DropEntry(slot.Tenant, DropReason.StreamLimited, size);
                continue;
            }
            Open(slot, now);
            added += Add(stream, entry, size);
        }
        Note(noted, batch.Receipt, now, ref added);
        return null;
    }

    public Task? FlushDue(bool isShort)
    {
        if (PushOutbox() is { } blocked)
        {
            return blocked;
        }
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset? due = null;
        foreach (BatchSlot slot in _slots.Values)
        {
            if (!slot.IsOpen)
            {
                continue;
            }
            DateTimeOffset end = slot.Opened + Batching.Wait;
            if (isShort || end <= now)
            {
                Seal(slot);
            }
            else if (due is null || end < due)
            {
                due = end;
            }
        }
        Due = due;
        return PushOutbox();
    }

    public void FlushAll()
    {
        foreach (BatchSlot slot in _slots.Values)
        {
            if (slot.IsOpen)
            {
                Seal(slot);
            }
        }
        Due = null;
        while (_outbox.TryDequeue(out EncodedBatch? batch))
        {
            _queue.Add(batch, ReadersOf(batch));
        }
    }

    public void Dispose()
    {
        foreach (LokiPushBatch builder in _builders)
        {
            builder.Dispose();
        }
        _builders.Clear();
        _compressor.Dispose();
        _longLine.Dispose();
    }

    private static void Note(BatchSlot? slot, Receipt? receipt, DateTimeOffset now, ref int added)
    {
        if (added > 0)
        {
            slot!.Note(receipt, now, added);
            added = 0;
        }
    }

    private bool IsOneStreamTooMany(LabelStream stream) =>
        Streams.MaxStreams > 0 && stream.Slot.IsOpen && !stream.IsInOpenBatch && stream.Slot.StreamCount >= Streams.MaxStreams;

    /// <summary>The first timestamp that is not too old, in nanoseconds.</summary>
    private long OldestFrom(DateTimeOffset now) => Streams.Limits.MaxEntryAge > TimeSpan.Zero
        ? (now - DateTimeOffset.UnixEpoch - Streams.Limits.MaxEntryAge).Ticks * TimeSpan.NanosecondsPerTick
        : long.MinValue;

    private string? RefusalOf(LabelStream stream, in LogEntry entry, long oldest)
    {
        if (stream.Refusal is { } labels)
        {
            return labels;
        }
        if (entry.Line.Length > _longestLine && _dropsLongLines)
        {
            return DropReason.LineTooLong;
        }
        return entry.Timestamp < oldest ? DropReason.TooOld : null;
    }

    /// <summary>Adds the entry, cut where it is too long, and returns how many it became. The pieces of one line share a batch.</summary>
    private int Add(LabelStream stream, in LogEntry entry, int size)
    {
        if (entry.Line.Length <= _longestLine)
        {
            stream.Slot.Add(stream, entry, size);
            return 1;
        }
        if (Streams.Limits.MaxLineSizeAction == LineSizeAction.Truncate)
        {
            LogEntry cut = _longLine.Truncate(entry);
            stream.Slot.Add(stream, cut, BatchSlot.SizeOf(cut));
            return 1;
        }
        LogEntry rest = entry;
        int pieces = 0;
        for (; !rest.Line.IsEmpty; pieces++)
        {
            LogEntry piece = _longLine.TakePiece(ref rest);
            stream.Slot.Add(stream, piece, BatchSlot.SizeOf(piece));
        }
        return pieces;
    }

    private void DropEntry(string tenant, string reason, int size)
    {
        foreach (WriteEndpoint endpoint in Endpoints)
        {
            endpoint.CountDropped(tenant, reason, 1, size);
        }
    }

    private void Open(BatchSlot slot, DateTimeOffset now)
    {
        if (slot.IsOpen)
        {
            return;
        }
        if (!_builders.TryPop(out LokiPushBatch? builder))
        {
            builder = new LokiPushBatch((int)Math.Min(LokiPushBatch.DefaultRetained, Batching.Size * 3));
        }
        slot.Open(builder, now);
        Due ??= now + Batching.Wait;
    }

    private void Seal(BatchSlot slot)
    {
        (EncodedBatch batch, LokiPushBatch used) = slot.Seal(_compressor);
        used.Reset();
        if (_builders.Count < KeptBuilders)
        {
            _builders.Push(used);
        }
        else
        {
            used.Dispose();
        }
        _outbox.Enqueue(batch);
    }

    /// <summary>Hands sealed batches to the queue in order; returns a task to wait for where it has no room.</summary>
    private Task? PushOutbox()
    {
        while (_outbox.TryPeek(out EncodedBatch? batch))
        {
            if (_queue.TryAdd(batch, ReadersOf(batch)) is { } room)
            {
                return room;
            }
            _outbox.Dequeue();
        }
        return null;
    }

    private QueueReader[] ReadersOf(EncodedBatch batch) => Array.ConvertAll(Endpoints, endpoint => endpoint.ReaderOf(batch));

    private BatchSlot SlotOf(string tenant, int shard)
    {
        if (!_slots.TryGetValue((tenant, shard), out BatchSlot? slot))
        {
            slot = new BatchSlot(tenant, shard);
            _slots.Add((tenant, shard), slot);
        }
        return slot;
    }
}
