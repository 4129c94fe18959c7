namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Devices and files that are swapped to, from /proc/swaps.</summary>
internal sealed class SwapCollector : IUnixCollector
{
    private const double Kibibyte = 1024;
    private static readonly Family Size = Of("size_bytes", "Swap device size in bytes.");
    private static readonly Family Used = Of("used_bytes", "Swap device used in bytes.");
    private static readonly Family Priority = Of("priority", "Swap device priority.");

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("swaps"));
        TextScan.TryLine(ref text, out _);
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> name))
            {
                continue;
            }
            string device = scrape.Names[name];
            string type = scrape.Names[TextScan.Field(ref line, "/proc/swaps")];
            scrape.Output.Write(Size, TextScan.NumberField(ref line, "/proc/swaps") * Kibibyte, device, type);
            scrape.Output.Write(Used, TextScan.NumberField(ref line, "/proc/swaps") * Kibibyte, device, type);
            scrape.Output.Write(Priority, TextScan.NumberField(ref line, "/proc/swaps"), device, type);
        }
    }

    private static Family Of(string name, string help) => Family.Gauge("node_swap_" + name, help, "device", "swap_type");
}
