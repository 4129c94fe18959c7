namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>What uname(2) says of the system.</summary>
internal sealed class UnameCollector : IUnixCollector
{
    private static readonly Family Info = Family.Gauge(
        "node_uname_info", "Labeled system information as provided by the uname system call.",
        "sysname", "nodename", "release", "version", "machine", "domainname");

    public void Collect(CollectorScrape scrape) => scrape.Output.Write(Info, 1, HostCalls.Uname());
}
