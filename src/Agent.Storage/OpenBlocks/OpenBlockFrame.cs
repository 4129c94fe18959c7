using System.Buffers.Binary;

namespace Agent.Storage.OpenBlocks;

/// <summary>One addition to an open block; README.md describes it.</summary>
internal readonly ref struct OpenBlockFrame
{
    private const int HeaderSize = 16;

    private OpenBlockFrame(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Metadata = metadata;
        First = first;
        Second = second;
    }

    public ReadOnlySpan<byte> Metadata { get; }

    public ReadOnlySpan<byte> First { get; }

    public ReadOnlySpan<byte> Second { get; }

    public int Length => HeaderSize + Metadata.Length + First.Length + Second.Length;

    public static int LengthOf(int metadata, int first, int second) => checked(HeaderSize + metadata + first + second);

    public static void Write(Span<byte> target, uint seed, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], metadata.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], first.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], second.Length);
        Span<byte> rest = target[HeaderSize..];
        metadata.CopyTo(rest);
        first.CopyTo(rest[metadata.Length..]);
        second.CopyTo(rest[(metadata.Length + first.Length)..]);
        int length = LengthOf(metadata.Length, first.Length, second.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target, Crc32C.Append(seed, target[4..length]));
    }

    /// <summary>False where no frame of this generation begins.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, uint seed, out OpenBlockFrame frame)
    {
        frame = default;
        if (source.Length < HeaderSize)
        {
            return false;
        }
        int metadata = BinaryPrimitives.ReadInt32LittleEndian(source[4..]);
        int first = BinaryPrimitives.ReadInt32LittleEndian(source[8..]);
        int second = BinaryPrimitives.ReadInt32LittleEndian(source[12..]);
        if (metadata < 0 || first < 0 || second < 0 || (long)metadata + first + second > source.Length - HeaderSize)
        {
            return false;
        }
        frame = new OpenBlockFrame(
            source.Slice(HeaderSize, metadata), source.Slice(HeaderSize + metadata, first), source.Slice(HeaderSize + metadata + first, second));
        return BinaryPrimitives.ReadUInt32LittleEndian(source) == Crc32C.Append(seed, source[4..frame.Length]);
    }
}
