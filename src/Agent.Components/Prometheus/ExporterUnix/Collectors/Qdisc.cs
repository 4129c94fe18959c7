using System.Buffers.Binary;
using Agent.Components.Prometheus.ExporterUnix.Netlink;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>A queueing discipline as the kernel tells it.</summary>
internal readonly record struct Qdisc(uint Device, uint Parent, string Kind, Qdisc.Statistics Counts)
{
    private const int HeaderSize = 20;
    private const int KindAttribute = 1;
    private const int OldStatisticsAttribute = 3;
    private const int StatisticsAttribute = 7;
    private const int BasicAttribute = 1;
    private const int QueueAttribute = 3;
    private const int BasicSize = 12;
    private const int QueueSize = 20;
    private const int OldSize = 36;

    public readonly record struct Statistics(ulong Bytes, uint Packets, uint Drops, uint Requeues, uint Overlimits, uint Length, uint Backlog);

    /// <summary>struct tcmsg: family, index of the device, handle, parent, info; then attributes. Null where it is cut short.</summary>
    public static Qdisc? Parse(ReadOnlySpan<byte> payload, NameCache names)
    {
        if (payload.Length < HeaderSize)
        {
            return null;
        }
        string kind = "";
        Statistics? counts = null;
        var attributes = new NetlinkAttributes(payload[HeaderSize..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case KindAttribute:
                    kind = names[attributes.Text];
                    break;
                case StatisticsAttribute:
                    counts = Current(attributes.Value);
                    break;
                case OldStatisticsAttribute when attributes.Value.Length >= OldSize:
                    counts ??= Old(attributes.Value);
                    break;
                default:
                    break;
            }
        }
        uint parent = At(payload, 12);
        // The root of a device is its own parent number, all ones.
        return new Qdisc(At(payload, 4), parent == uint.MaxValue ? 0 : parent, kind, counts ?? default);
    }

    private static Statistics Current(ReadOnlySpan<byte> nested)
    {
        var counts = default(Statistics);
        var attributes = new NetlinkAttributes(nested);
        while (attributes.Next())
        {
            ReadOnlySpan<byte> value = attributes.Value;
            if (attributes.Type == BasicAttribute && value.Length >= BasicSize)
            {
                counts = counts with { Bytes = BinaryPrimitives.ReadUInt64LittleEndian(value), Packets = At(value, 8) };
            }
            else if (attributes.Type == QueueAttribute && value.Length >= QueueSize)
            {
                counts = counts with
                {
                    Length = At(value, 0),
                    Backlog = At(value, 4),
                    Drops = At(value, 8),
                    Requeues = At(value, 12),
                    Overlimits = At(value, 16),
                };
            }
        }
        return counts;
    }

    /// <summary>struct tc_stats, which kernels before 2.6 sent alone.</summary>
    private static Statistics Old(ReadOnlySpan<byte> value) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(value), At(value, 8), At(value, 12), 0, At(value, 16), At(value, 28), At(value, 32));

    private static uint At(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
