using System.Buffers.Binary;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Components.Prometheus.ExporterUnix.Collectors;
using Agent.Components.Prometheus.ExporterUnix.Netlink;

namespace Agent.Components.Tests.Prometheus.ExporterUnix.Netlink;

public sealed class NetlinkMessageTests
{
    private readonly NameCache _names = new();

    // What a kernel answered to RTM_GETQDISC: noqueue of the loopback device, pfifo_fast of a network card, and the end.
    private const string Qdiscs =
        "940000002400020007000000f67a0000000000000100000000000000ffffffff020000000c0001006e6f71756575650005000c0000000000300007001400"
        + "0100000000000000000000000000000000001800030000000000000000000000000000000000000000002c00030000000000000000000000000000000000"
        + "000000000000000000000000000000000000000000000000b00000002400020007000000f67a0000000000000400000000000000ffffffff020000000f00"
        + "0100706669666f5f66617374000018000200030000000102020201020000010101010101010105000c000000000030000700140001007bf9060000000000"
        + "e7160000000000001800030000000000000000000000000001000000000000002c0003007bf9060000000000e71600000000000000000000000000000000"
        + "0000000000000000000000000000140000000300020007000000f67a000000000000";

    [Fact]
    public void The_answer_of_a_kernel_is_read_to_its_end()
    {
        var found = new List<Qdisc>();

        int? result = NetlinkSocket.Visit(Convert.FromHexString(Qdiscs), 7, isDump: true, (type, payload) =>
        {
            Assert.Equal(36, type);
            found.Add(Qdisc.Parse(payload, _names)!.Value);
        });

        Assert.Equal(0, result);
        Assert.Equal(new Qdisc(1, 0, "noqueue", default), found[0]);
        Assert.Equal(new Qdisc(4, 0, "pfifo_fast", new Qdisc.Statistics(457_083, 5863, 0, 1, 0, 0, 0)), found[1]);
    }

    [Fact]
    public void Messages_of_another_question_are_skipped_and_the_answer_goes_on()
    {
        Assert.Null(NetlinkSocket.Visit(Convert.FromHexString(Qdiscs), 8, isDump: true, (_, _) => Assert.Fail("not ours")));
    }

    [Fact]
    public void An_error_of_the_kernel_is_answered_by_its_number()
    {
        byte[] denied = [.. Message(NetlinkMessages.Error, 3, [255, 255, 255, 255])];

        Assert.Equal(1, NetlinkSocket.Visit(denied, 3, isDump: true, (_, _) => { }));
    }

