using System.Buffers;

namespace Agent.Storage.Segments;

/// <summary>A block as it was read.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Time">When it was appended, by the clock of then.</param>
/// <param name="Metadata">Valid until the reader is used again.</param>
/// <param name="Buffer">Rented from the shared pool; whoever read the block owns it, and gives it back with <see cref="Return"/>.</param>
/// <param name="Length">How much of the buffer is the body.</param>
public readonly record struct SegmentBlock(long Number, DateTimeOffset Time, ReadOnlyMemory<byte> Metadata, byte[] Buffer, int Length)
{
    public ReadOnlyMemory<byte> Body => Buffer.AsMemory(0, Length);

    /// <summary>Gives the buffer back; once, and nobody may use the body after that.</summary>
    public void Return() => ArrayPool<byte>.Shared.Return(Buffer);
}
