using System.Buffers.Binary;

namespace Agent.Storage.OpenBlocks;

/// <summary>What the file of an open block begins with; README.md describes it.</summary>
internal static class OpenBlockHeader
{
    public const int MaxOwner = 64 << 10;
    private const uint Version = 1;
    private const int FixedSize = 28;

    private static ReadOnlySpan<byte> Magic => "invaropn"u8;

    public static byte[] ToBytes(ReadOnlySpan<byte> owner)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(owner.Length, MaxOwner, nameof(owner));
        byte[] header = new byte[FixedSize + owner.Length];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), owner.Length);
        owner.CopyTo(header.AsSpan(FixedSize));
        return header;
    }

    /// <summary>Puts a generation into a header and returns what the checksums of its frames start with.</summary>
    public static uint SetGeneration(Span<byte> header, long generation)
    {
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], generation);
        uint checksum = Checksum(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], checksum);
        return checksum;
    }

    /// <summary>False where this is no header.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out long generation, out int ownerLength, out uint seed)
    {
        (generation, ownerLength, seed) = (0, 0, 0);
        if (file.Length < FixedSize || !file.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) != Version)
        {
            return false;
        }
        generation = BinaryPrimitives.ReadInt64LittleEndian(file[16..]);
        ownerLength = BinaryPrimitives.ReadInt32LittleEndian(file[24..]);
        if (ownerLength is < 0 or > MaxOwner || ownerLength > file.Length - FixedSize)
        {
            return false;
        }
        seed = Checksum(file[..(FixedSize + ownerLength)]);
        return seed == BinaryPrimitives.ReadUInt32LittleEndian(file[12..]);
    }

    public static int OwnerOffset => FixedSize;

    private static uint Checksum(ReadOnlySpan<byte> header) => Crc32C.Append(Crc32C.Of(header.Slice(8, sizeof(uint))), header[16..]);
}
