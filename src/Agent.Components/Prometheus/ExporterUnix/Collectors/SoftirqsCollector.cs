namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Soft interrupts by CPU and kind, from /proc/softirqs.</summary>
internal sealed class SoftirqsCollector : IUnixCollector
{
    private static readonly Family Softirqs = Family.Counter(
        "node_softirqs_functions_total", "Softirq counts per CPU.", "cpu", "type");

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("softirqs"));
        TextScan.TryLine(ref text, out _);
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> name))
            {
                continue;
            }
            string kind = scrape.Names[name.TrimEnd((byte)':')];
            for (int cpu = 0; TextScan.TryField(ref line, out ReadOnlySpan<byte> count); cpu++)
            {
                scrape.Output.Write(Softirqs, TextScan.Number(count, "/proc/softirqs"), CpuRange.Name(cpu), kind);
            }
        }
    }
}
