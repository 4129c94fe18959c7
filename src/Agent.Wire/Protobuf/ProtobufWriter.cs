using System.Buffers.Binary;

namespace Agent.Wire.Protobuf;

/// <summary>Appends protobuf fields to a growable buffer. Writes what it is told: leaving out proto3 defaults is the caller's choice.</summary>
public readonly ref struct ProtobufWriter(GrowableBuffer output)
{
    public static int TagSize(int field) => Varint.Size((uint)field << 3);

    public void WriteTag(int field, WireType type) => WriteVarint(((uint)field << 3) | (uint)type);

    public void WriteVarint(ulong value) => output.Advance(Varint.Write(output.Reserve(Varint.MaxLength), value));

    public void WriteUInt64(int field, ulong value)
    {
        WriteTag(field, WireType.Varint);
        WriteVarint(value);
    }

    /// <summary>int32 and int64: negative numbers take ten bytes.</summary>
    public void WriteInt64(int field, long value) => WriteUInt64(field, (ulong)value);

    /// <summary>sint32 and sint64.</summary>
    public void WriteSInt64(int field, long value) => WriteUInt64(field, Varint.ZigZag(value));

    public void WriteBool(int field, bool value) => WriteUInt64(field, value ? 1u : 0u);

    public void WriteFixed64(int field, ulong value)
    {
        WriteTag(field, WireType.Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(output.Reserve(sizeof(ulong)), value);
        output.Advance(sizeof(ulong));
    }

    public void WriteDouble(int field, double value) => WriteFixed64(field, BitConverter.DoubleToUInt64Bits(value));

    public void WriteFixed32(int field, uint value)
    {
        WriteTag(field, WireType.Fixed32);
        BinaryPrimitives.WriteUInt32LittleEndian(output.Reserve(sizeof(uint)), value);
        output.Advance(sizeof(uint));
    }

    public void WriteBytes(int field, ReadOnlySpan<byte> value)
    {
        WriteTag(field, WireType.LengthDelimited);
        WriteVarint((uint)value.Length);
        output.Write(value);
    }

    /// <summary>Writes a string; broken UTF-8 becomes U+FFFD, since receivers may refuse the whole message for it.</summary>
    public void WriteString(int field, ReadOnlySpan<byte> utf8)
    {
        int length = Utf8Repair.RepairedLength(utf8, out bool isValid);
        WriteTag(field, WireType.LengthDelimited);
        WriteVarint((uint)length);
        Utf8Repair.CopyTo(utf8, isValid, output.Reserve(length)[..length]);
        output.Advance(length);
    }

    /// <summary>Opens a nested message of unknown length. Pass the result to <see cref="EndMessage"/>; nesting is allowed.</summary>
    /// <param name="expectedLength">Reserves as many length bytes; a wrong guess only costs a move of the body.</param>
    public ProtobufMark BeginMessage(int field, int expectedLength = 0)
    {
        WriteTag(field, WireType.LengthDelimited);
        int lengthBytes = Varint.Size((uint)expectedLength);
        output.Reserve(lengthBytes);
        output.Advance(lengthBytes);
        return new ProtobufMark(output.Length, lengthBytes);
    }

    /// <summary>Writes the length in front of the body, moving the body where the reserved bytes do not fit.</summary>
    public void EndMessage(ProtobufMark mark)
    {
        int body = output.Length - mark.BodyStart;
        int lengthBytes = Varint.Size((uint)body);
        int shift = lengthBytes - mark.LengthBytes;
        if (shift > 0)
        {
            output.Reserve(shift);
            output.Advance(shift);
        }
        Span<byte> written = output.Mutable;
        if (shift != 0)
        {
            written.Slice(mark.BodyStart, body).CopyTo(written[(mark.BodyStart + shift)..]);
        }
        Varint.Write(written[(mark.BodyStart - mark.LengthBytes)..], (uint)body);
        if (shift < 0)
        {
            output.Truncate(output.Length + shift);
        }
    }
}
