namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Caches of the kernel's own objects, from /proc/slabinfo (for root only).</summary>
internal sealed class SlabinfoCollector : IUnixCollector
{
    private static readonly Family[] Columns =
    [
        Of("active_objects", "The number of objects that are currently active (i.e., in use)."),
        Of("objects", "The total number of allocated objects (i.e., objects that are both in use and not in use)."),
        Of("object_size_bytes", "The size of objects in this slab, in bytes."),
        Of("objects_per_slab", "The number of objects stored in each slab."),
        Of("pages_per_slab", "The number of pages allocated for each slab."),
    ];

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("slabinfo"));
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("#"u8) || line.StartsWith("slabinfo "u8) || !TextScan.TryField(ref line, out ReadOnlySpan<byte> name))
            {
                continue;
            }
            string slab = scrape.Names[name];
            foreach (Family family in Columns)
            {
                scrape.Output.Write(family, TextScan.NumberField(ref line, "/proc/slabinfo"), slab);
            }
        }
    }

    private static Family Of(string name, string help) => Family.Gauge("node_slabinfo_" + name, help, "slab");
}
