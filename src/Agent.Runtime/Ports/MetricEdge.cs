using Agent.Telemetry.Metrics;

namespace Agent.Runtime.Ports;

/// <summary>An arrow of the graph that metrics take. Native histograms count as one sample each.</summary>
public sealed class MetricEdge : Edge, IMetricConsumer
{
    /// <summary>A time and a value; labels travel as references.</summary>
    private const int SampleBytes = 16;

    internal MetricEdge(MetricPort port, PortOwner sender)
        : base(port, sender, CounterOf(port, sender, "invar_edge_samples_total", "Metric samples handed from one component to another."))
    {
    }

    public override string DataType => "prometheus_metric";

    public override long ByteCount => Items.Value * SampleBytes;

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        Items.Add(batch.Count + batch.Histograms.Length);
        if (Watchers is { } watchers)
        {
            foreach (IEdgeWatcher watcher in watchers)
            {
                watcher.See(batch);
            }
        }
        return ((MetricPort)Port).ConsumeAsync(batch, Sender, stop);
    }
}
