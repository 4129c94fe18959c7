using System.Text;

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
        foreach (string name in HostFiles.List(root))
        {
            if (name.Contains('-', StringComparison.Ordinal))
            {
                Filesystem(Path.Join(root, name), name, scrape);
            }
        }
    }

    private static void Filesystem(string folder, string name, CollectorScrape scrape)
    {
        FamilyWriter output = scrape.Output;
        double Number(string file) => HostFiles.Number(Path.Join(folder, file)) ?? 0;
        string uuid = HostFiles.Text(Path.Join(folder, "metadata_uuid")) is { Length: > 0 } own ? own : name;
        output.Write(Info, 1, uuid, HostFiles.Text(Path.Join(folder, "label")) ?? "");
        output.Write(Reserve, Number("allocation/global_rsv_size"), uuid);
        Dictionary<string, string> commits = CommitStatistics(Path.Join(folder, "commit_stats"));
        double Commit(string key) =>
            TextScan.TryNumber(Encoding.ASCII.GetBytes(commits.GetValueOrDefault(key, "0")), out double value) ? value : 0;
        output.Write(Commits, Commit("commits"), uuid);
        output.Write(LastCommit, Commit("last_commit_ms") / Milliseconds, uuid);
        output.Write(MaxCommit, Commit("max_commit_ms") / Milliseconds, uuid);
        output.Write(CommitTime, Commit("total_commit_ms") / Milliseconds, uuid);
        IReadOnlyList<string> devices = HostFiles.List(Path.Join(folder, "devices"));
        foreach (string kind in Kinds)
        {
            Allocation(Path.Join(folder, "allocation", kind), (uuid, kind, devices.Count), output);
        }
        foreach (string device in devices)
        {
            output.Write(Device, Number($"devices/{device}/size") * SectorBytes, uuid, device);
        }
    }

    private static void Allocation(string folder, (string Uuid, string Kind, int Devices) of, FamilyWriter output)
    {
        output.Write(Reserved, HostFiles.Number(Path.Join(folder, "bytes_reserved")) ?? 0, of.Uuid, of.Kind);
        foreach (string mode in HostFiles.List(folder))
        {
            string layout = Path.Join(folder, mode);
            if (Directory.Exists(layout))
            {
                output.Write(Used, HostFiles.Number(Path.Join(layout, "used_bytes")) ?? 0, of.Uuid, of.Kind, mode);
                output.Write(Size, HostFiles.Number(Path.Join(layout, "total_bytes")) ?? 0, of.Uuid, of.Kind, mode);
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

    /// <summary>Lines "key value"; kernels before 6.0 have no such file.</summary>
    private static Dictionary<string, string> CommitStatistics(string path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in (HostFiles.Text(path) ?? "").Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 2)
            {
                values[fields[0]] = fields[1];
            }
        }
        return values;
    }
}
