namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Memory statistics of NUMA nodes, from /sys/devices/system/node.</summary>
internal sealed class MeminfoNumaCollector : IUnixCollector
{
    private const string Prefix = "node";
    private readonly FamilyCache _sizes = new(static field =>
        Family.Gauge("node_memory_numa_" + field, $"Memory information field {field}.", "node"));
    private readonly FamilyCache _counters = new(static field =>
        Family.Counter($"node_memory_numa_{field}_total", $"Memory information field {field}_total.", "node"));

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("devices/system/node");
        foreach (string name in HostFiles.List(root, Prefix))
        {
            string node = name[Prefix.Length..];
            if (node.Length == 0 || !char.IsAsciiDigit(node[0]))
            {
                continue;
            }
            Sizes(scrape.Files.Read(Path.Join(root, name, "meminfo")), scrape);
            ReadOnlySpan<byte> text = scrape.Files.Read(Path.Join(root, name, "numastat"));
            while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
            {
                if (TextScan.TryField(ref line, out ReadOnlySpan<byte> field))
                {
                    scrape.Output.Write(_counters[field], TextScan.NumberField(ref line, "numastat"), node);
                }
            }
        }
    }

    /// <summary>Lines such as "Node 0 MemTotal: 134182340 kB".</summary>
    private void Sizes(ReadOnlySpan<byte> text, CollectorScrape scrape)
    {
        Span<byte> space = stackalloc byte[128];
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out _))
            {
                continue;
            }
            string node = scrape.Names[TextScan.Field(ref line, "meminfo")];
            ReadOnlySpan<byte> field = TextScan.Field(ref line, "meminfo").TrimEnd((byte)':');
            double value = TextScan.NumberField(ref line, "meminfo");
            bool kibibytes = TextScan.TryField(ref line, out ReadOnlySpan<byte> unit) && unit.SequenceEqual("kB"u8);
            if (field.Length <= 100)
            {
                scrape.Output.Write(_sizes[MeminfoCollector.FieldName(field, false, space)], kibibytes ? value * 1024 : value, node);
            }
        }
    }
}
