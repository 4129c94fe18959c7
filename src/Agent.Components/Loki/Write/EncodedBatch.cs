using System.Buffers;
using System.Net;
using Agent.Storage.Queues;
using Agent.Telemetry;

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

/// <summary>A compressed push request on its way to one or more endpoints; encoded once, stored once.</summary>
/// <remarks>
/// Its memory goes back to the pool when the queue has let go of it and no request still reads it. Its receipts are settled when
/// every endpoint has delivered it, or given it up and counted it, or when it is safe on disk; a stop before that leaves them open,
/// so that the source sends the entries again.
/// </remarks>
/// <param name="body">Rented from the shared pool.</param>
/// <param name="length">Bytes of it that are in use.</param>
/// <param name="contents">What it holds.</param>
internal sealed class EncodedBatch(byte[] body, int length, BatchContents contents) : QueuedBlock
{
    private int _holders = 1;

    public BatchContents Contents => contents;

    public int Length => length;

    public override int Shard => contents.Shard;

    public override bool CanReplay => contents.Receipts.Count > 0;

    public override int Footprint => body.Length;

    /// <summary>The compressed request, readable until <see cref="Release"/>.</summary>
    public override ReadOnlyMemory<byte> Body => body.AsMemory(0, length);

    public override void WriteMetadata(IBufferWriter<byte> destination) => StoredBatch.Write(contents, destination);

    /// <summary>The body of a request. A request that ended early may go on reading it, so it holds the memory by itself.</summary>
    public HttpContent ToContent() => new Content(this);

    /// <summary>Gives the memory back; called once by whoever owns the batch.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    protected override void OnSettled()
    {
        foreach (Receipt receipt in contents.Receipts)
        {
            receipt.Settle();
        }
    }

    protected override void OnReleased() => Release();

    private bool TryHold()
    {
        int seen = Volatile.Read(ref _holders);
        while (seen > 0)
        {
            int found = Interlocked.CompareExchange(ref _holders, seen + 1, seen);
            if (found == seen)
            {
                return true;
            }
            seen = found;
        }
        return false;
    }

    private sealed class Content(EncodedBatch batch) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            if (!batch.TryHold())
            {
                throw new IOException("the batch is finished");
            }
            try
            {
                await stream.WriteAsync(batch.Body, cancellationToken);
            }
            finally
            {
                batch.Release();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = batch.Length;
            return true;
        }
    }
}
