using System.Buffers.Binary;
using Agent.Components.Prometheus.ExporterUnix.Netlink;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Entries of the ARP table by device, from /proc/net/arp or asked over netlink.</summary>
internal sealed class ArpCollector(ArpOptions options) : IUnixCollector
{
    private const int DeviceColumn = 5;
    private const ushort GetNeighbours = 30;
    private const int HeaderSize = 12;
    private const byte InternetFamily = 2;

    // Entries of devices without ARP, which /proc/net/arp leaves out.
    private const ushort NoArp = 0x40;
    private static readonly Family Entries = Family.Gauge("node_arp_entries", "ARP entries by device", "device");
    private readonly DeviceFilter _filter = new(options.DeviceExclude, options.DeviceInclude);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly LinkNames _links = new();
    private byte[]? _buffer;

    public void Collect(CollectorScrape scrape)
    {
        _counts.Clear();
        if (options.Netlink)
        {
            Ask(scrape.Names);
        }
        else
        {
            Read(scrape);
        }
        foreach ((string device, int count) in _counts)
        {
            if (!_filter.Ignores(device))
            {
                scrape.Output.Write(Entries, count, device);
            }
        }
    }

    /// <summary>struct ndmsg: family, padding, index of the device, state, flags, type. Null for what is no entry of ARP.</summary>
    internal static uint? DeviceOf(ReadOnlySpan<byte> payload) =>
        payload.Length >= HeaderSize && payload[0] == InternetFamily && (BinaryPrimitives.ReadUInt16LittleEndian(payload[8..]) & NoArp) == 0
            ? BinaryPrimitives.ReadUInt32LittleEndian(payload[4..])
            : null;

    private void Ask(NameCache names)
    {
        using var socket = new NetlinkSocket(NetlinkSocket.Route, _buffer ??= new byte[NetlinkSocket.BufferSize]);
        _links.Load(socket, names);
        Span<byte> header = stackalloc byte[HeaderSize];
        header.Clear();
        header[0] = InternetFamily;
        var request = new NetlinkRequest(stackalloc byte[NetlinkRequest.SpaceNeeded], GetNeighbours, NetlinkRequest.AskForAll, header);
        int error = socket.Exchange(request, isDump: true, (_, payload) =>
        {
            if (DeviceOf(payload) is { } index)
            {
                _counts[_links[index]] = _counts.GetValueOrDefault(_links[index]) + 1;
            }
        });
        if (error != 0)
        {
            throw new CollectorException($"cannot list ARP entries: {NetlinkSocket.Describe(error)}");
        }
    }

    private void Read(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("net/arp"));
        TextScan.TryLine(ref text, out _);
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            for (int column = 0; column < DeviceColumn; column++)
            {
                TextScan.Field(ref line, "/proc/net/arp");
            }
            string name = scrape.Names[TextScan.Field(ref line, "/proc/net/arp")];
            _counts[name] = _counts.GetValueOrDefault(name) + 1;
        }
    }
}
