using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Wire.LokiPush;

namespace Agent.Components.Loki.Write;

/// <summary>Batches entries for the endpoints that agree about batching. Not thread safe: used under the component's gate.</summary>
internal sealed class BatchLane : IDisposable
{
    private const int KeptBuilders = 2;

    private readonly Dictionary<(string Tenant, int Shard), BatchSlot> _slots = [];
    private readonly Stack<LokiPushBatch> _builders = new();
    private readonly Queue<EncodedBatch> _outbox = new();
    private readonly BatchEncoder _encoder = new();
    private readonly StreamTable _streams;
    private readonly TimeProvider _time;

    public BatchLane(BatchSettings batching, StreamSettings streams, WriteEndpoint[] endpoints, TimeProvider time)
    {
        (Batching, Streams, Endpoints, _time) = (batching, streams, endpoints, time);
        _streams = new StreamTable(streams, SlotOf, batching.Shards);
    }

    public BatchSettings Batching { get; }

    public StreamSettings Streams { get; }

    public WriteEndpoint[] Endpoints { get; }

    /// <summary>When the oldest open batch must go; null without any.</summary>
    public DateTimeOffset? Due { get; private set; }

    /// <summary>Takes entries from <paramref name="position"/> on, and moves it.</summary>
    /// <returns>Null when all are taken, else a task to wait for before going on.</returns>
    public Task? Append(LogBatch batch, ref int position)
    {
        if (PushOutbox() is { } blocked)
        {
            return blocked;
        }
        DateTimeOffset now = _time.GetUtcNow();
        ReadOnlySpan<LogEntry> entries = batch.Entries;
        BatchSlot? noted = null;
        int added = 0;
        while (position < entries.Length)
        {
            ref readonly LogEntry entry = ref entries[position];
            LabelStream stream = _streams.Resolve(entry.Labels);
            BatchSlot slot = stream.Slot;
            int size = BatchSlot.SizeOf(entry);
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
                DropEntry(slot.Tenant, size);
                continue;
            }
            Open(slot, now);
            slot.Add(stream, entry, size);
            added++;
        }
        Note(noted, batch.Receipt, now, ref added);
        return null;
    }

    /// <summary>Ends the batches that have waited long enough. Returns as <see cref="Append"/>; call again after waiting.</summary>
    public Task? FlushDue()
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
            if (end <= now)
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

    /// <summary>Ends all batches and hands them to their endpoints whether those have room or not. The lane is not used after that.</summary>
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
            for (; batch.HandedTo < Endpoints.Length; batch.HandedTo++)
            {
                Endpoints[batch.HandedTo].QueueOf(batch).Enqueue(batch);
            }
        }
    }

    public void Dispose()
    {
        foreach (LokiPushBatch builder in _builders)
        {
            builder.Dispose();
        }
        _builders.Clear();
        _encoder.Dispose();
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

    private void DropEntry(string tenant, int size)
    {
        foreach (WriteEndpoint endpoint in Endpoints)
        {
            endpoint.CountDropped(tenant, DropReason.StreamLimited, 1, size);
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
        (EncodedBatch batch, LokiPushBatch used) = slot.Seal(_encoder, Endpoints.Length);
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

    /// <summary>Hands sealed batches to the endpoints in order; returns a task to wait for where one has no room.</summary>
    private Task? PushOutbox()
    {
        while (_outbox.TryPeek(out EncodedBatch? batch))
        {
            for (; batch.HandedTo < Endpoints.Length; batch.HandedTo++)
            {
                if (Endpoints[batch.HandedTo].Offer(batch) is { } room)
                {
                    return room;
                }
            }
            _outbox.Dequeue();
        }
        return null;
    }

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
