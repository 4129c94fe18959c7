using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Bytes, packets and errors of network devices, from /proc/net/dev.</summary>
internal sealed class NetdevCollector(NetdevOptions options) : IUnixCollector
{
    private static readonly Family[] Columns =
    [
        Statistic("receive_bytes"), Statistic("receive_packets"), Statistic("receive_errs"), Statistic("receive_drop"),
        Statistic("receive_fifo"), Statistic("receive_frame"), Statistic("receive_compressed"), Statistic("receive_multicast"),
        Statistic("transmit_bytes"), Statistic("transmit_packets"), Statistic("transmit_errs"), Statistic("transmit_drop"),
        Statistic("transmit_fifo"), Statistic("transmit_colls"), Statistic("transmit_carrier"), Statistic("transmit_compressed"),
    ];

    private static readonly Family NoHandler = Statistic("receive_nohandler");
    private static readonly Family Address = Family.Gauge(
        "node_network_address_info", "node network address by device", "device", "address", "netmask", "scope");

    private readonly DeviceFilter _filter = new(options.DeviceExclude, options.DeviceInclude);

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("net/dev"));
        TextScan.TryLine(ref text, out _);
        TextScan.TryLine(ref text, out _);
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            // A name may hold a colon (an alias); the counters never do.
            int colon = line.LastIndexOf((byte)':');
            if (colon < 0)
            {
                continue;
            }
            ReadOnlySpan<byte> name = TextScan.TrimSpace(line[..colon]);
            if (_filter.Ignores(name))
            {
                continue;
            }
            string device = scrape.Names[name];
            ReadOnlySpan<byte> rest = line[(colon + 1)..];
            foreach (Family family in Columns)
            {
                scrape.Output.Write(family, TextScan.NumberField(ref rest, "/proc/net/dev"), device);
            }
            if (HostFiles.Number(scrape.Files.Sys($"class/net/{device}/statistics/rx_nohandler")) is { } dropped)
            {
                scrape.Output.Write(NoHandler, dropped, device);
            }
        }
        if (options.AddressInfo)
        {
            Addresses(scrape.Output);
        }
    }

    private void Addresses(FamilyWriter output)
    {
        foreach (NetworkInterface device in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (_filter.Ignores(device.Name))
            {
                continue;
            }
            foreach (UnicastIPAddressInformation address in device.GetIPProperties().UnicastAddresses)
            {
                IPAddress plain = address.Address.AddressFamily == AddressFamily.InterNetworkV6
                    ? new IPAddress(address.Address.GetAddressBytes())
                    : address.Address;
                output.Write(Address, 1, device.Name, plain.ToString(), address.PrefixLength.ToString(), ScopeOf(plain));
            }
        }
    }

    private static string ScopeOf(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        bool local = IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || (bytes.Length == 4 && bytes[0] == 169 && bytes[1] == 254);
        return local ? "link-local" : "global";
    }

    private static Family Statistic(string name) =>
        Family.Counter($"node_network_{name}_total", $"Network device statistic {name}.", "device");
}
