using Agent.Wire.Snappy;

namespace Agent.Wire.Tests.Snappy;

public sealed class SnappyDecoderTests
{
    [Fact]
    public void Corrupted_blocks_are_refused_or_decoded_and_nothing_outside_is_touched()
    {
        var random = new Random(11);
        byte[] text = SampleText.Lines(60);
        byte[] block = Compress(text);
        byte[] output = new byte[text.Length + 64];
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = block[..random.Next(1, block.Length + 1)];
            for (int flips = random.Next(4); flips >= 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            output.AsSpan().Fill(0xAB);
            refused += SnappyDecoder.TryDecompress(damaged, output.AsSpan(0, text.Length), out _) ? 0 : 1;
            Assert.Equal(-1, output.AsSpan(text.Length).IndexOfAnyExcept((byte)0xAB));
        }
        Assert.InRange(refused, 10_000, 20_000);
    }

    [Fact]
    public void Noise_is_refused_without_an_exception()
    {
        byte[] output = new byte[4096];
        for (int seed = 0; seed < 20_000; seed++)
        {
            byte[] noise = SampleText.Noise(seed % 100, seed);
            if (SnappyDecoder.TryDecompress(noise, output, out int written))
            {
                Assert.True(written <= SnappyDecoder.MaxUncompressedLength(noise.Length));
            }
        }
    }

    [Fact]
    public void A_declared_length_that_the_input_cannot_reach_rents_nothing()
    {
        // Declares 64 MiB; three bytes of body can make 64 at most.
        byte[] block = [0x80, 0x80, 0x80, 0x20, 0x08, (byte)'a', (byte)'b', (byte)'c'];
        using var output = new GrowableBuffer();
        Assert.False(SnappyDecoder.TryDecompress(block, int.MaxValue, output));
        Assert.Equal(0, output.Capacity);
    }

    [Fact]
    public void A_declared_length_above_the_maximum_rents_nothing()
    {
        byte[] block = Compress(new byte[1000]);
        using var output = new GrowableBuffer();
        Assert.False(SnappyDecoder.TryDecompress(block, 999, output));
        Assert.Equal(0, output.Capacity);
        Assert.True(SnappyDecoder.TryDecompress(block, 1000, output));
    }

    [Fact]
    public void The_densest_block_reaches_the_bound()
    {
        // A literal of one byte, then copies of 64.
        byte[] block = [0x81, 0x01, 0x00, (byte)'z', 0xFE, 1, 0, 0xFE, 1, 0];
        byte[] output = new byte[200];
        Assert.True(SnappyDecoder.TryDecompress(block, output, out int written));
        Assert.Equal(129, written);
        Assert.True(written <= SnappyDecoder.MaxUncompressedLength(block.Length - 2));
        Assert.Equal(-1, output.AsSpan(0, written).IndexOfAnyExcept((byte)'z'));
    }

    [Fact]
    public void Overlapping_copies_of_every_offset_and_length_repeat_the_pattern()
    {
        for (int offset = 1; offset <= 40; offset++)
        {
            for (int length = 1; length <= 64; length++)
            {
                byte[] pattern = SampleText.Noise(offset, offset);
                byte[] block = [(byte)(offset + length), (byte)((offset - 1) << 2), .. pattern, (byte)(((length - 1) << 2) | 2), (byte)offset, 0];
                byte[] output = new byte[256];
                Assert.True(SnappyDecoder.TryDecompress(block, output.AsSpan(0, offset + length), out int written));
                for (int i = 0; i < written; i++)
                {
                    Assert.Equal(pattern[i % offset], output[i]);
                }
            }
        }
    }

    [Fact]
    public void An_output_too_small_is_refused()
    {
        Assert.False(SnappyDecoder.TryDecompress(Compress(new byte[100]), new byte[99], out int written));
        Assert.Equal(0, written);
    }

    private static byte[] Compress(byte[] raw)
    {
        byte[] output = new byte[SnappyEncoder.MaxCompressedLength(raw.Length)];
        return output[..new SnappyEncoder().Compress(raw, output)];
    }
}
