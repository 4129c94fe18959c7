using System.Buffers;
using Agent.Components.Common.Delivery;
using Agent.Telemetry;
using Agent.Wire.LokiPush;

namespace Agent.Components.Loki.Write;

/// <summary>So many entries came at this time; finer than <see cref="Resolution"/> is not told apart.</summary>
internal readonly record struct Arrival(DateTimeOffset Time, int Entries)
{
    public static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(10);
}

/// <summary>What a batch holds, beside its bytes.</summary>
/// <param name="Tenant">The tenant that its entries name themselves; empty where each endpoint's own counts.</param>
/// <param name="Shard">Which of an endpoint's queues it belongs to.</param>
/// <param name="Entries">Number of entries.</param>
/// <param name="LineBytes">Bytes of lines and structured metadata.</param>
/// <param name="Receipts">Held once each; none where its sources cannot replay, or have moved on because it is on disk.</param>
/// <param name="Arrivals">When its entries came.</param>
internal sealed record BatchContents(
    string Tenant, int Shard, int Entries, long LineBytes, IReadOnlyList<Receipt> Receipts, IReadOnlyList<Arrival> Arrivals);

/// <summary>A compressed push request on its way to one or more endpoints.</summary>
/// <param name="body">Rented from the shared pool.</param>
/// <param name="length">Bytes of it that are in use.</param>
/// <param name="contents">What it holds.</param>
internal sealed class EncodedBatch(byte[] body, int length, BatchContents contents)
    : EncodedBlock(body, length, contents.Shard, contents.Receipts)
{
    public BatchContents Contents => contents;

    public static EncodedBatch Of(LokiPushBatch push, BatchContents contents, BlockCompressor compressor)
    {
        push.Compress(compressor.Snappy, compressor.Scratch);
        return new EncodedBatch(compressor.TakeBody(out int length), length, contents);
    }

    public override void WriteMetadata(IBufferWriter<byte> destination) => StoredBatch.Write(contents, destination);
}
