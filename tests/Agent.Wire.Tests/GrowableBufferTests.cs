namespace Agent.Wire.Tests;

public sealed class GrowableBufferTests
{
    [Fact]
    public void A_trimmed_buffer_keeps_its_content_holds_little_more_and_goes_on_growing()
    {
        byte[] content = [.. Enumerable.Range(0, 5000).Select(static i => (byte)i)];
        using var buffer = new GrowableBuffer();
        buffer.Write(content);
        Assert.Equal(8192, buffer.Capacity);

        buffer.Trim();

        Assert.Equal(content, buffer.Written.ToArray());
        Assert.InRange(buffer.Capacity, 5000, 5400);
        buffer.Trim();
        buffer.Write(content.AsSpan(0, 500));
        Assert.InRange(buffer.Capacity, 5500, 6700);
        buffer.Write(content);
        buffer.Trim();
        Assert.Equal([.. content, .. content[..500], .. content], buffer.Written.ToArray());
        buffer.Release();
        Assert.Equal((0, 0), (buffer.Length, buffer.Capacity));
        buffer.Write(content);
        Assert.Equal(content, buffer.Written.ToArray());
    }
}
