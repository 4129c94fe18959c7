using System.Buffers;
using Agent.Wire;
using Agent.Wire.LokiPush;
using Agent.Wire.Snappy;

namespace Agent.Components.Loki.Write;

/// <summary>Compresses batches. One scratch buffer serves all, so that a waiting batch holds no more memory than it needs.</summary>
internal sealed class BatchEncoder : IDisposable
{
    /// <summary>An outsize batch gives its scratch memory back.</summary>
    private const int KeptScratch = 4 << 20;

    private readonly SnappyEncoder _snappy = new();
    private readonly GrowableBuffer _scratch = new();

    public EncodedBatch Encode(LokiPushBatch push, BatchContents contents)
    {
        _scratch.Clear();
        int length = push.Compress(_snappy, _scratch);
        byte[] body = ArrayPool<byte>.Shared.Rent(length);
        _scratch.Written.CopyTo(body);
        if (_scratch.Capacity > KeptScratch)
        {
            _scratch.Release();
        }
        return new EncodedBatch(body, length, contents);
    }

    public void Dispose() => _scratch.Dispose();
}
