namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Bytes that wait in UDP sockets, from /proc/net/udp and udp6.</summary>
internal sealed class UdpQueuesCollector : IUnixCollector
{
    private const int QueuesColumn = 4;
    private static readonly Family Queues = Family.Gauge(
        "node_udp_queues", "Number of allocated memory in the kernel for UDP datagrams in bytes.", "queue", "ip");

    public void Collect(CollectorScrape scrape)
    {
        bool four = Sum(scrape, "net/udp", "v4");
        bool six = Sum(scrape, "net/udp6", "v6");
        if (!four && !six)
        {
            scrape.NoData("there is neither /proc/net/udp nor udp6");
        }
    }

    private static bool Sum(CollectorScrape scrape, string file, string version)
    {
        if (!scrape.Files.TryRead(scrape.Files.Proc(file), out ReadOnlySpan<byte> text))
        {
            return false;
        }
        double sent = 0;
        double received = 0;
        TextScan.TryLine(ref text, out _);
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            for (int i = 0; i < QueuesColumn; i++)
            {
                TextScan.Field(ref line, "/proc/net/udp");
            }
            TextScan.TrySplit(TextScan.Field(ref line, "/proc/net/udp"), (byte)':', out ReadOnlySpan<byte> tx, out ReadOnlySpan<byte> rx);
            sent += TextScan.Hex(tx, "/proc/net/udp");
            received += TextScan.Hex(rx, "/proc/net/udp");
        }
        scrape.Output.Write(Queues, sent, "tx", version);
        scrape.Output.Write(Queues, received, "rx", version);
        return true;
    }
}
