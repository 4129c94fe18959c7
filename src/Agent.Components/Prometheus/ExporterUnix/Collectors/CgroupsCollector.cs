namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Number of control groups by controller, from /proc/cgroups.</summary>
internal sealed class CgroupsCollector : IUnixCollector
{
    private static readonly Family Cgroups = Family.Gauge(
        "node_cgroups_cgroups", "Current cgroup number of the subsystem.", "subsys_name");
    private static readonly Family Enabled = Family.Gauge(
        "node_cgroups_enabled", "Current cgroup number of the subsystem.", "subsys_name");

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("cgroups"));
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("#"u8) || !TextScan.TryField(ref line, out ReadOnlySpan<byte> name))
            {
                continue;
            }
            string controller = scrape.Names[name];
            TextScan.Field(ref line, "/proc/cgroups");
            scrape.Output.Write(Cgroups, TextScan.NumberField(ref line, "/proc/cgroups"), controller);
            scrape.Output.Write(Enabled, TextScan.NumberField(ref line, "/proc/cgroups"), controller);
        }
    }
}
