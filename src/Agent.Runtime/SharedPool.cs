using System.Buffers;

namespace Agent.Runtime;

/// <summary>Empties the shared pool of byte arrays, which by itself keeps what was once in use for minutes.</summary>
internal static class SharedPool
{
    /// <summary>Smaller ones are not worth it. The pool's sizes are powers of two.</summary>
    private const int Smallest = 16 << 10;

    /// <summary>Bounds the work, should others give arrays back as fast as they are taken out.</summary>
    private const int MostPerSize = 256;

    /// <summary>Takes arrays out until the pool has to make one; then they are garbage, and so is that one. What other threads keep for themselves stays.</summary>
    /// <param name="largest">Longest array that may have to be made. Its memory is not touched.</param>
    public static void Empty(long largest)
    {
        for (int size = Smallest; size <= largest && size < 1 << 30; size *= 2)
        {
            for (int taken = 0; taken < MostPerSize; taken++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                byte[] array = ArrayPool<byte>.Shared.Rent(size);
                if (GC.GetAllocatedBytesForCurrentThread() - before >= array.Length)
                {
                    break;
                }
            }
        }
    }
}
