using System.Buffers;
using Agent.Wire;
using Agent.Wire.Snappy;

namespace Agent.Components.Common.Delivery;

/// <summary>Makes bodies of blocks. One scratch buffer serves all, so that a waiting block holds no more memory than it needs.</summary>
/// <remarks>Compress with <see cref="Snappy"/> into <see cref="Scratch"/>, which is empty, then take the body. Not thread safe.</remarks>
internal sealed class BlockCompressor : IDisposable
{
    /// <summary>An outsize block gives its scratch memory back.</summary>
    private const int KeptScratch = 4 << 20;

    public SnappyEncoder Snappy { get; } = new();

    public GrowableBuffer Scratch { get; } = new();

    /// <summary>What was written, in memory rented from the shared pool.</summary>
    public byte[] TakeBody(out int length)
    {
        length = Scratch.Length;
        byte[] body = ArrayPool<byte>.Shared.Rent(length);
        Scratch.Written.CopyTo(body);
        Scratch.Clear();
        if (Scratch.Capacity > KeptScratch)
        {
            Scratch.Release();
        }
        return body;
    }

    public void Dispose() => Scratch.Dispose();
}
