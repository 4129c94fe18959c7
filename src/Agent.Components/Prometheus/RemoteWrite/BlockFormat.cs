using Agent.Components.Common.Delivery;
using Agent.Sdk.Metrics;
using Agent.Storage.OpenBlocks;
using Agent.Storage.Queues;
using Agent.Wire;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>How remote write requests are kept in the queue.</summary>
internal sealed class BlockFormat(MetricScope metrics) : IBlockFormat
{
    public string MetricPrefix => "prometheus_remote_write_";

    public bool KeepsOpenBlocks => true;

    public EncodedBlock? Restore(in StoredBlock stored) => StoredBlockContents.Read(stored.Metadata.Span) is { } contents
        ? new SampleBlock(stored.Body, stored.Length, contents, [])
        : null;

    public EncodedBlock? RestoreOpen(OpenBlock open)
    {
        if (OpenBlockContents.Read(open.Metadata.Span) is not { } contents)
        {
            return null;
        }
        if (contents.Superseded > open.Second.Length)
        {
            return null;
        }
        ReadOnlySpan<byte> rest = open.Second.Span[contents.Superseded..];
        using var compressor = new BlockCompressor();
        GrowableBuffer body = compressor.Scratch;
        if (contents.Version == WriteVersion.V1)
        {
            SnappyEncoder.AppendLength(contents.State.Packed + rest.Length, body);
            body.Write(open.First.Span);
        }
        else
        {
            SnappyEncoder.AppendLength(open.First.Length + rest.Length, body);
            compressor.Snappy.AppendElements(open.First.Span, body);
        }
        compressor.Snappy.AppendElements(rest, body);
        return new SampleBlock(compressor.TakeBody(out int length), length, contents.ToBlock(), []);
    }

    public void CountOrphan(in LostBlock lost)
    {
        if (StoredBlockContents.Read(lost.Metadata.Span) is { } contents)
        {
            new RemoteMetrics(metrics, "", "").Drop(DropReason.Of(lost.Loss), contents.Items);
        }
    }
}
