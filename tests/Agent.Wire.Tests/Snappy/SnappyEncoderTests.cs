using Agent.Wire.Snappy;

namespace Agent.Wire.Tests.Snappy;

public sealed class SnappyEncoderTests
{
    private readonly SnappyEncoder _encoder = new();

    [Fact]
    public void Lengths_around_every_boundary_survive_in_text_noise_and_runs()
    {
        byte[] text = SampleText.Lines(1200);
        byte[] noise = SampleText.Noise(70_000);
        byte[] run = Enumerable.Repeat((byte)'z', 70_000).ToArray();
        int[] lengths = [.. Enumerable.Range(0, 300), 2047, 2048, 4095, 16384, 65534, 65535, 65536, 65537, 69_999];
        foreach (int length in lengths)
        {
            foreach (byte[] source in new[] { text, noise, run })
            {
                Assert.Equal(source[..length], RoundTrip(source[..length]));
            }
        }
    }

    [Fact]
    public void Random_mixtures_of_runs_copies_and_noise_survive()
    {
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            byte[] mixture = Mixture(random, random.Next(1, 200_000));
            Assert.True(mixture.AsSpan().SequenceEqual(RoundTrip(mixture)), $"round {round}");
        }
    }

    [Fact]
    public void A_smaller_output_is_refused_before_anything_is_written() =>
        Assert.Throws<ArgumentException>(() => _encoder.Compress(new byte[100], new byte[SnappyEncoder.MaxCompressedLength(100) - 1]));

    [Fact]
    public void Log_text_shrinks_to_less_than_half()
    {
        byte[] text = SampleText.Lines(5000);
        int length = _encoder.Compress(text, new byte[SnappyEncoder.MaxCompressedLength(text.Length)]);
        Assert.True(length < text.Length / 2, $"{text.Length} -> {length}");
    }

    [Fact]
    public void Noise_grows_by_less_than_a_thousandth()
    {
        byte[] noise = SampleText.Noise(1 << 20);
        int length = _encoder.Compress(noise, new byte[SnappyEncoder.MaxCompressedLength(noise.Length)]);
        Assert.InRange(length, noise.Length, noise.Length + (noise.Length / 1000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(65_536)]
    [InlineData(100_000)]
    public void Segments_give_the_block_that_contiguous_input_gives(int segmentLength)
    {
        byte[] text = SampleText.Lines(1500);
        byte[] whole = new byte[SnappyEncoder.MaxCompressedLength(text.Length)];
        byte[] parts = new byte[whole.Length];
        int wholeLength = _encoder.Compress(text, whole);

        var segments = new SnappySegments(_encoder, text.Length, parts);
        for (int at = 0; at < text.Length; at += segmentLength)
        {
            segments.Add(text.AsSpan(at, Math.Min(segmentLength, text.Length - at)));
        }
        int partsLength = segments.Finish();

        Assert.Equal(whole[..wholeLength], parts[..partsLength]);
    }

    [Fact]
    public void Segments_must_add_up_to_the_announced_total()
    {
        Assert.Throws<InvalidOperationException>(() => new SnappySegments(_encoder, 5, new byte[64]).Finish());
        Assert.Throws<ArgumentException>(() => new SnappySegments(_encoder, 5, new byte[64]).Add(new byte[6]));
    }

    [Fact]
    public void Compressing_allocates_nothing()
    {
        byte[] text = SampleText.Lines(2000);
        byte[] output = new byte[SnappyEncoder.MaxCompressedLength(text.Length)];
        _encoder.Compress(text, output);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _encoder.Compress(text, output);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Checks on the way that no copy of 16 bytes at a time reaches beyond the promised length.</summary>
    private byte[] RoundTrip(byte[] input)
    {
        const int guard = 64;
        byte[] output = new byte[SnappyEncoder.MaxCompressedLength(input.Length) + guard];
        output.AsSpan(^guard).Fill(0xAB);
        int length = _encoder.Compress(input, output.AsSpan(0, output.Length - guard));
        Assert.Equal(-1, output.AsSpan(^guard).IndexOfAnyExcept((byte)0xAB));
        byte[] decoded = new byte[input.Length];
        Assert.True(SnappyDecoder.TryDecompress(output.AsSpan(0, length), decoded, out int written));
        Assert.Equal(input.Length, written);
        return decoded;
    }

    private static byte[] Mixture(Random random, int length)
    {
        byte[] bytes = new byte[length];
        int at = 0;
        while (at < length)
        {
            int piece = Math.Min(random.Next(1, 200), length - at);
            Span<byte> target = bytes.AsSpan(at, piece);
            switch (random.Next(3))
            {
                case 0:
                    random.NextBytes(target);
                    break;
                case 1:
                    target.Fill((byte)random.Next(4));
                    break;
                default:
                    int from = random.Next(at + 1);
                    for (int i = 0; i < piece; i++)
                    {
                        target[i] = bytes[from + i];
                    }
                    break;
            }
            at += piece;
        }
        return bytes;
    }
}
