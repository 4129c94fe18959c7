using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Counters of virtual memory, from /proc/vmstat.</summary>
internal sealed class VmstatCollector(Pattern fields) : IUnixCollector
{
    private readonly ChosenFamilies _families = new(fields, static field =>
        Family.Untyped("node_vmstat_" + field, $"/proc/vmstat information field {field}."));

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("vmstat"));
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> field))
            {
                continue;
            }
            double value = TextScan.NumberField(ref line, "/proc/vmstat");
            if (_families[field] is { } family)
            {
                scrape.Output.Write(family, value);
            }
        }
    }
}
