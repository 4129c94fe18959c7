using Agent.Components.Common.Delivery;
using Agent.Telemetry.Metrics;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Repeats what is known of all metrics now and then, in requests of their own, as version 1 wants it.</summary>
internal sealed class MetadataLane(LaneSettings settings) : IDisposable
{
    private readonly MetadataTable _table = new();
    private readonly LaneSlot _slot = new(WriteVersion.V1, shard: 0);
    private DateTimeOffset? _sent;

    /// <summary>When to send next; null while nothing flows.</summary>
    public DateTimeOffset? Due { get; private set; }

    public void Note(MetricBatch batch, DateTimeOffset now)
    {
        _table.Add(batch.Metadata);
        if (Due is null && _table.Count > 0)
        {
            Due = _sent is { } sent ? sent + settings.Content.Metadata.SendInterval : now + settings.Batching.Wait;
        }
    }

    public void FlushDue(DateTimeOffset now, BlockCompressor compressor, Queue<SampleBlock> outbox)
    {
        if (Due is null || Due > now)
        {
            return;
        }
        foreach (MetricMetadata family in _table.Families)
        {
            _slot.Opened = now;
            _slot.AddMetadata(family);
            if (_slot.Count >= settings.Content.Metadata.MaxSamplesPerSend)
            {
                outbox.Enqueue(_slot.Seal(compressor));
            }
        }
        if (_slot.IsOpen)
        {
            outbox.Enqueue(_slot.Seal(compressor));
        }
        (_sent, Due) = (now, null);
    }

    public void Dispose() => _slot.Dispose();
}
