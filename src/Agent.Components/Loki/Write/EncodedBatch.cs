using System.Buffers;
using System.Net;
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
/// <param name="Receipts">Held once each.</param>
/// <param name="Arrivals">When its entries came.</param>
internal sealed record BatchContents(
    string Tenant, int Shard, int Entries, long LineBytes, IReadOnlyList<Receipt> Receipts, IReadOnlyList<Arrival> Arrivals);

/// <summary>A compressed push request on its way to one or more endpoints; encoded once, stored once.</summary>
/// <remarks>
/// Its memory goes back to the pool when every endpoint has finished with it and no request still reads it. Its receipts are
/// settled when every endpoint has delivered it, or given it up and counted it; one that merely stopped leaves them open, so
/// that the source sends the entries again.
/// </remarks>
internal sealed class EncodedBatch(byte[] body, int length, BatchContents contents, int endpoints)
{
    private int _unfinished = endpoints;
    private int _readers = 1;
    private bool _abandoned;

    public BatchContents Contents => contents;

    public int Length => length;

    /// <summary>Bytes of memory that the batch holds: what bounds a queue.</summary>
    public int Footprint => body.Length;

    /// <summary>How many endpoints, in the order of their lane, it has been handed to.</summary>
    public int HandedTo { get; set; }

    /// <summary>An endpoint has finished.</summary>
    /// <param name="settled">Delivered, or given up and counted.</param>
    public void Finish(bool settled)
    {
        if (!settled)
        {
            Volatile.Write(ref _abandoned, true);
        }
        if (Interlocked.Decrement(ref _unfinished) > 0)
        {
            return;
        }
        if (!Volatile.Read(ref _abandoned))
        {
            foreach (Receipt receipt in contents.Receipts)
            {
                receipt.Settle();
            }
        }
        Release();
    }

    /// <summary>The body of a request. A request that ended early may go on reading it, so it holds the memory by itself.</summary>
    public HttpContent ToContent() => new Body(this);

    private bool TryHold()
    {
        int seen = Volatile.Read(ref _readers);
        while (seen > 0)
        {
            int found = Interlocked.CompareExchange(ref _readers, seen + 1, seen);
            if (found == seen)
            {
                return true;
            }
            seen = found;
        }
        return false;
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _readers) == 0)
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    /// <summary>The compressed request, readable until <see cref="Finish"/>.</summary>
    public ReadOnlyMemory<byte> Bytes => body.AsMemory(0, length);

    private sealed class Body(EncodedBatch batch) : HttpContent
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
                await stream.WriteAsync(batch.Bytes, cancellationToken);
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
