using System.Buffers.Binary;

namespace Agent.Storage.Segments;

/// <summary>What a block begins with; README.md describes it.</summary>
internal readonly record struct BlockHeader(long Number, long Time, int MetadataLength, int BodyLength, uint BodyChecksum)
{
    public const int Size = 40;
    public const int MaxMetadata = 1 << 20;
    public const int MaxBody = 1 << 28;

    public static ReadOnlySpan<byte> Magic => "IBLK"u8;

    /// <summary>Bytes from here to the next block.</summary>
    public int Length => Size + MetadataLength + BodyLength;

    /// <summary>Bytes before the body.</summary>
    public int BodyOffset => Size + MetadataLength;

    /// <summary>Writes the header before metadata that are in place already.</summary>
    public void Write(Span<byte> target, uint seed)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], BodyChecksum);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], MetadataLength);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], BodyLength);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], Time);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Crc32C.Append(seed, target[8..BodyOffset]));
    }

    /// <summary>Reads the fields without looking at the checksum; false where they cannot be a header.</summary>
    public static bool TryReadFields(ReadOnlySpan<byte> source, out BlockHeader header)
    {
        header = default;
        if (source.Length < Size || !source.StartsWith(Magic) || BinaryPrimitives.ReadInt32LittleEndian(source[20..]) != 0)
        {
            return false;
        }
        header = new BlockHeader(
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]));
        return header.MetadataLength is >= 0 and <= MaxMetadata && header.BodyLength is >= 0 and <= MaxBody && header.Number >= 0;
    }

    /// <summary>True where the checksum of header and metadata, which start <paramref name="source"/>, is right.</summary>
    public bool IsIntact(ReadOnlySpan<byte> source, uint seed) =>
        BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) == Crc32C.Append(seed, source[8..BodyOffset]);
}
