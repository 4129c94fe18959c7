namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Memory statistics, from /proc/meminfo.</summary>
internal sealed class MeminfoCollector : IUnixCollector
{
    private readonly FamilyCache _families = new(static field =>
        Family.Gauge("node_memory_" + field, $"Memory information field {field}."));

    public void Collect(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("meminfo"));
        Span<byte> field = stackalloc byte[128];
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TrySplit(line, (byte)':', out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> rest) || name.Length > 100)
            {
                continue;
            }
            double value = TextScan.NumberField(ref rest, "/proc/meminfo");
            bool kibibytes = TextScan.TryField(ref rest, out ReadOnlySpan<byte> unit) && unit.SequenceEqual("kB"u8);
            scrape.Output.Write(_families[FieldName(name, kibibytes, field)], kibibytes ? value * 1024 : value);
        }
    }

    /// <summary>"Active(anon)" in kB becomes Active_anon_bytes.</summary>
    public static ReadOnlySpan<byte> FieldName(ReadOnlySpan<byte> name, bool bytes, Span<byte> space)
    {
        int length = 0;
        foreach (byte c in name)
        {
            if (c != ')')
            {
                space[length++] = c == '(' ? (byte)'_' : c;
            }
        }
        if (bytes)
        {
            "_bytes"u8.CopyTo(space[length..]);
            length += "_bytes"u8.Length;
        }
        return space[..length];
    }
}
