using System.Text;
using Agent.Wire.LokiPush;

namespace Agent.Wire.Tests.LokiPush;

public sealed class LabelsTextReaderTests
{
    [Theory]
    [InlineData("{}", "")]
    [InlineData(" { } ", "")]
    [InlineData("{app=\"x\"}", "app=x")]
    [InlineData("{app=\"x\", pod=\"y\",}", "app=x|pod=y")]
    [InlineData("{ app = 'x' ,\n\tpod=`y` }", "app=x|pod=y")]
    [InlineData("{a=\"\"}", "a=")]
    [InlineData("{a=\"q\\\"uote\\n\", \"a.b\"=\"é\"}", "a=q\"uote\n|a.b=é")]
    [InlineData("{\"e\\\"s\"=\"c\\\\\"}", "e\"s=c\\")]
    [InlineData("up:x2{a=\"1\"}", "__name__=up:x2|a=1")]
    [InlineData("up", "__name__=up")]
    [InlineData("{a=\"}{,=\"}", "a=}{,=")]
    public void Good_texts_give_their_labels(string text, string labels)
    {
        Assert.Equal(labels, Read(text, out string? error, out _));
        Assert.Null(error);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("x y", 2)]
    [InlineData("{", 1)]
    [InlineData("{,}", 1)]
    [InlineData("{a}", 2)]
    [InlineData("{a=}", 3)]
    [InlineData("{a=x}", 3)]
    [InlineData("{a=\"x\"", 6)]
    [InlineData("{a=\"x\" b=\"y\"}", 7)]
    [InlineData("{a=\"x}", 3)]
    [InlineData("{a!=\"x\"}", 2)]
    [InlineData("{0a=\"x\"}", 1)]
    [InlineData("{a.b=\"x\"}", 2)]
    [InlineData("{\"\"=\"x\"}", 1)]
    [InlineData("{a=\"x\"} more", 8)]
    [InlineData("a=\"x\"", 1)]
    public void Bad_texts_end_in_an_error_at_its_place(string text, int position)
    {
        Read(text, out string? error, out int at);
        Assert.NotNull(error);
        Assert.Equal(position, at);
    }

    [Fact]
    public void What_the_writer_forms_reads_back()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            byte[] value = SampleText.Noise(seed % 50, seed);
            using var output = new GrowableBuffer();
            var writer = new LabelsTextWriter(output);
            writer.Add("__internal"u8, "x"u8);
            writer.Add("a"u8, value);
            writer.Add("b"u8, "y"u8);
            writer.Finish();

            var reader = new LabelsTextReader(output.Written, new byte[output.Length]);
            Assert.True(reader.TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> read));
            Assert.True(name.SequenceEqual("a"u8) && read.SequenceEqual(value));
            Assert.True(reader.TryRead(out _, out read) && read.SequenceEqual("y"u8));
            Assert.False(reader.TryRead(out _, out _));
            Assert.Null(reader.Error);
        }
    }

    [Fact]
    public void Damaged_texts_never_throw()
    {
        var random = new Random(5);
        byte[] good = "{app=\"x\\n\\u00e9\", 'a.b'=`y`, pod=\"z\"}"u8.ToArray();
        for (int round = 0; round < 20_000; round++)
        {
            byte[] text = good[..random.Next(good.Length + 1)];
            for (int flips = random.Next(3); flips > 0 && text.Length > 0; flips--)
            {
                text[random.Next(text.Length)] = good[random.Next(good.Length)];
            }
            var reader = new LabelsTextReader(text, new byte[text.Length]);
            int labels = 0;
            while (reader.TryRead(out _, out _))
            {
                labels++;
            }
            Assert.InRange(labels, 0, text.Length);
            Assert.InRange(reader.Position, 0, text.Length);
        }
    }

    private static string Read(string text, out string? error, out int position)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var reader = new LabelsTextReader(bytes, new byte[bytes.Length]);
        var labels = new List<string>();
        while (reader.TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            labels.Add($"{Encoding.UTF8.GetString(name)}={Encoding.UTF8.GetString(value)}");
        }
        (error, position) = (reader.Error, reader.Position);
        return string.Join('|', labels);
    }
}
