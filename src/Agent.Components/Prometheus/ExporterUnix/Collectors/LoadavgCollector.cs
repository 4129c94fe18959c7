namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Load averages, from /proc/loadavg.</summary>
internal sealed class LoadavgCollector : IUnixCollector
{
    private static readonly Family Load1 = Family.Gauge("node_load1", "1m load average.");
    private static readonly Family Load5 = Family.Gauge("node_load5", "5m load average.");
    private static readonly Family Load15 = Family.Gauge("node_load15", "15m load average.");

    public void Collect(CollectorScrape scrape)
    {
        (double one, double five, double fifteen) = Parse(scrape.Files.Read(scrape.Files.Proc("loadavg")));
        scrape.Output.Write(Load1, one);
        scrape.Output.Write(Load5, five);
        scrape.Output.Write(Load15, fifteen);
    }

    public static (double One, double Five, double Fifteen) Parse(ReadOnlySpan<byte> text) => (
        TextScan.NumberField(ref text, "the load of 1m"),
        TextScan.NumberField(ref text, "the load of 5m"),
        TextScan.NumberField(ref text, "the load of 15m"));
}
