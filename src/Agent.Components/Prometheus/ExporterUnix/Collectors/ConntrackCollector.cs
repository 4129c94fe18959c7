namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Connection tracking, from /proc/sys/net/netfilter and /proc/net/stat/nf_conntrack.</summary>
internal sealed class ConntrackCollector : IUnixCollector
{
    private static readonly Family Entries = Family.Gauge(
        "node_nf_conntrack_entries", "Number of currently allocated flow entries for connection tracking.");
    private static readonly Family Limit = Family.Gauge(
        "node_nf_conntrack_entries_limit", "Maximum size of connection tracking table.");

    // Column of /proc/net/stat/nf_conntrack; it starts with "entries searched found new invalid ignore…".
    private static readonly (int Column, Family Family)[] Columns =
    [
        (2, Stat("found", "Number of searched entries which were successful.")),
        (4, Stat("invalid", "Number of packets seen which can not be tracked.")),
        (5, Stat("ignore", "Number of packets seen which are already connected to a conntrack entry.")),
        (8, Stat("insert", "Number of entries inserted into the list.")),
        (9, Stat("insert_failed", "Number of entries for which list insertion was attempted but failed.")),
        (10, Stat("drop", "Number of packets dropped due to conntrack failure.")),
        (11, Stat(
            "early_drop", "Number of dropped conntrack entries to make room for new ones, if maximum table size was reached.")),
        (16, Stat("search_restart", "Number of conntrack table lookups which had to be restarted due to hashtable resizes.")),
    ];

    public void Collect(CollectorScrape scrape)
    {
        if (HostFiles.Number(scrape.Files.Proc("sys/net/netfilter/nf_conntrack_count")) is not { } count)
        {
            scrape.NoData("connection tracking is not loaded");
            return;
        }
        scrape.Output.Write(Entries, count);
        scrape.Output.Write(Limit, HostFiles.RequiredNumber(scrape.Files.Proc("sys/net/netfilter/nf_conntrack_max")));
        if (!scrape.Files.TryRead(scrape.Files.Proc("net/stat/nf_conntrack"), out ReadOnlySpan<byte> text))
        {
            scrape.NoData("there is no /proc/net/stat/nf_conntrack");
            return;
        }
        Span<double> sums = stackalloc double[17];
        Sum(text, sums);
        foreach ((int column, Family family) in Columns)
        {
            scrape.Output.Write(family, sums[column]);
        }
    }

    /// <summary>Adds up the hexadecimal columns, one line for each CPU.</summary>
    private static void Sum(ReadOnlySpan<byte> text, Span<double> sums)
    {
        TextScan.TryLine(ref text, out _);
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            for (int column = 0; column < sums.Length && TextScan.TryField(ref line, out ReadOnlySpan<byte> field); column++)
            {
                sums[column] += TextScan.Hex(field, "/proc/net/stat/nf_conntrack");
            }
        }
    }

    private static Family Stat(string name, string help) => Family.Gauge("node_nf_conntrack_stat_" + name, help);
}
