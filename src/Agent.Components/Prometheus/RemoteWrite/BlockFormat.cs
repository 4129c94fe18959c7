using Agent.Components.Common.Delivery;
using Agent.Sdk.Metrics;
using Agent.Storage.OpenBlocks;
using Agent.Storage.Queues;
using Agent.Wire;
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
        using var compressor = new BlockCompressor();
        using var request = new GrowableBuffer();
        request.Write(open.First.Span);
        request.Write(open.Second.Span);
        int length = compressor.Snappy.Compress(request.Written, compressor.Scratch.Reserve(SnappyEncoder.MaxCompressedLength(request.Length)));
        compressor.Scratch.Advance(length);
        return new SampleBlock(compressor.TakeBody(out length), length, contents, []);
    }

    public void CountOrphan(in LostBlock lost)
    {
        if (StoredBlockContents.Read(lost.Metadata.Span) is { } contents)
        {
            new RemoteMetrics(metrics, "", "").Drop(DropReason.Of(lost.Loss), contents.Items);
        }
    }
}
