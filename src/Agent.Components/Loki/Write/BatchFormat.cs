using Agent.Components.Common.Delivery;
using Agent.Sdk.Metrics;
using Agent.Storage.Queues;

namespace Agent.Components.Loki.Write;

/// <summary>How push requests are kept in the queue.</summary>
internal sealed class BatchFormat(MetricScope metrics) : IBlockFormat
{
    public string MetricPrefix => "loki_write_";

    public EncodedBlock? Restore(in StoredBlock stored) => StoredBatch.Read(stored.Metadata.Span) is { } contents
        ? new EncodedBatch(stored.Body, stored.Length, contents)
        : null;

    public void CountOrphan(in LostBlock lost)
    {
        if (StoredBatch.Read(lost.Metadata.Span) is { } contents)
        {
            new EndpointMetrics(metrics, "").Of(contents.Tenant).Drop(DropReason.Of(lost.Loss), contents.Entries, lost.BodyLength);
        }
    }
}
