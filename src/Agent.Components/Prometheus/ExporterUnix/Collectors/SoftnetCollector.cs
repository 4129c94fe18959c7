namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Packets handled by CPU, from /proc/net/softnet_stat (hexadecimal columns; newer kernels have more).</summary>
internal sealed class SoftnetCollector : IUnixCollector
{
    private const int LeastColumns = 9;
    private const int IndexColumn = 12;
    private static readonly (int Column, Family Family)[] Columns =
    [
        (0, Family.Counter("node_softnet_processed_total", "Number of processed packets", "cpu")),
        (1, Family.Counter("node_softnet_dropped_total", "Number of dropped packets", "cpu")),
        (2, Family.Counter("node_softnet_times_squeezed_total", "Number of times processing packets ran out of quota", "cpu")),
        (8, Family.Counter(
            "node_softnet_cpu_collision_total", "Number of collision occur while obtaining device lock while transmitting", "cpu")),
        (9, Family.Counter("node_softnet_received_rps_total", "Number of times cpu woken up received_rps", "cpu")),
        (10, Family.Counter("node_softnet_flow_limit_count_total", "Number of times flow limit has been reached", "cpu")),
        (11, Family.Gauge("node_softnet_backlog_len", "Softnet backlog status", "cpu")),
    ];

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("net/softnet_stat"));
        Span<double> values = stackalloc double[IndexColumn + 1];
        int row = 0;
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            values.Clear();
            int count = 0;
            while (count < values.Length && TextScan.TryField(ref line, out ReadOnlySpan<byte> field))
            {
                values[count++] = TextScan.Hex(field, "/proc/net/softnet_stat");
            }
            if (count < LeastColumns)
            {
                throw new CollectorException($"cannot read /proc/net/softnet_stat: a line has {count} columns, expected {LeastColumns}");
            }
            // Before Linux 5.14 there is a line for each CPU that is online, without its number.
            string cpu = CpuRange.Name(count > IndexColumn ? (int)values[IndexColumn] : row);
            // The backlog came together with the number.
            foreach ((int column, Family family) in Columns)
            {
                scrape.Output.Write(family, column == IndexColumn - 1 && count <= IndexColumn ? 0 : values[column], cpu);
            }
            row++;
        }
    }
}