    [Fact]
    public void A_message_that_ends_early_is_an_error()
    {
        byte[] cut = Convert.FromHexString(Qdiscs)[..100];

        var error = Assert.Throws<CollectorException>(() => NetlinkSocket.Visit(cut, 7, isDump: true, (_, _) => { }));
        Assert.Contains("ends early", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_attribute_that_does_not_fit_ends_the_list()
    {
        var attributes = new NetlinkAttributes([8, 0, 1, 0, 5, 0, 0, 0, 200, 0, 2, 0, 1]);

        Assert.True(attributes.Next());
        Assert.Equal(5u, attributes.UInt32);
        Assert.False(attributes.Next());
    }

    [Fact]
    public void Routes_are_read_with_all_their_hops()
    {
        var routes = new List<NetworkRoute>();
        // A default route over a gateway, as a kernel told it.
        NetworkRoute.Parse(
            Convert.FromHexString("02000000fe0300010000000008000f00fe00000008000500c00002010800040004000000"), routes);
        Assert.Equal(new NetworkRoute(4, "", "default", "192.0.2.1", 0, 3, ""), Assert.Single(routes));

        routes.Clear();
        byte[] hops = [.. Hop(2, 0, [203, 0, 113, 1]), .. Hop(3, 9, [203, 0, 113, 2])];
        NetworkRoute.Parse(
            [2, 24, 0, 0, 254, 186, 0, 1, 0, 0, 0, 0, .. Attribute(1, [198, 51, 100, 0]), .. Attribute(6, [20, 0, 0, 0]), .. Attribute(9, hops)],
            routes);
        Assert.Equal(
            [
                new NetworkRoute(2, "", "198.51.100.0/24", "203.0.113.1", 20, 186, "1"),
                new NetworkRoute(3, "", "198.51.100.0/24", "203.0.113.2", 20, 186, "10"),
            ],
            routes);
        Assert.Equal("bgp", NetworkRoute.ProtocolName(routes[0].Protocol));
    }

    [Fact]
    public void Routes_that_lead_nowhere_are_left_out()
    {
        var routes = new List<NetworkRoute>();
        // A local address: type 2.
        NetworkRoute.Parse(
            Convert.FromHexString("02200000ff02fe020000000008000f00ff00000008000100c000020208000700c00002020800040004000000"), routes);
        Assert.Empty(routes);
    }

    [Fact]
    public void Wireless_messages_are_read()
    {
        WifiDevice device = WifiMessages.Device(
            [5, 1, 0, 0, .. Attribute(3, [7, 0, 0, 0]), .. Attribute(4, "wlan0\0"u8), .. Attribute(38, [0x6c, 9, 0, 0])], _names);
        Assert.Equal(new WifiDevice(7, "wlan0", 2412), device);

        // Rates and signal: a supported-rates element stands before the name.
        byte[] elements = [1, 2, 0x82, 0x84, 0, 4, (byte)'h', (byte)'o', (byte)'m', (byte)'e'];
        byte[] bss = [.. Attribute(1, [0, 0x11, 0x22, 0x33, 0x44, 0x55]), .. Attribute(6, elements), .. Attribute(9, [1, 0, 0, 0])];
        WifiNetwork? network = WifiMessages.Network([34, 1, 0, 0, .. Attribute(47, bss)]);
        Assert.Equal(new WifiNetwork("00:11:22:33:44:55", "home", 1), network);
        Assert.Equal("client", network!.Value.Mode);
        Assert.Null(WifiMessages.Network([34, 1, 0, 0, .. Attribute(47, Attribute(1, [0, 1, 2, 3, 4, 5]))]));
    }

    [Fact]
    public void Stations_prefer_the_wide_counters()
    {
        byte[] rate = [.. Attribute(1, [100, 0]), .. Attribute(5, [0, 4, 0, 0])];
        byte[] wide = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(wide, 1UL << 40);
        byte[] info =
        [
            .. Attribute(1, [0x90, 1, 0, 0]), .. Attribute(2, [1, 0, 0, 0]), .. Attribute(23, wide), .. Attribute(7, [0xcc]),
            .. Attribute(8, rate), .. Attribute(16, [60, 0, 0, 0]),
        ];

        WifiStation station = WifiMessages.Station([19, 1, 0, 0, .. Attribute(6, [1, 2, 3, 4, 5, 6]), .. Attribute(21, info)]);

        Assert.Equal("01:02:03:04:05:06", station.Address);
        Assert.Equal(0.4, station.InactiveSeconds);
        Assert.Equal(1UL << 40, station.ReceivedBytes);
        Assert.Equal(-52, station.Signal);
        Assert.Equal(102_400_000, station.TransmitRate);
        Assert.Equal(60, station.ConnectedSeconds);
    }

    [Fact]
    public void A_question_names_its_family_and_length()
    {
        var request = new NetlinkRequest(stackalloc byte[NetlinkRequest.SpaceNeeded], 16, NetlinkRequest.Ask, [3, 1, 0, 0]);
        request.Attribute(2, "nl80211");

        Assert.Equal(
            "20000000100001000500000000000000030100000c0002006e6c383032313100",
            Convert.ToHexString(request.Finish(5)).ToLowerInvariant());
    }

    [Fact]
    public void The_running_kernel_answers()
    {
        using var files = new HostFiles(new HostPaths());
        using var output = new FamilyWriter();
        var scrape = new CollectorScrape(files, output, _names, TimeProvider.System);

        new QdiscCollector().Collect(scrape);
        new NetworkRouteCollector().Collect(scrape);

        string text = NodeFixtures.Text(output);
        foreach (string line in text.Split('\n').Where(line => line.StartsWith("node_network_routes{", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("device=\"\"", line, StringComparison.Ordinal);
        }
    }

    private static byte[] Hop(byte device, byte weight, byte[] gateway)
    {
        byte[] attribute = Attribute(5, gateway);
        return [(byte)(8 + attribute.Length), 0, 0, weight, device, 0, 0, 0, .. attribute];
    }

    private static byte[] Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        byte[] bytes = new byte[(4 + value.Length + 3) & ~3];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), type);
        value.CopyTo(bytes.AsSpan(4));
        return bytes;
    }

    private static byte[] Message(ushort type, uint sequence, byte[] payload)
    {
        byte[] bytes = new byte[16 + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), type);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), sequence);
        payload.CopyTo(bytes, 16);
        return bytes;
    }
}
