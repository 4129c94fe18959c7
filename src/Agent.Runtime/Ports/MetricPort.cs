using Agent.Telemetry.Metrics;

namespace Agent.Runtime.Ports;

/// <summary>A receiver of metrics as other components see it.</summary>
public sealed class MetricPort : Port<MetricBatch>, IMetricConsumer
{
    private readonly IMetricConsumer _inner;

    internal MetricPort(IMetricConsumer inner, PortOwner owner)
        : base(owner, "samples") => _inner = inner;

    internal override object Receiver => _inner;

    internal override Edge EdgeFrom(PortOwner sender) => new MetricEdge(this, sender);

    private protected override ValueTask HandOverAsync(MetricBatch batch, CancellationToken stop) => _inner.ConsumeAsync(batch, stop);

    private protected override int CountOf(MetricBatch batch) => batch.Count + batch.Histograms.Length;
}
