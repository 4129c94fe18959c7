namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Merging of equal pages, from /sys/kernel/mm/ksm.</summary>
internal sealed class KsmdCollector : IUnixCollector
{
    private const double Milliseconds = 0.001;
    private static readonly FileTable Table = new(
        new("full_scans", Family.Counter("node_ksmd_full_scans_total", "How many times all mergeable areas have been scanned.")),
        new("general_profit", Of(
            "general_profit_bytes",
            "How effective is KSM. ksm_saved_pages * sizeof(page) - (all_rmap_items) * sizeof(rmap_item)")),
        new("merge_across_nodes", Of("merge_across_nodes", "Specifies if pages from different NUMA nodes can be merged.")),
        new("pages_shared", Of("pages_shared", "How many shared pages are being used.")),
        new("pages_sharing", Of("pages_sharing", "How many more sites are sharing them i.e. how much saved.")),
        new("pages_to_scan", Of("pages_to_scan", "How many pages to scan before ksmd goes to sleep.")),
        new("pages_unshared", Of("pages_unshared", "How many pages unique but repeatedly checked for merging.")),
        new("pages_volatile", Of("pages_volatile", "How many pages changing too fast to be placed in a tree.")),
        new("run", Of("run", "The status of ksmd. stopped = 0, running = 1")),
        new("sleep_millisecs", Of("sleep_seconds", "How many seconds ksmd should sleep before next scan."), Milliseconds));

    public void Collect(CollectorScrape scrape) => Table.Write(scrape.Files.Sys("kernel/mm/ksm"), scrape.Output);

    private static Family Of(string name, string help) => Family.Gauge("node_ksmd_" + name, help);
}
