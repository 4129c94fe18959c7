using System.Buffers;
using Agent.Components.Common.Delivery;
using Agent.Telemetry;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>How many there are of each kind of thing that remote write sends.</summary>
internal readonly record struct ItemCounts(int Samples, int Histograms, int Exemplars, int Metadata)
{
    public int Total => Samples + Histograms + Exemplars + Metadata;
}

/// <summary>What a block holds, beside its bytes.</summary>
/// <param name="Version">Form of the request.</param>
/// <param name="Shard">Which of an endpoint's queues it belongs to.</param>
/// <param name="Items">What is in it.</param>
/// <param name="Newest">Time of its newest sample, in milliseconds since the Unix epoch; 0 where it holds metadata only.</param>
/// <param name="Arrived">When the first of it came.</param>
internal sealed record BlockContents(WriteVersion Version, int Shard, ItemCounts Items, long Newest, DateTimeOffset Arrived);

/// <summary>A compressed remote write request on its way to one or more endpoints.</summary>
/// <param name="body">Rented from the shared pool.</param>
/// <param name="length">Bytes of it that are in use.</param>
/// <param name="contents">What it holds.</param>
/// <param name="receipts">Held once each.</param>
internal sealed class SampleBlock(byte[] body, int length, BlockContents contents, IReadOnlyList<Receipt> receipts)
    : EncodedBlock(body, length, contents.Shard, receipts)
{
    public BlockContents Contents => contents;

    /// <summary>Nothing but descriptions of metrics.</summary>
    public bool IsMetadata => contents.Items.Metadata > 0;

    public override void WriteMetadata(IBufferWriter<byte> destination) => StoredBlockContents.Write(contents, destination);
}
