using Agent.Components.Common.Delivery;
using Agent.Sdk.Metrics;
using Agent.Storage.Queues;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>How remote write requests are kept in the queue.</summary>
internal sealed class BlockFormat(MetricScope metrics) : IBlockFormat
{
    public string MetricPrefix => "prometheus_remote_write_";

    public EncodedBlock? Restore(in StoredBlock stored) => StoredBlockContents.Read(stored.Metadata.Span) is { } contents
        ? new SampleBlock(stored.Body, stored.Length, contents, [])
        : null;

    public void CountOrphan(in LostBlock lost)
    {
        if (StoredBlockContents.Read(lost.Metadata.Span) is { } contents)
        {
            new RemoteMetrics(metrics, "", "").Drop(DropReason.Of(lost.Loss), contents.Items);
        }
    }
}
