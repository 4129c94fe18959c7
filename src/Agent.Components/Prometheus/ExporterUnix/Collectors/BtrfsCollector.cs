namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Space and commits of Btrfs, from /sys/fs/btrfs.</summary>
internal sealed class BtrfsCollector : IUnixCollector
{
    private const double SectorBytes = 512;
    private const double Milliseconds = 1000;
    private static readonly string[] Kinds = ["data", "metadata", "system"];
    private static readonly Family Info = Family.Gauge("node_btrfs_info", "Filesystem information", "uuid", "label");
    private static readonly Family Reserve = Family.Gauge("node_btrfs_global_rsv_size_bytes", "Size of global reserve.", "uuid");
    private static readonly Family Commits = Family.Counter(
        "node_btrfs_commits_total", "The total number of commits that have occurred.", "uuid");
    private static readonly Family LastCommit = Family.Gauge(
        "node_btrfs_last_commit_seconds", "Duration of the most recent commit, in seconds.", "uuid");
    private static readonly Family MaxCommit = Family.Gauge(
        "node_btrfs_max_commit_seconds", "Duration of the slowest commit, in seconds.", "uuid");
    private static readonly Family CommitTime = Family.Counter(
        "node_btrfs_commit_seconds_total", "Sum of the duration of all commits, in seconds.", "uuid");
    private static readonly Family Device = Family.Gauge(
        "node_btrfs_device_size_bytes", "Size of a device that is part of the filesystem.", "uuid", "device");
    private static readonly Family Reserved = Family.Gauge(
        "node_btrfs_reserved_bytes", "Amount of space reserved for a data type", "uuid", "block_group_type");
    private static readonly Family Used = Family.Gauge(
        "node_btrfs_used_bytes", "Amount of used space by a layout/data type", "uuid", "block_group_type", "mode");
    private static readonly Family Size = Family.Gauge(
        "node_btrfs_size_bytes", "Amount of space allocated for a layout/data type", "uuid", "block_group_type", "mode");
    private static readonly Family Ratio = Family.Gauge(
        "node_btrfs_allocation_ratio", "Data allocation ratio for a layout/data type", "uuid", "block_group_type", "mode");

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("fs/btrfs");
        foreach (string name in scrape.Files.Names(root))
        {
            if (name.Contains('-', StringComparison.Ordinal))
            {
                Filesystem(scrape.Names.Path(root, name), name, scrape);
            }
        }
    }

    private static void Filesystem(string folder, string name, CollectorScrape scrape)
    {
        FamilyWriter output = scrape.Output;
        string uuid = HostFiles.Text(folder, "metadata_uuid", scrape.Names) is { Length: > 0 } own ? own : name;
        output.Write(Info, 1, uuid, HostFiles.Text(folder, "label", scrape.Names) ?? "");
        output.Write(Reserve, HostFiles.Number(folder, "allocation/global_rsv_size") ?? 0, uuid);
        // Kernels before 6.0 have no such file.
        _ = scrape.Files.TryRead(scrape.Names.Path(folder, "commit_stats"), out ReadOnlySpan<byte> commits);
        output.Write(Commits, Statistic(commits, "commits"u8), uuid);
        output.Write(LastCommit, Statistic(commits, "last_commit_ms"u8) / Milliseconds, uuid);
        output.Write(MaxCommit, Statistic(commits, "max_commit_ms"u8) / Milliseconds, uuid);
        output.Write(CommitTime, Statistic(commits, "total_commit_ms"u8) / Milliseconds, uuid);
        string held = scrape.Names.Path(folder, "devices");
        IReadOnlyList<string> devices = scrape.Files.Names(held);
        string allocation = scrape.Names.Path(folder, "allocation");
        foreach (string kind in Kinds)
        {
            Allocation(scrape.Names.Path(allocation, kind), (uuid, kind, devices.Count), scrape);
        }
        foreach (string device in devices)
        {
            output.Write(Device, (HostFiles.Number(scrape.Names.Path(held, device), "size") ?? 0) * SectorBytes, uuid, device);
        }
    }

    private static void Allocation(string folder, (string Uuid, string Kind, int Devices) of, CollectorScrape scrape)
    {
        FamilyWriter output = scrape.Output;
        output.Write(Reserved, HostFiles.Number(folder, "bytes_reserved") ?? 0, of.Uuid, of.Kind);
        foreach (string mode in scrape.Files.Names(folder))
        {
            string layout = scrape.Names.Path(folder, mode);
            if (Directory.Exists(layout))
            {
                output.Write(Used, HostFiles.Number(layout, "used_bytes") ?? 0, of.Uuid, of.Kind, mode);
                output.Write(Size, HostFiles.Number(layout, "total_bytes") ?? 0, of.Uuid, of.Kind, mode);
                output.Write(Ratio, CopiesOf(mode, of.Devices), of.Uuid, of.Kind, mode);
            }
        }
    }

    /// <summary>Bytes on disk for each byte of data.</summary>
    private static double CopiesOf(string mode, double devices) => mode switch
    {
        "single" or "raid0" => 1,
        "dup" or "raid1" or "raid10" => 2,
        "raid1c3" => 3,
        "raid1c4" => 4,
        "raid5" => devices / (devices - 1),
        "raid6" => devices / (devices - 2),
        _ => 0,
    };

    /// <summary>The value in a line "key value".</summary>
    private static double Statistic(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (TextScan.TryField(ref line, out ReadOnlySpan<byte> name) && name.SequenceEqual(key)
                && TextScan.TryField(ref line, out ReadOnlySpan<byte> value) && TextScan.TryNumber(value, out double number))
            {
                return number;
            }
        }
        return 0;
    }
}
