namespace Agent.Runtime.Tests;

public sealed class ProcessMemoryTests
{
    [Theory]
    [InlineData("65536 9000 1500 700 0 30000 0\n", 7500)]
    [InlineData("1 2 2 0 0 0 0\n", 0)]
    [InlineData("", -1)]
    [InlineData("1 2\n", -1)]
    [InlineData("no numbers at all\n", -1)]
    public void Pages_of_files_do_not_count(string statm, long expected) =>
        Assert.Equal(expected, ProcessMemory.TryRead(System.Text.Encoding.ASCII.GetBytes(statm), out long pages) ? pages : -1);

    [Fact]
    public void Memory_that_is_written_to_counts_and_a_look_allocates_nothing()
    {
        using var memory = new ProcessMemory();
        long before = memory.Used();
        byte[] block = GC.AllocateUninitializedArray<byte>(64 << 20);
        block.AsSpan().Fill(1);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long after = memory.Used();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
        Assert.InRange(after - before, 32 << 20, 512 << 20);
        GC.KeepAlive(block);
    }
}
