namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Runtime statistics of XFS by device, from /sys/fs/xfs.</summary>
internal sealed class XfsCollector : IUnixCollector
{
    private readonly Dictionary<string, double[]> _lines = new(StringComparer.Ordinal);

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("fs/xfs");
        foreach (string device in scrape.Files.Names(root))
        {
            if (!scrape.Files.TryRead(Path.Join(root, device, "stats/stats"), out ReadOnlySpan<byte> text))
            {
                continue;
            }
            Read(text, scrape.Names);
            foreach ((string line, int column, Family family) in XfsStatistics.All)
            {
                double value = _lines.TryGetValue(line, out double[]? columns) && column < columns.Length ? columns[column] : 0;
                scrape.Output.Write(family, value, device);
            }
        }
    }

    private void Read(ReadOnlySpan<byte> text, NameCache names)
    {
        _lines.Clear();
        Span<double> space = stackalloc double[32];
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> name))
            {
                continue;
            }
            int count = 0;
            while (count < space.Length && TextScan.TryField(ref line, out ReadOnlySpan<byte> field) && TextScan.TryNumber(field, out double value))
            {
                space[count++] = value;
            }
            _lines[names[name]] = space[..count].ToArray();
        }
    }
}
