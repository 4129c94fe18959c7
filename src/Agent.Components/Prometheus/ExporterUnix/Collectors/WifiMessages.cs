using System.Text;
using Agent.Components.Prometheus.ExporterUnix.Netlink;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>A wireless device, from NL80211_CMD_GET_INTERFACE. The name is empty where it has no network device.</summary>
internal readonly record struct WifiDevice(uint Index, string Name, uint Megahertz);

/// <summary>The network that a device belongs to, from NL80211_CMD_GET_SCAN.</summary>
internal readonly record struct WifiNetwork(string Address, string Name, uint Status)
{
    private const uint Authenticated = 0;
    private const uint Associated = 1;
    private const uint Joined = 2;

    public string Mode => Status switch { Authenticated or Associated => "client", Joined => "ad-hoc", _ => "unknown" };
}

/// <summary>A peer of a device, from NL80211_CMD_GET_STATION. Rates are bits per second.</summary>
internal record struct WifiStation
{
    public string Address;
    public double ConnectedSeconds;
    public double InactiveSeconds;
    public double ReceiveRate;
    public double TransmitRate;
    public ulong ReceivedBytes;
    public ulong TransmittedBytes;
    public uint ReceivedPackets;
    public uint TransmittedPackets;
    public int Signal;
    public uint Retries;
    public uint Failed;
    public uint BeaconLoss;
}

/// <summary>Reads the messages of nl80211; numbers of attributes as in linux/nl80211.h.</summary>
internal static class WifiMessages
{
    private const double Millisecond = 1e-3;

    // Rates come in units of 100 kbit/s.
    private const double RateUnit = 100_000;

    public static WifiDevice Device(ReadOnlySpan<byte> payload, NameCache names)
    {
        var device = new WifiDevice(0, "", 0);
        NetlinkAttributes attributes = Attributes(payload);
        while (attributes.Next())
        {
            device = attributes.Type switch
            {
                3 => device with { Index = attributes.UInt32 },
                4 => device with { Name = names[attributes.Text] },
                38 => device with { Megahertz = attributes.UInt32 },
                _ => device,
            };
        }
        return device;
    }

    /// <summary>Null for a network that is only in reach: it has no status.</summary>
    public static WifiNetwork? Network(ReadOnlySpan<byte> payload)
    {
        const int Bss = 47;
        NetlinkAttributes outer = Attributes(payload);
        while (outer.Next())
        {
            if (outer.Type != Bss)
            {
                continue;
            }
            var network = new WifiNetwork("", "", 0);
            bool belongs = false;
            var attributes = new NetlinkAttributes(outer.Value);
            while (attributes.Next())
            {
                belongs |= attributes.Type == 9;
                network = attributes.Type switch
                {
                    1 => network with { Address = Address(attributes.Value) },
                    6 => network with { Name = NetworkName(attributes.Value) },
                    9 => network with { Status = attributes.UInt32 },
                    _ => network,
                };
            }
            return belongs ? network : null;
        }
        return null;
    }

    public static WifiStation Station(ReadOnlySpan<byte> payload)
    {
        const int MacAddress = 6;
        const int StationInfo = 21;
        var station = new WifiStation { Address = "" };
        NetlinkAttributes attributes = Attributes(payload);
        while (attributes.Next())
        {
            if (attributes.Type == MacAddress)
            {
                station.Address = Address(attributes.Value);
            }
            else if (attributes.Type == StationInfo)
            {
                Fill(new NetlinkAttributes(attributes.Value), ref station);
            }
        }
        return station;
    }

    private static void Fill(NetlinkAttributes info, ref WifiStation station)
    {
        while (info.Next())
        {
            switch (info.Type)
            {
                case 1: station.InactiveSeconds = info.UInt32 * Millisecond; break;
                // 32 bits wide, beside 64 bits on newer kernels.
                case 2: station.ReceivedBytes = Math.Max(station.ReceivedBytes, info.UInt32); break;
                case 3: station.TransmittedBytes = Math.Max(station.TransmittedBytes, info.UInt32); break;
                case 7: station.Signal = info.Value.IsEmpty ? 0 : (sbyte)info.Value[0]; break;
                case 8: station.TransmitRate = Rate(info.Value); break;
                case 9: station.ReceivedPackets = info.UInt32; break;
                case 10: station.TransmittedPackets = info.UInt32; break;
                case 11: station.Retries = info.UInt32; break;
                case 12: station.Failed = info.UInt32; break;
                case 14: station.ReceiveRate = Rate(info.Value); break;
                case 16: station.ConnectedSeconds = info.UInt32; break;
                case 18: station.BeaconLoss = info.UInt32; break;
                case 23: station.ReceivedBytes = info.UInt64; break;
                case 24: station.TransmittedBytes = info.UInt64; break;
                default: break;
            }
        }
    }

    private static double Rate(ReadOnlySpan<byte> nested)
    {
        double small = 0;
        double wide = 0;
        var attributes = new NetlinkAttributes(nested);
        while (attributes.Next())
        {
            small = attributes.Type == 1 ? attributes.UInt16 : small;
            wide = attributes.Type == 5 ? attributes.UInt32 : wide;
        }
        return (wide > 0 ? wide : small) * RateUnit;
    }

    /// <summary>The network's name among the information elements: number, length and value each. Number 0 is the name.</summary>
    private static string NetworkName(ReadOnlySpan<byte> elements)
    {
        while (elements.Length >= 2 && elements[1] <= elements.Length - 2)
        {
            if (elements[0] == 0)
            {
                return Encoding.UTF8.GetString(elements.Slice(2, elements[1]));
            }
            elements = elements[(2 + elements[1])..];
        }
        return "";
    }

    private static NetlinkAttributes Attributes(ReadOnlySpan<byte> payload) =>
        new(payload.Length < GenericNetlink.HeaderSize ? default : payload[GenericNetlink.HeaderSize..]);

    private static string Address(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 3);
        foreach (byte part in bytes)
        {
            text.Append(text.Length == 0 ? "" : ":").Append(part.ToString("x2", null));
        }
        return text.ToString();
    }
}
