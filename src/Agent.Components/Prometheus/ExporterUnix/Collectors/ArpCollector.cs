namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Entries of the ARP table by device, from /proc/net/arp.</summary>
internal sealed class ArpCollector(ArpOptions options) : IUnixCollector
{
    private const int DeviceColumn = 5;
    private static readonly Family Entries = Family.Gauge("node_arp_entries", "ARP entries by device", "device");
    private readonly DeviceFilter _filter = new(options.DeviceExclude, options.DeviceInclude);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("net/arp"));
        _counts.Clear();
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
        foreach ((string device, int count) in _counts)
        {
            if (!_filter.Ignores(device))
            {
                scrape.Output.Write(Entries, count, device);
            }
        }
    }
}
