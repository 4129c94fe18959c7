using Agent.Telemetry.Metrics;

namespace Agent.Components.Common;

/// <summary>Batches of metrics kept for reuse.</summary>
internal sealed class MetricBatchPool(int size = 8) : ReusePool<MetricBatch>(size)
{
    protected override MetricBatch Create() => new();

    protected override void Clear(MetricBatch batch) => batch.Clear();
}
