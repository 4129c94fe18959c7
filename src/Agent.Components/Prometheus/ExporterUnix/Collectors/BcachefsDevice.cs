using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>One device of a bcachefs, from its folder dev-N.</summary>
internal static class BcachefsDevice
{
    private static readonly Family Info = Gauge("info", "Device information.", "uuid", "device", "label", "state");
    private static readonly Family BucketSize = Gauge("bucket_size_bytes", "Bucket size in bytes.", "uuid", "device");
    private static readonly Family Buckets = Gauge("buckets", "Total number of buckets.", "uuid", "device");
    private static readonly Family Durability = Gauge("durability", "Device durability setting.", "uuid", "device");
    private static readonly Family Done = Family.Counter(
        "node_bcachefs_device_io_done_bytes_total", "IO bytes by operation type and data type.", "uuid", "device", "operation", "data_type");
    private static readonly Family Errors = Family.Counter(
        "node_bcachefs_device_io_errors_total", "IO errors by error type.", "uuid", "device", "type");

    public static void Collect(string folder, (string Uuid, string Name) at, CollectorScrape scrape)
    {
        string Text(string file) => HostFiles.Text(folder, file, scrape.Names) ?? "";
        FamilyWriter output = scrape.Output;
        output.Write(Info, 1, at.Uuid, at.Name, Text("label"), Text("state"));
        string size = Text("bucket_size");
        double bucket = size.Length == 0 ? 0 : BcachefsCollector.Size(Encoding.ASCII.GetBytes(size), "bucket_size");
        output.Write(BucketSize, bucket, at.Uuid, at.Name);
        output.Write(Buckets, HostFiles.Number(folder, "nbuckets") ?? 0, at.Uuid, at.Name);
        output.Write(Durability, HostFiles.Number(folder, "durability") ?? 0, at.Uuid, at.Name);
        if (scrape.Files.TryRead(scrape.Names.Path(folder, "io_done"), out ReadOnlySpan<byte> done))
        {
            WriteDone(done, at, scrape);
        }
        if (scrape.Files.TryRead(scrape.Names.Path(folder, "io_errors"), out ReadOnlySpan<byte> errors))
        {
            WriteErrors(errors, at, scrape);
        }
    }

    /// <summary>"read:" and "write:" head lists of "data type: bytes".</summary>
    private static void WriteDone(ReadOnlySpan<byte> text, (string Uuid, string Name) at, CollectorScrape scrape)
    {
        string operation = "";
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            line = TextScan.TrimSpace(line);
            if (line.SequenceEqual("read:"u8) || line.SequenceEqual("write:"u8))
            {
                operation = scrape.Names[line[..^1]];
            }
            else if (operation.Length > 0 && TextScan.TrySplit(line, (byte)':', out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> value))
            {
                scrape.Output.Write(Done, TextScan.Number(value, "io_done of bcachefs"), at.Uuid, at.Name, operation, scrape.Names[type]);
            }
        }
    }

    /// <summary>The first of two lists: since the file system was made, and since the counts were reset.</summary>
    private static void WriteErrors(ReadOnlySpan<byte> text, (string Uuid, string Name) at, CollectorScrape scrape)
    {
        bool sinceCreation = false;
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("IO errors since filesystem creation"u8))
            {
                sinceCreation = true;
            }
            else if (line.StartsWith("IO errors since "u8))
            {
                return;
            }
            else if (sinceCreation && TextScan.TrySplit(line, (byte)':', out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> value))
            {
                scrape.Output.Write(Errors, TextScan.Number(value, "io_errors of bcachefs"), at.Uuid, at.Name, scrape.Names[type]);
            }
        }
    }

    private static Family Gauge(string name, string help, params string[] labels) =>
        Family.Gauge("node_bcachefs_device_" + name, help, labels);
}
