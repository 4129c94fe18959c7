using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Bcachefs file systems, from /sys/fs/bcachefs.</summary>
internal sealed class BcachefsCollector : IUnixCollector
{
    private static readonly Family Info = Gauge("info", "Filesystem information.", "uuid");
    private static readonly Family CacheSize = Gauge("btree_cache_size_bytes", "Btree cache memory usage in bytes.", "uuid");
    private static readonly Family Compressed = Gauge("compression_compressed_bytes", "Compressed size by algorithm.", "uuid", "algorithm");
    private static readonly Family Uncompressed = Gauge(
        "compression_uncompressed_bytes", "Uncompressed size by algorithm.", "uuid", "algorithm");
    private static readonly Family Errors = Counter("errors_total", "Error count by error type.", "uuid", "error_type");
    private static readonly Family Writes = Counter("btree_writes_total", "Number of btree writes by type.", "uuid", "type");
    private static readonly Family WriteSize = Gauge("btree_write_average_size_bytes", "Average btree write size by type.", "uuid", "type");

    private readonly FamilyCache _counters = new(static name => Counter(
        MetricName.Clean(name) + "_total", $"Bcachefs counter {name} since filesystem creation.", "uuid"));

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("fs/bcachefs");
        bool any = false;
        foreach (string uuid in scrape.Files.Names(root))
        {
            string folder = scrape.Names.Path(root, uuid);
            if (Directory.Exists(folder))
            {
                any = true;
                Filesystem(folder, uuid, scrape);
            }
        }
        if (!any)
        {
            scrape.NoData("no bcachefs is mounted");
        }
    }

    /// <summary>512, 62.5k, 10.8T in bytes; units are powers of 1024.</summary>
    internal static double Size(ReadOnlySpan<byte> text, string what)
    {
        const string Units = "kmgtpe";
        text = TextScan.TrimSpace(text);
        int unit = text.IsEmpty ? -1 : Units.IndexOf(char.ToLowerInvariant((char)text[^1]), StringComparison.Ordinal);
        double number = TextScan.Number(unit < 0 ? text : TextScan.TrimSpace(text[..^1]), what);
        return Math.Truncate(number * Math.Pow(1024, unit + 1));
    }

    private void Filesystem(string folder, string uuid, CollectorScrape scrape)
    {
        FamilyWriter output = scrape.Output;
        output.Write(Info, 1, uuid);
        string size = HostFiles.Text(folder, "btree_cache_size", scrape.Names) ?? "";
        output.Write(CacheSize, size.Length == 0 ? 0 : Size(Encoding.ASCII.GetBytes(size), "btree_cache_size"), uuid);
        Compression(folder, uuid, scrape);
        if (scrape.Files.TryRead(scrape.Names.Path(folder, "errors"), out ReadOnlySpan<byte> errors))
        {
            while (TextScan.TryLine(ref errors, out ReadOnlySpan<byte> line))
            {
                if (TextScan.TryField(ref line, out ReadOnlySpan<byte> type) && TextScan.TryField(ref line, out ReadOnlySpan<byte> count))
                {
                    output.Write(Errors, TextScan.Number(count, "errors of bcachefs"), uuid, scrape.Names[type]);
                }
            }
        }
        Counters(scrape.Names.Path(folder, "counters"), uuid, scrape);
        WriteSizes(folder, uuid, scrape);
        foreach (string device in scrape.Files.Names(folder, "dev-"))
        {
            BcachefsDevice.Collect(scrape.Names.Path(folder, device), (uuid, device["dev-".Length..]), scrape);
        }
    }

    /// <summary>A heading, then "algorithm compressed uncompressed average".</summary>
    private static void Compression(string folder, string uuid, CollectorScrape scrape)
    {
        if (!scrape.Files.TryRead(scrape.Names.Path(folder, "compression_stats"), out ReadOnlySpan<byte> text))
        {
            return;
        }
        TextScan.TryLine(ref text, out _);
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (TextScan.TryField(ref line, out ReadOnlySpan<byte> name) && TextScan.TryField(ref line, out ReadOnlySpan<byte> small)
                && TextScan.TryField(ref line, out ReadOnlySpan<byte> large))
            {
                string algorithm = scrape.Names[name.TrimEnd((byte)':')];
                scrape.Output.Write(Compressed, Size(small, "compression_stats"), uuid, algorithm);
                scrape.Output.Write(Uncompressed, Size(large, "compression_stats"), uuid, algorithm);
            }
        }
    }

    private void Counters(string folder, string uuid, CollectorScrape scrape)
    {
        foreach (string name in scrape.Files.Names(folder))
        {
            if (!scrape.Files.TryRead(scrape.Names.Path(folder, name), out ReadOnlySpan<byte> text))
            {
                continue;
            }
            double? value = null;
            while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
            {
                if (line.StartsWith("since mount:"u8))
                {
                    value ??= 0;
                }
                else if (line.StartsWith("since filesystem creation:"u8))
                {
                    value = Size(line["since filesystem creation:".Length..], name);
                }
            }
            scrape.Output.Write(
                _counters[name], value ?? throw new CollectorException($"cannot read {Path.Join(folder, name)}: it holds no counter"), uuid);
        }
    }

    /// <summary>A heading, then "type: count size".</summary>
    private static void WriteSizes(string folder, string uuid, CollectorScrape scrape)
    {
        if (!scrape.Files.TryRead(scrape.Names.Path(folder, "btree_write_stats"), out ReadOnlySpan<byte> text))
        {
            return;
        }
        TextScan.TryLine(ref text, out _);
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (TextScan.TryField(ref line, out ReadOnlySpan<byte> name) && TextScan.TryField(ref line, out ReadOnlySpan<byte> count)
                && TextScan.TryField(ref line, out ReadOnlySpan<byte> size))
            {
                string type = scrape.Names[name.TrimEnd((byte)':')];
                scrape.Output.Write(Writes, TextScan.Number(count, "btree_write_stats"), uuid, type);
                scrape.Output.Write(WriteSize, Size(size, "btree_write_stats"), uuid, type);
            }
        }
    }

    private static Family Gauge(string name, string help, params string[] labels) => Family.Gauge("node_bcachefs_" + name, help, labels);

    private static Family Counter(string name, string help, params string[] labels) => Family.Counter("node_bcachefs_" + name, help, labels);
}
