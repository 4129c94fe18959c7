using System.Buffers;

namespace Agent.Runtime.Tests;

public sealed class SharedPoolTests
{
    [Fact]
    public void Arrays_that_the_pool_kept_are_garbage_afterwards()
    {
        const int Size = 4 << 20;
        WeakReference[] kept = Keep(Size);

        SharedPool.Empty(Size);
        GC.Collect();
        GC.Collect();

        Assert.DoesNotContain(kept, static array => array.IsAlive);
    }

    private static WeakReference[] Keep(int size)
    {
        byte[][] arrays = [.. Enumerable.Range(0, 5).Select(_ => ArrayPool<byte>.Shared.Rent(size))];
        Array.ForEach(arrays, static array => ArrayPool<byte>.Shared.Return(array));
        return Array.ConvertAll(arrays, static array => new WeakReference(array));
    }
}
