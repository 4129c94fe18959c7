using System.Buffers.Binary;

namespace Agent.Storage.Segments;

/// <summary>What a segment begins with; README.md describes it.</summary>
/// <param name="Salt">Random; it makes blocks valid in this segment only.</param>
/// <param name="First">Number of the first block, as in the file's name.</param>
/// <param name="Created">Milliseconds since the Unix epoch.</param>
/// <param name="Synced">All blocks before this number were durable when the segment was made.</param>
internal readonly record struct SegmentHeader(long Salt, long First, long Created, long Synced)
{
    public const int Size = 48;

    private static ReadOnlySpan<byte> Magic => "invarseg"u8;

    /// <summary>What the checksums of the segment's blocks start with.</summary>
    public uint Seed
    {
        get
        {
            Span<byte> salt = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(salt, Salt);
            return Crc32C.Of(salt);
        }
    }

    public byte[] ToBytes()
    {
        byte[] target = new byte[Size];
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target.AsSpan(8), SegmentNames.Version);
        BinaryPrimitives.WriteInt64LittleEndian(target.AsSpan(16), Salt);
        BinaryPrimitives.WriteInt64LittleEndian(target.AsSpan(24), First);
        BinaryPrimitives.WriteInt64LittleEndian(target.AsSpan(32), Created);
        BinaryPrimitives.WriteInt64LittleEndian(target.AsSpan(40), Synced);
        BinaryPrimitives.WriteUInt32LittleEndian(target.AsSpan(12), Checksum(target));
        return target;
    }

    /// <summary>False where this is no header, or not that of the segment with this first number.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, long first, out SegmentHeader header)
    {
        header = default;
        if (source.Length < Size
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[12..]) != Checksum(source)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) != SegmentNames.Version)
        {
            return false;
        }
        header = new SegmentHeader(
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[40..]));
        return header.First == first;
    }

    private static uint Checksum(ReadOnlySpan<byte> header) =>
        Crc32C.Append(Crc32C.Of(header.Slice(8, sizeof(uint))), header[16..Size]);
}
