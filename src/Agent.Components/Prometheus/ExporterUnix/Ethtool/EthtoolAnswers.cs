using System.Buffers.Binary;

namespace Agent.Components.Prometheus.ExporterUnix.Ethtool;

/// <summary>What a port can do and offers: link modes as bits.</summary>
internal readonly record struct EthtoolLink(uint Supported, uint Advertised, bool Negotiates);

/// <summary>A driver, and how many statistics it keeps.</summary>
internal readonly record struct EthtoolDriver(string Name, string Version, string Firmware, string Bus, string Rom, uint Statistics);

/// <summary>Reads the structures of linux/ethtool.h.</summary>
internal static class EthtoolAnswers
{
    public const int NameSize = 32;

    // Above that a driver's number is nonsense.
    private const uint MostStatistics = 32_768;

    /// <summary>struct ethtool_cmd: command, supported, advertised, …, at byte 18 whether speed and duplex are negotiated.</summary>
    public static EthtoolLink Link(ReadOnlySpan<byte> answer) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(answer[4..]), BinaryPrimitives.ReadUInt32LittleEndian(answer[8..]), answer[18] != 0);

    /// <summary>struct ethtool_drvinfo: command, five texts of 32 bytes, 12 reserved bytes, number of private flags and of statistics.</summary>
    public static EthtoolDriver Driver(ReadOnlySpan<byte> answer, NameCache names)
    {
        uint statistics = BinaryPrimitives.ReadUInt32LittleEndian(answer[180..]);
        return new EthtoolDriver(
            Text(answer, 0, names), Text(answer, 1, names), Text(answer, 2, names), Text(answer, 3, names), Text(answer, 4, names),
            statistics <= MostStatistics
                ? statistics
                : throw new CollectorException($"cannot read network statistics: the driver claims to have {statistics} of them"));
    }

    /// <summary>A text of fixed length, ended by a zero where it is shorter.</summary>
    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> names, int index)
    {
        ReadOnlySpan<byte> name = names.Slice(index * NameSize, NameSize);
        int end = name.IndexOf((byte)0);
        return end < 0 ? name : name[..end];
    }

    private static string Text(ReadOnlySpan<byte> answer, int index, NameCache names) => names[Name(answer[4..], index)];
}
