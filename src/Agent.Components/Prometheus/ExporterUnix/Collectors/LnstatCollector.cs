namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Statistics of the network's caches by CPU, from /proc/net/stat.</summary>
internal sealed class LnstatCollector : IUnixCollector
{
    private readonly FamilyCache _families = new(static name =>
        Family.Counter($"node_lnstat_{name}_total", "linux network cache stats", "subsystem", "cpu"));

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Proc("net/stat");
        foreach (string file in HostFiles.List(root))
        {
            ReadOnlySpan<byte> text = scrape.Files.Read(Path.Join(root, file));
            if (!TextScan.TryLine(ref text, out ReadOnlySpan<byte> names))
            {
                continue;
            }
            for (int cpu = 0; TextScan.TryLine(ref text, out ReadOnlySpan<byte> line); cpu++)
            {
                ReadOnlySpan<byte> header = names;
                while (TextScan.TryField(ref header, out ReadOnlySpan<byte> name))
                {
                    double value = TextScan.Hex(TextScan.Field(ref line, "/proc/net/stat"), "/proc/net/stat");
                    scrape.Output.Write(_families[name], value, file, CpuRange.Name(cpu));
                }
            }
        }
    }
}
