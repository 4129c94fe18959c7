using Agent.Telemetry.Metrics;

namespace Agent.Runtime.Ports;

/// <summary>An arrow of the graph that metrics take. Native histograms count as one sample each.</summary>
public sealed class MetricEdge : Edge, IMetricConsumer
{
    private readonly MetricPort _port;

    internal MetricEdge(MetricPort port, PortOwner sender)
        : base(port, sender, CounterOf(port, sender, "invar_edge_samples_total", "Metric samples handed from one component to another.")) =>
        _port = port;

    public override string DataType => "prometheus_metric";

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        Items.Add(batch.Count + batch.Histograms.Length);
        return _port.ConsumeAsync(batch, stop);
    }
}
