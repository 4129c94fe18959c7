namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Space and inodes of mounted file systems, from mountinfo and statfs(2).</summary>
internal sealed class FilesystemCollector(FilesystemOptions options) : IUnixCollector
{
    private static readonly Family Size = Of("size_bytes", "Filesystem size in bytes.");
    private static readonly Family Free = Of("free_bytes", "Filesystem free space in bytes.");
    private static readonly Family Available = Of("avail_bytes", "Filesystem space available to non-root users in bytes.");
    private static readonly Family Files = Of("files", "Filesystem total file nodes.");
    private static readonly Family FilesFree = Of("files_free", "Filesystem total free file nodes.");
    private static readonly Family ReadOnly = Of("readonly", "Filesystem read-only status.");
    private static readonly Family DeviceError = Of(
        "device_error", "Whether an error occurred while getting statistics for the given device.");
    private static readonly Family MountInfo = Family.Gauge(
        "node_filesystem_mount_info", "Filesystem mount information.", "device", "major", "minor", "mountpoint");

    private readonly DeviceFilter _mountPoints = new(options.MountPointsExclude, null);
    private readonly DeviceFilter _types = new(options.FsTypesExclude, null);
    private readonly MountSpace _space = new(options.MountTimeout);
    private readonly HashSet<Mount> _seen = [];

    public void Collect(CollectorScrape scrape)
    {
        HostFiles files = scrape.Files;
        // With hidepid a process cannot see init's mounts, only its own.
        if (!files.TryRead(files.Proc("1/mountinfo"), out ReadOnlySpan<byte> text))
        {
            text = files.Read(files.Proc("self/mountinfo"));
        }
        _seen.Clear();
        foreach (Mount mount in Mount.Parse(text, files.Paths.Root))
        {
            if (!_mountPoints.Ignores(mount.MountPoint) && !_types.Ignores(mount.Type) && _seen.Add(mount))
            {
                Write(mount, scrape);
            }
        }
    }

    private void Write(Mount mount, CollectorScrape scrape)
    {
        (HostCalls.FilesystemSpace space, string? error) = _space.Of(scrape.Files.Root(mount.MountPoint), scrape.Time);
        FamilyWriter output = scrape.Output;
        (string device, string point, string type) = (mount.Device, mount.MountPoint, mount.Type);
        output.Write(DeviceError, error is null ? 0 : 1, device, point, type, error ?? "");
        output.Write(ReadOnly, mount.IsReadOnly ? 1 : 0, device, point, type, error ?? "");
        if (error is not null)
        {
            return;
        }
        output.Write(Size, space.Blocks * space.BlockSize, device, point, type, "");
        output.Write(Free, space.Free * space.BlockSize, device, point, type, "");
        output.Write(Available, space.Available * space.BlockSize, device, point, type, "");
        output.Write(Files, space.Files, device, point, type, "");
        output.Write(FilesFree, space.FilesFree, device, point, type, "");
        output.Write(MountInfo, 1, device, mount.Major, mount.Minor, point);
    }

    private static Family Of(string name, string help) =>
        Family.Gauge("node_filesystem_" + name, help, "device", "mountpoint", "fstype", "device_error");
}
