namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Block devices that are reached over several paths (device mapper multipath), from /sys/block/dm-*.</summary>
internal sealed class DmmultipathCollector : IUnixCollector
{
    private const double SectorBytes = 512;
    private static readonly Family Info = Family.Gauge(
        "node_dmmultipath_device_info", "Non-numeric information about a DM-multipath device.", "device", "sysfs_name", "uuid");
    private static readonly Family Active = Of(
        "active", "Whether the multipath device-mapper device is active (1) or suspended (0).");
    private static readonly Family Size = Of(
        "size_bytes", "Size of the multipath device in bytes, read from /sys/block/<dm>/size.");
    private static readonly Family Paths = Of("paths", "Number of paths for a multipath device.");
    private static readonly Family PathsActive = Of(
        "paths_active", "Number of paths in active state (SCSI running or NVMe live) for a multipath device.");
    private static readonly Family PathsFailed = Of(
        "paths_failed", "Number of paths not in active state for a multipath device.");
    private static readonly Family PathState = Family.Gauge(
        "node_dmmultipath_path_state",
        "Reports the underlying device state for a multipath path, as read from /sys/block/<dev>/device/state.",
        "device", "path", "state");

    public void Collect(CollectorScrape scrape)
    {
        string block = scrape.Files.Sys("block");
        if (!Directory.Exists(block))
        {
            scrape.NoData("there is no /sys/block");
            return;
        }
        foreach (string dm in scrape.Files.Names(block, "dm-"))
        {
            string folder = scrape.Names.Path(block, dm);
            // Crypt and LVM devices have other prefixes.
            if (HostFiles.Text(folder, "dm/uuid", scrape.Names) is { } uuid && uuid.StartsWith("mpath-", StringComparison.Ordinal))
            {
                Device(block, dm, uuid, scrape);
            }
        }
    }

    private static void Device(string block, string dm, string uuid, CollectorScrape scrape)
    {
        FamilyWriter output = scrape.Output;
        string folder = scrape.Names.Path(block, dm);
        string name = HostFiles.RequiredText(scrape.Names.Path(folder, "dm/name"));
        output.Write(Info, 1, name, dm, uuid);
        output.Write(Active, HostFiles.Number(folder, "dm/suspended") is 1 ? 0 : 1, name, dm);
        output.Write(Size, HostFiles.RequiredNumber(folder, "size") * SectorBytes, name, dm);
        IReadOnlyList<string> paths = scrape.Files.Names(scrape.Names.Path(folder, "slaves"));
        int active = 0;
        foreach (string path in paths)
        {
            string state = HostFiles.Text(Path.Join(block, path, "device/state")) is { Length: > 0 } known ? known : "unknown";
            active += state is "running" or "live" ? 1 : 0;
            output.Write(PathState, 1, name, path, state);
        }
        output.Write(Paths, paths.Count, name, dm);
        output.Write(PathsActive, active, name, dm);
        output.Write(PathsFailed, paths.Count - active, name, dm);
    }

    private static Family Of(string name, string help) =>
        Family.Gauge("node_dmmultipath_device_" + name, help, "device", "sysfs_name");
}
