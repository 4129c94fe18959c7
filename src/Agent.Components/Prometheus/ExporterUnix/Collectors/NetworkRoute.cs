using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Agent.Components.Prometheus.ExporterUnix.Netlink;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>One way of a route as the kernel tells it; a route over several hops has several.</summary>
internal readonly record struct NetworkRoute(
    uint Device, string Source, string Destination, string Gateway, uint Priority, byte Protocol, string Weight)
{
    private const int HeaderSize = 12;
    private const int HopSize = 8;
    private const byte Unicast = 1;
    private const int DestinationAttribute = 1;
    private const int DeviceAttribute = 4;
    private const int GatewayAttribute = 5;
    private const int PriorityAttribute = 6;
    private const int SourceAttribute = 7;
    private const int HopsAttribute = 9;

    /// <summary>
    /// struct rtmsg (family, lengths of destination and source, type of service, table, protocol, scope, type, flags), then attributes.
    /// Nothing for routes that lead nowhere, such as blackholes and local addresses.
    /// </summary>
    public static void Parse(ReadOnlySpan<byte> payload, List<NetworkRoute> routes)
    {
        if (payload.Length < HeaderSize || payload[7] != Unicast)
        {
            return;
        }
        var route = new NetworkRoute(0, "", "", "", 0, payload[5], "");
        ReadOnlySpan<byte> destination = default;
        ReadOnlySpan<byte> hops = default;
        var attributes = new NetlinkAttributes(payload[HeaderSize..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case DestinationAttribute:
                    destination = attributes.Value;
                    break;
                case DeviceAttribute:
                    route = route with { Device = attributes.UInt32 };
                    break;
                case GatewayAttribute:
                    route = route with { Gateway = Address(attributes.Value) };
                    break;
                case PriorityAttribute:
                    route = route with { Priority = attributes.UInt32 };
                    break;
                case SourceAttribute:
                    route = route with { Source = Address(attributes.Value) };
                    break;
                case HopsAttribute:
                    hops = attributes.Value;
                    break;
                default:
                    break;
            }
        }
        route = route with { Destination = Network(destination, payload[1]) };
        if (hops.IsEmpty)
        {
            routes.Add(route);
        }
        else
        {
            Hops(hops, route, routes);
        }
    }

    /// <summary>The name of the protocol that made the route, as in rtnetlink.h.</summary>
    public static string ProtocolName(byte protocol) => protocol switch
    {
        0 => "unspec",
        1 => "redirect",
        2 => "kernel",
        3 => "boot",
        4 => "static",
        8 => "gated",
        9 => "ra",
        10 => "mrt",
        11 => "zebra",
        12 => "bird",
        13 => "dnrouted",
        14 => "xorp",
        15 => "ntk",
        16 => "dhcp",
        17 => "mrouted",
        42 => "babel",
        186 => "bgp",
        187 => "isis",
        188 => "ospf",
        189 => "rip",
        192 => "eigrp",
        _ => "unknown",
    };

    /// <summary>struct rtnexthop: length, flags, weight less one, index of the device; then attributes.</summary>
    private static void Hops(ReadOnlySpan<byte> hops, NetworkRoute route, List<NetworkRoute> routes)
    {
        while (hops.Length >= HopSize)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(hops);
            if (length < HopSize || length > hops.Length)
            {
                return;
            }
            string gateway = "";
            var attributes = new NetlinkAttributes(hops[HopSize..length]);
            while (attributes.Next())
            {
                gateway = attributes.Type == GatewayAttribute ? Address(attributes.Value) : gateway;
            }
            routes.Add(route with
            {
                Device = BinaryPrimitives.ReadUInt32LittleEndian(hops[4..]),
                Gateway = gateway,
                Weight = (hops[3] + 1).ToString(CultureInfo.InvariantCulture),
            });
            hops = hops[Math.Min(hops.Length, (length + 3) & ~3)..];
        }
    }

    private static string Network(ReadOnlySpan<byte> address, byte length) =>
        length == 0 ? "default" : string.Create(CultureInfo.InvariantCulture, $"{Address(address)}/{length}");

    private static string Address(ReadOnlySpan<byte> bytes) => bytes.Length is 4 or 16 ? new IPAddress(bytes).ToString() : "";
}
