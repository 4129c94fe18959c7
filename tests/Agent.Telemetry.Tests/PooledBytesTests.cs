using System.Text;

namespace Agent.Telemetry.Tests;

public sealed class PooledBytesTests
{
    [Fact]
    public void What_was_handed_out_stays_where_it_is_while_more_is_written()
    {
        using var bytes = new PooledBytes();
        var copies = new List<ReadOnlyMemory<byte>>();
        for (int i = 0; i < 20_000; i++)
        {
            copies.Add(bytes.Copy(Encoding.UTF8.GetBytes($"line {i}")));
        }

        for (int i = 0; i < copies.Count; i++)
        {
            Assert.Equal($"line {i}", Encoding.UTF8.GetString(copies[i].Span));
        }
    }

    [Fact]
    public void More_than_a_chunk_fits_and_is_given_back()
    {
        using var bytes = new PooledBytes();
        bytes.Take(10);
        Memory<byte> large = bytes.Take(1_000_000);
        Assert.Equal(1_000_000, large.Length);
        Assert.True(bytes.Capacity >= 1_000_000);

        bytes.Clear();
        Assert.True(bytes.Capacity < 200_000);
    }

    [Fact]
    public void Filling_and_clearing_again_and_again_allocates_nothing()
    {
        using var bytes = new PooledBytes();
        byte[] line = new byte[100];
        Fill(bytes, line);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Fill(bytes, line);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Fill(PooledBytes bytes, byte[] line)
    {
        bytes.Clear();
        for (int i = 0; i < 500; i++)
        {
            bytes.Copy(line);
        }
    }
}
