namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Open files of the whole host, from /proc/sys/fs/file-nr.</summary>
internal sealed class FilefdCollector : IUnixCollector
{
    private static readonly Family Allocated = Family.Gauge("node_filefd_allocated", "File descriptor statistics: allocated.");
    private static readonly Family Maximum = Family.Gauge("node_filefd_maximum", "File descriptor statistics: maximum.");

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("sys/fs/file-nr"));
        double allocated = TextScan.NumberField(ref text, "the allocated files");
        // Since Linux 2.6 the second number is always 0.
        TextScan.Field(ref text, "the free files");
        scrape.Output.Write(Allocated, allocated);
        scrape.Output.Write(Maximum, TextScan.NumberField(ref text, "the maximum of files"));
    }
}
