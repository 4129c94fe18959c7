using System.Text;
using Agent.Wire.Protobuf;

namespace Agent.Wire.Tests.Protobuf;

public sealed class ProtobufTests
{
    [Theory]
    [InlineData(0ul, 1)]
    [InlineData(127ul, 1)]
    [InlineData(128ul, 2)]
    [InlineData(16_383ul, 2)]
    [InlineData(16_384ul, 3)]
    [InlineData(uint.MaxValue, 5)]
    [InlineData((ulong)long.MaxValue, 9)]
    [InlineData(ulong.MaxValue, 10)]
    public void A_varint_takes_its_size_and_reads_back(ulong value, int size)
    {
        byte[] bytes = new byte[Varint.MaxLength];
        int at = 0;
        Assert.Equal(size, Varint.Size(value));
        Assert.Equal(size, Varint.Write(bytes, value));
        Assert.True(Varint.TryRead(bytes, ref at, out ulong read));
        Assert.Equal((value, size), (read, at));
        at = 0;
        Assert.False(Varint.TryRead(bytes.AsSpan(0, size - 1), ref at, out _));
        Assert.Equal(0, at);
    }

    [Fact]
    public void A_varint_beyond_64_bits_is_refused()
    {
        int at = 0;
        Assert.False(Varint.TryRead([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02], ref at, out _));
        Assert.False(Varint.TryRead([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], ref at, out _));
    }

    [Fact]
    public void Every_kind_of_field_reads_back()
    {
        using var buffer = new GrowableBuffer();
        var writer = new ProtobufWriter(buffer);
        writer.WriteInt64(1, -5);
        writer.WriteSInt64(2, -5);
        writer.WriteDouble(3, 1.5);
        writer.WriteFixed32(4, 7);
        writer.WriteString(100, "text"u8);
        writer.WriteBool(6, true);

        var reader = new ProtobufReader(buffer.Written);
        Assert.True(reader.Next() && reader.TryVarint(out ulong number) && (long)number == -5);
        Assert.True(reader.Next() && reader.TryVarint(out ulong zigzag) && Varint.UnZigZag(zigzag) == -5);
        Assert.True(reader.Next() && reader.TryDouble(out double real) && real == 1.5);
        Assert.True(reader.Next() && reader.TryFixed32(out uint small) && small == 7);
        Assert.True(reader.Next() && reader.Field == 100 && reader.TryBytes(out ReadOnlySpan<byte> text) && text.SequenceEqual("text"u8));
        Assert.True(reader.Next() && reader.TryVarint(out ulong yes) && yes == 1);
        Assert.False(reader.Next());
        Assert.Null(reader.Error);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(127, 0)]
    [InlineData(128, 0)]
    [InlineData(20_000, 0)]
    [InlineData(5, 20_000)]
    public void A_nested_message_gets_its_length_whatever_was_expected(int length, int expected)
    {
        using var buffer = new GrowableBuffer();
        var writer = new ProtobufWriter(buffer);
        ProtobufMark mark = writer.BeginMessage(1, expected);
        byte[] body = SampleText.Noise(length);
        buffer.Write(body);
        writer.EndMessage(mark);
        writer.WriteUInt64(2, 9);

        var reader = new ProtobufReader(buffer.Written);
        Assert.True(reader.Next() && reader.TryBytes(out ReadOnlySpan<byte> read) && read.SequenceEqual(body));
        Assert.True(reader.Next() && reader.TryVarint(out ulong after) && after == 9);
        Assert.False(reader.Next());
        Assert.Equal(1 + Varint.Size((uint)length) + length + 2, buffer.Length);
    }

    [Fact]
    public void Unknown_fields_are_skipped_groups_included()
    {
        byte[] message =
        [
            0x0B, 0x10, 0x01, 0x13, 0x14, 0x0C, // group 1 { 2: 1, group 2 {} }
            0x1D, 1, 2, 3, 4,                   // 3: fixed32
            0x21, 1, 2, 3, 4, 5, 6, 7, 8,       // 4: fixed64
            0x2A, 1, 9,                         // 5: bytes
            0x30, 7,                            // 6: varint
        ];
        var reader = new ProtobufReader(message);
        int last = 0;
        while (reader.Next())
        {
            last = reader.Field;
            Assert.True(reader.Skip());
        }
        Assert.Null(reader.Error);
        Assert.Equal(6, last);
    }

    [Theory]
    [InlineData("00")]             // field number 0
    [InlineData("0F")]             // wire type 7
    [InlineData("0C")]             // a group ends that was not begun
    [InlineData("0B")]             // a group does not end
    [InlineData("08")]             // no value
    [InlineData("0A05AABB")]       // length beyond the end
    [InlineData("0AFFFFFFFFFFFFFFFFFF01")]
    [InlineData("09010203")]       // half a fixed64
    public void Broken_messages_end_in_an_error(string hex)
    {
        var reader = new ProtobufReader(Convert.FromHexString(hex));
        while (reader.Next() && reader.Skip())
        {
        }
        Assert.NotNull(reader.Error);
        Assert.False(reader.Next());
    }

    [Fact]
    public void A_wire_type_that_does_not_fit_is_an_error()
    {
        var reader = new ProtobufReader([0x08, 0x01]);
        Assert.True(reader.Next());
        Assert.False(reader.TryBytes(out _));
        Assert.Contains("wire type", reader.Error);
    }

    [Fact]
    public void Broken_utf8_is_repaired_as_unicode_recommends()
    {
        using var buffer = new GrowableBuffer();
        // A lone continuation byte, a cut-off euro sign (one replacement), a lone lead byte at the end; "é" stays.
        new ProtobufWriter(buffer).WriteString(1, [(byte)'a', 0x80, 0xE2, 0x82, (byte)'b', 0xC3, 0xA9, 0xC3]);
        var reader = new ProtobufReader(buffer.Written);
        Assert.True(reader.Next() && reader.TryBytes(out ReadOnlySpan<byte> text) && Encoding.UTF8.GetString(text) == "a\uFFFD\uFFFDbé\uFFFD");
    }
}
