using System.Buffers.Binary;
using System.Text;

namespace Agent.Components.Common.GoTime;

/// <summary>Reads TZif files: counts, transition times, their zones, abbreviations, and a rule for later years as the last line.</summary>
internal static class ZoneFile
{
    private const int HeaderLength = 44;
    private const int CountsAt = 20;
    private const int ZoneLength = 6;

    /// <summary>Null when the file is no TZif file.</summary>
    public static GoLocation? Read(string path, string name)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < HeaderLength || !bytes.AsSpan().StartsWith("TZif"u8))
        {
            return null;
        }
        // From version 2 on, the same data follows again with 8-byte times.
        bool wide = bytes[4] >= (byte)'2';
        int start = wide ? BlockLength(bytes, 4) : 0;
        if (start < 0 || bytes.Length < start + HeaderLength)
        {
            return null;
        }
        ReadOnlySpan<byte> block = bytes.AsSpan(start);
        int timeSize = wide ? 8 : 4;
        int length = BlockLength(block, timeSize);
        if (length < 0 || length > block.Length || Count(block, 4) == 0)
        {
            return null;
        }
        int count = Count(block, 3);
        ReadOnlySpan<byte> data = block[HeaderLength..];
        var times = new long[count];
        for (int i = 0; i < count; i++)
        {
            times[i] = wide ? BinaryPrimitives.ReadInt64BigEndian(data[(i * 8)..]) : BinaryPrimitives.ReadInt32BigEndian(data[(i * 4)..]);
        }
        byte[] zoneOf = data.Slice(count * timeSize, count).ToArray();
        GoZone[]? zones = ReadZones(data[(count * (timeSize + 1))..], Count(block, 4), Count(block, 5));
        if (zones is null || Array.Exists(zoneOf, index => index >= zones.Length))
        {
            return null;
        }
        string rule = wide ? Encoding.ASCII.GetString(block[length..]).Trim('\n', '\0') : "";
        return new GoLocation(name, zones, (times, zoneOf), ZoneRule.Parse(rule));
    }

    private static GoZone[]? ReadZones(ReadOnlySpan<byte> data, int count, int nameLength)
    {
        ReadOnlySpan<byte> names = data.Slice(count * ZoneLength, nameLength);
        var zones = new GoZone[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> zone = data.Slice(i * ZoneLength, ZoneLength);
            if (zone[5] >= names.Length)
            {
                return null;
            }
            ReadOnlySpan<byte> name = names[zone[5]..];
            int end = name.IndexOf((byte)0);
            string text = Encoding.ASCII.GetString(end < 0 ? name : name[..end]);
            zones[i] = new GoZone(text, BinaryPrimitives.ReadInt32BigEndian(zone), zone[4] != 0);
        }
        return zones;
    }

    // Header and data; -1 when the counts make no sense.
    private static int BlockLength(ReadOnlySpan<byte> block, int timeSize)
    {
        long length = HeaderLength + Count(block, 0) + Count(block, 1) + ((long)Count(block, 2) * (timeSize + 4))
            + ((long)Count(block, 3) * (timeSize + 1)) + ((long)Count(block, 4) * ZoneLength) + Count(block, 5);
        return length is < HeaderLength or > int.MaxValue ? -1 : (int)length;
    }

    // UT indicators, standard indicators, leap seconds, transitions, zones, characters.
    private static int Count(ReadOnlySpan<byte> block, int index) =>
        (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32BigEndian(block[(CountsAt + (4 * index))..]));
}
