namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Energy used by packages, cores and memory, from /sys/class/powercap.</summary>
internal sealed class RaplCollector : IUnixCollector
{
    private readonly FamilyCache _families = new(static zone => Family.Counter(
        $"node_rapl_{MetricName(zone)}_joules_total", $"Current RAPL {zone} value in joules", "index", "path"));

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/powercap");
        if (!Directory.Exists(root))
        {
            scrape.NoData("the platform has no powercap files");
            return;
        }
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string entry in scrape.Files.Names(root))
        {
            string folder = Path.Join(root, entry);
            if (HostFiles.Text(folder, "name") is not { } name)
            {
                continue;
            }
            // "package-0" carries its index; others ("dram") are counted.
            int dash = name.IndexOf('-', StringComparison.Ordinal);
            int index = 0;
            if (dash > 0 && int.TryParse(name.AsSpan(dash + 1), out index))
            {
                name = name[..dash];
            }
            else
            {
                index = used.GetValueOrDefault(name);
            }
            used[name] = index + 1;
            if (HostFiles.Number(folder, "energy_uj") is not { } microjoules)
            {
                scrape.NoData($"{folder}/energy_uj is not readable: it is for root only");
                return;
            }
            scrape.Output.Write(_families[name], microjoules / 1000000.0, CpuRange.Name(index), folder);
        }
    }

    private static string MetricName(string zone) =>
        new([.. zone.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':' ? c : '_')]);
}
