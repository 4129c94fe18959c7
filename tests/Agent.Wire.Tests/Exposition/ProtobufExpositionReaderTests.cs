using System.Text;
using Agent.Wire.Exposition;
using Agent.Wire.Protobuf;

namespace Agent.Wire.Tests.Exposition;

public sealed class ProtobufExpositionReaderTests
{
    [Fact]
    public void Every_series_of_a_body_has_a_key_of_its_own_and_the_same_in_the_next_scrape()
    {
        byte[] body = [.. Histogram("a", native: false), .. Histogram("b", native: true), .. Histogram("a_bucket", native: false)];
        List<string> first = Keys(body);
        Assert.Equal(first.Count, first.Distinct().Count());
        Assert.Equal(first, Keys(body));
        Assert.Equal(4 + 5 + 4, first.Count);
    }

    [Fact]
    public void An_error_tells_the_byte_where_the_family_begins()
    {
        byte[] body = [.. Histogram("a", native: false), 0x05, 0x0A, 0x7F];
        using var scratch = new ExpositionScratch();
        var reader = new ProtobufExpositionReader(body, scratch);
        ExpositionText.Of(ref reader, out ExpositionError? error);
        Assert.Equal(body.Length - 3, error!.Offset);
        Assert.Contains("insufficient length of buffer", error.ToString());
    }

    [Fact]
    public void Damaged_bodies_never_throw()
    {
        var random = new Random(31);
        byte[] good = [.. Histogram("a", native: true), .. Histogram("b", native: false)];
        int refused = 0;
        for (int round = 0; round < 40_000; round++)
        {
            byte[] damaged = ExpositionSamples.Damage(good, random);
            using var scratch = new ExpositionScratch();
            var reader = new ProtobufExpositionReader(damaged, scratch) { KeepClassicHistograms = round % 2 == 0, ConvertClassicHistograms = round % 3 == 0 };
            ExpositionText.Of(ref reader, out ExpositionError? error);
            refused += error is null ? 0 : 1;
        }
        Assert.InRange(refused, 1000, 39_999);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        byte[] body = [.. Enumerable.Range(0, 50).SelectMany(static i => Histogram("h" + i, native: i % 2 == 0))];
        using var scratch = new ExpositionScratch();
        using var labels = new SeriesLabels();
        using var exemplar = new ExemplarBuffer();
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var reader = new ProtobufExpositionReader(body, scratch) { KeepClassicHistograms = true, ConvertClassicHistograms = true };
            while (reader.Next())
            {
                reader.TryReadLabels(labels);
                reader.TryReadExemplar(exemplar);
                reader.ReadStartTimestamp();
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Null(reader.Error);
        }
        Assert.Equal(0, allocated);
    }

    private static List<string> Keys(byte[] body)
    {
        using var scratch = new ExpositionScratch();
        var reader = new ProtobufExpositionReader(body, scratch) { KeepClassicHistograms = true };
        var keys = new List<string>();
        while (reader.Next())
        {
            if (reader.Entry is ExpositionEntry.Series or ExpositionEntry.Histogram)
            {
                keys.Add(Convert.ToHexString(reader.Series));
            }
        }
        Assert.Null(reader.Error);
        return keys;
    }

    /// <summary>A family of one histogram with one bucket, label and exemplar.</summary>
    private static byte[] Histogram(string name, bool native)
    {
        using var family = new GrowableBuffer();
        var writer = new ProtobufWriter(family);
        writer.WriteString(1, Encoding.UTF8.GetBytes(name));
        writer.WriteString(2, "Help."u8);
        writer.WriteUInt64(3, 4);
        ProtobufMark metric = writer.BeginMessage(4);
        ProtobufMark label = writer.BeginMessage(1);
        writer.WriteString(1, "job"u8);
        writer.WriteString(2, "x"u8);
        writer.EndMessage(label);
        ProtobufMark histogram = writer.BeginMessage(7);
        writer.WriteUInt64(1, 3);
        writer.WriteDouble(2, 1.5);
        ProtobufMark bucket = writer.BeginMessage(3);
        writer.WriteUInt64(1, 2);
        writer.WriteDouble(2, 0.5);
        writer.EndMessage(bucket);
        if (native)
        {
            writer.WriteSInt64(5, 3);
            writer.WriteDouble(6, 0.001);
            ProtobufMark span = writer.BeginMessage(12);
            writer.WriteSInt64(1, -2);
            writer.WriteUInt64(2, 2);
            writer.EndMessage(span);
            writer.WriteBytes(13, [0x02, 0x02]);
        }
        writer.EndMessage(histogram);
        writer.EndMessage(metric);
        Span<byte> length = stackalloc byte[Varint.MaxLength];
        return [.. length[..Varint.Write(length, (uint)family.Length)], .. family.Written];
    }
}
