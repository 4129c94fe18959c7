namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>TCP connections by state and the bytes that wait in them, from /proc/net/tcp and tcp6. Slow with many connections.</summary>
internal sealed class TcpstatCollector : IUnixCollector
{
    private const int StateColumn = 3;
    private static readonly Family Connections = Family.Gauge("node_tcp_connection_states", "Number of connection states.", "state");
    private static readonly string[] States =
    [
        "", "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait", "close", "close_wait", "last_ack", "listen",
        "closing",
    ];

    public void Collect(CollectorScrape scrape)
    {
        Span<double> counts = stackalloc double[States.Length];
        (double received, double sent) = Count(scrape.Files.Read(scrape.Files.Proc("net/tcp")), counts);
        if (scrape.Files.TryRead(scrape.Files.Proc("net/tcp6"), out ReadOnlySpan<byte> six))
        {
            (double received6, double sent6) = Count(six, counts);
            received += received6;
            sent += sent6;
        }
        for (int state = 1; state < counts.Length; state++)
        {
            if (counts[state] > 0)
            {
                scrape.Output.Write(Connections, counts[state], States[state]);
            }
        }
        scrape.Output.Write(Connections, received, "rx_queued_bytes");
        scrape.Output.Write(Connections, sent, "tx_queued_bytes");
    }

    private static (double Received, double Sent) Count(ReadOnlySpan<byte> text, Span<double> counts)
    {
        double received = 0;
        double sent = 0;
        TextScan.TryLine(ref text, out _);
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            for (int i = 0; i < StateColumn; i++)
            {
                TextScan.Field(ref line, "/proc/net/tcp");
            }
            int state = (int)TextScan.Hex(TextScan.Field(ref line, "/proc/net/tcp"), "/proc/net/tcp");
            TextScan.TrySplit(TextScan.Field(ref line, "/proc/net/tcp"), (byte)':', out ReadOnlySpan<byte> tx, out ReadOnlySpan<byte> rx);
            sent += TextScan.Hex(tx, "/proc/net/tcp");
            received += TextScan.Hex(rx, "/proc/net/tcp");
            if (state > 0 && state < counts.Length)
            {
                counts[state]++;
            }
        }
        return (received, sent);
    }
}
