namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Free blocks of memory by size, from /proc/buddyinfo.</summary>
internal sealed class BuddyinfoCollector : IUnixCollector
{
    private static readonly Family Blocks = Family.Gauge(
        "node_buddyinfo_blocks", "Count of free blocks according to size.", "node", "zone", "size");

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("buddyinfo"));
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            // "Node 0, zone Normal 4381 1093 …"
            if (!TextScan.TryField(ref line, out _))
            {
                continue;
            }
            string node = scrape.Names[TextScan.Field(ref line, "/proc/buddyinfo").TrimEnd((byte)',')];
            TextScan.Field(ref line, "/proc/buddyinfo");
            string zone = scrape.Names[TextScan.Field(ref line, "/proc/buddyinfo")];
            for (int size = 0; TextScan.TryField(ref line, out ReadOnlySpan<byte> count); size++)
            {
                scrape.Output.Write(Blocks, TextScan.Number(count, "/proc/buddyinfo"), node, zone, CpuRange.Name(size));
            }
        }
    }
}
