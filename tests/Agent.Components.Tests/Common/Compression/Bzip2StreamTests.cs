using Agent.Components.Common.Compression;

namespace Agent.Components.Tests.Common.Compression;

public sealed class Bzip2StreamTests
{
    // Written by libbzip2.
    private const string Empty = "QlpoORdyRThQkAAAAAA=";
    private const string Two = "QlpoOTFBWSZTWXgTwIIAAAHBAAAQAgGgACGaaDNNDLxdyRThQkHgTwIIQlpoORdyRThQkAAAAABCWmgzMUFZJlNZLrca1wAAAUGAABAAAISAIAAhmmgzTQc8XckU4UJAutxrXA==";
    private const string Runs =
        "QlpoMTFBWSZTWdVE9V4AAA1GCP+AP/4BkAAQAAggAGojURo9Qep+pkgYIqIAANDE+bfotV4t2ovzMKMmml5J4nqESI2IUh6iHFoHkn2QoAZTREBnRtqQhVjGLdWkRQA0pTAu5IpwoSGqieq8";

    private const string SeveralBlocks =
        "QlpoMTFBWSZTWQBiP2EAMNERAAACP4AgAHBDAgKVAHoSgsQlBd0iUFtEoLiJQXUSgtwlBehKC+YoKyTKayF83jMAEk6SIAAAR/AEAA4IYEBSoA8iUFhEoLKJQWoSgtwlBchKCz2EoLyJQXzFBWSZTWYFkee4ASTmRAAACP4AgAHBDAgKVAHoSgsQlBZhKCzqEoLaJQXESguolBeRKC+YoKyTKaz13l72gAJyyIAAAR/AEAAoQwIE1UAeJQrFFCskoVolCtkoVwlCukoV4lCvi7kinChIYv85rAA=";

    [Fact]
    public void An_empty_archive_is_empty() => Assert.Empty(Decompress(Convert.FromBase64String(Empty)));

    [Fact]
    public void Archives_one_after_the_other_are_one() => Assert.Equal("one\ntwo\n"u8, Decompress(Convert.FromBase64String(Two)));

    [Fact]
    public void Runs_of_any_length_come_back()
    {
        var expected = new List<byte>();
        foreach (int length in (int[])[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255, 256, 259, 260, 261, 1000, 66000])
        {
            expected.AddRange(Enumerable.Repeat((byte)(65 + (length % 26)), length));
        }

        Assert.Equal(expected, Decompress(Convert.FromBase64String(Runs)));
    }

    [Fact]
    public void Several_blocks_are_joined()
    {
        byte[] content = Decompress(Convert.FromBase64String(SeveralBlocks));

        Assert.Equal(8 * 40_000, content.Length);
        Assert.All(content.Chunk(8), static part => Assert.Equal("abcdefg-"u8, part));
    }

    [Fact]
    public void An_archive_cut_anywhere_is_an_error()
    {
        byte[] archive = Convert.FromBase64String(Two)[..42];
        for (int length = 0; length < archive.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Decompress(archive[..length]));
        }
    }

    [Fact]
    public void A_changed_bit_anywhere_is_an_error_or_changes_nothing()
    {
        byte[] archive = Convert.FromBase64String(Runs);
        byte[] good = Decompress(archive);
        for (int bit = 0; bit < archive.Length * 8; bit++)
        {
            byte[] bad = [.. archive];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(good, Decompress(bad));
            }
            catch (InvalidDataException)
            {
                continue;
            }
        }
    }

    private static byte[] Decompress(byte[] archive)
    {
        using var stream = new Bzip2Stream(new MemoryStream(archive));
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
