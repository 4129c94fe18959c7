using Agent.Components.Prometheus.ExporterUnix.Netlink;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Queueing disciplines at the root of network devices, asked over netlink.</summary>
internal sealed class QdiscCollector : IUnixCollector
{
    private const ushort GetQdisc = 38;
    private const int HeaderSize = 20;
    private static readonly Family Bytes = Family.Counter("node_qdisc_bytes_total", "Number of bytes sent.", "device", "kind");
    private static readonly Family Packets = Family.Counter("node_qdisc_packets_total", "Number of packets sent.", "device", "kind");
    private static readonly Family Drops = Family.Counter("node_qdisc_drops_total", "Number of packets dropped.", "device", "kind");
    private static readonly Family Requeues = Family.Counter(
        "node_qdisc_requeues_total", "Number of packets dequeued, not transmitted, and requeued.", "device", "kind");
    private static readonly Family Overlimits = Family.Counter(
        "node_qdisc_overlimits_total", "Number of overlimit packets.", "device", "kind");
    private static readonly Family Length = Family.Gauge(
        "node_qdisc_current_queue_length", "Number of packets currently in queue to be sent.", "device", "kind");
    private static readonly Family Backlog = Family.Gauge(
        "node_qdisc_backlog", "Number of bytes currently in queue to be sent.", "device", "kind");

    private readonly byte[] _buffer = new byte[NetlinkSocket.BufferSize];
    private readonly LinkNames _links = new();

    public void Collect(CollectorScrape scrape)
    {
        using var socket = new NetlinkSocket(NetlinkSocket.Route, _buffer);
        _links.Load(socket, scrape.Names);
        var request = new NetlinkRequest(
            stackalloc byte[NetlinkRequest.SpaceNeeded], GetQdisc, NetlinkRequest.AskForAll, stackalloc byte[HeaderSize]);
        int error = socket.Exchange(request, isDump: true, (_, payload) =>
        {
            if (Qdisc.Parse(payload, scrape.Names) is { Parent: 0 } qdisc)
            {
                Write(_links[qdisc.Device], qdisc, scrape.Output);
            }
        });
        if (error != 0)
        {
            throw new CollectorException($"cannot list queueing disciplines: {NetlinkSocket.Describe(error)}");
        }
    }

    internal static void Write(string device, Qdisc qdisc, FamilyWriter output)
    {
        Qdisc.Statistics counts = qdisc.Counts;
        output.Write(Bytes, counts.Bytes, device, qdisc.Kind);
        output.Write(Packets, counts.Packets, device, qdisc.Kind);
        output.Write(Drops, counts.Drops, device, qdisc.Kind);
        output.Write(Requeues, counts.Requeues, device, qdisc.Kind);
        output.Write(Overlimits, counts.Overlimits, device, qdisc.Kind);
        output.Write(Length, counts.Length, device, qdisc.Kind);
        output.Write(Backlog, counts.Backlog, device, qdisc.Kind);
    }
}
