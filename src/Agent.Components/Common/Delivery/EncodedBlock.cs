using System.Buffers;
using System.Net;
using Agent.Storage.Queues;
using Agent.Telemetry;

namespace Agent.Components.Common.Delivery;

/// <summary>A compressed push request on its way to one or more endpoints; encoded once, stored once.</summary>
/// <remarks>
/// Its memory goes back to the pool when the queue has let go of it and no request still reads it. Its receipts are settled when
/// every endpoint has delivered it, or given it up and counted it, or when it is safe on disk; a stop before that leaves them open,
/// so that the source sends the entries again.
/// </remarks>
/// <param name="body">Rented from the shared pool.</param>
/// <param name="length">Bytes of it that are in use.</param>
/// <param name="shard">Which of an endpoint's queues it belongs to.</param>
/// <param name="receipts">Held once each; none where its sources cannot replay, or have moved on because it is on disk.</param>
internal abstract class EncodedBlock(byte[] body, int length, int shard, IReadOnlyList<Receipt> receipts) : QueuedBlock
{
    private static readonly Action Nothing = static () => { };

    private int _holders = 1;
    private Action? _settled;

    public int Length => length;

    public override int Shard => shard;

    public override bool CanReplay => receipts.Count > 0;

    public override int Footprint => body.Length;

    /// <summary>Whether the end of the process does it no harm: it is in the log on disk, or finished.</summary>
    public bool IsSafe => IsStored || Volatile.Read(ref _settled) == Nothing;

    /// <summary>The compressed request, readable until <see cref="Release"/>.</summary>
    public override ReadOnlyMemory<byte> Body => body.AsMemory(0, length);

    /// <summary>Runs something once the block is finished or synced; at once where it is. Of several calls only the first counts.</summary>
    public void WhenSettled(Action act)
    {
        if (Interlocked.CompareExchange(ref _settled, act, null) == Nothing)
        {
            act();
        }
    }

    /// <summary>The body of a request. A request that ended early may go on reading it, so it holds the memory by itself.</summary>
    public HttpContent ToContent() => new Content(this);

    /// <summary>Gives the memory back; called once by whoever owns the block.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    protected override void OnSettled()
    {
        foreach (Receipt receipt in receipts)
        {
            receipt.Settle();
        }
        Interlocked.Exchange(ref _settled, Nothing)?.Invoke();
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

    private sealed class Content(EncodedBlock block) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            if (!block.TryHold())
            {
                throw new IOException("the block is finished");
            }
            try
            {
                await stream.WriteAsync(block.Body, cancellationToken);
            }
            finally
            {
                block.Release();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = block.Length;
            return true;
        }
    }
}
