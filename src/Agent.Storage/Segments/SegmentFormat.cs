using System.Buffers.Binary;
using System.Globalization;

namespace Agent.Storage.Segments;

/// <summary>Names and headers of segments; README.md describes them.</summary>
internal static class SegmentFormat
{
    public const int Version = 1;
    public const int HeaderSize = 40;

    // Far beyond what a log can reach: a file with such a number is not ours.
    private const long HighestNumber = 1L << 60;
    private const string SegmentExtension = ".segment";
    private const string CursorExtension = ".cursor";

    private static ReadOnlySpan<byte> Magic => "invarseg"u8;

    public static string SegmentName(long first) => string.Create(CultureInfo.InvariantCulture, $"{first:D20}-v{Version}{SegmentExtension}");

    public static string CursorName(int file) => string.Create(CultureInfo.InvariantCulture, $"{file}-v{Version}{CursorExtension}");

    public static bool IsSegment(string name, out long first, out int version) => TryParse(name, SegmentExtension, out first, out version)
        && name.Length > 20 && name[20] == '-';

    public static bool IsCursor(string name, out long file, out int version) => TryParse(name, CursorExtension, out file, out version)
        && file <= int.MaxValue && name[0] != '0';

    /// <summary>Writes the header and returns what the checksums of the segment's blocks start with.</summary>
    public static uint WriteHeader(Span<byte> target, long salt, long first, long time)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], salt);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], first);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], time);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], HeaderChecksum(target));
        return Crc32C.Of(target.Slice(16, sizeof(long)));
    }

    /// <summary>False where this is no header, or not that of the segment with this first number.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> source, long first, out uint seed, out long time)
    {
        seed = 0;
        time = 0;
        if (source.Length < HeaderSize
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[12..]) != HeaderChecksum(source)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) != Version
            || BinaryPrimitives.ReadInt64LittleEndian(source[24..]) != first)
        {
            return false;
        }
        seed = Crc32C.Of(source.Slice(16, sizeof(long)));
        time = BinaryPrimitives.ReadInt64LittleEndian(source[32..]);
        return true;
    }

    private static uint HeaderChecksum(ReadOnlySpan<byte> header) =>
        Crc32C.Append(Crc32C.Of(header.Slice(8, sizeof(uint))), header[16..HeaderSize]);

    private static bool TryParse(string name, string extension, out long number, out int version)
    {
        number = 0;
        version = 0;
        int mark = name.IndexOf("-v", StringComparison.Ordinal);
        return mark > 0
            && name.EndsWith(extension, StringComparison.Ordinal)
            && name.Length - extension.Length > mark + 2
            && long.TryParse(name.AsSpan(0, mark), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number < HighestNumber
            && int.TryParse(name.AsSpan(mark + 2, name.Length - extension.Length - mark - 2), NumberStyles.None, CultureInfo.InvariantCulture, out version)
            && version > 0
            && name[mark + 2] != '0';
    }
}
