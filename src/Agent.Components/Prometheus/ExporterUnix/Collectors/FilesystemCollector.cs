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
    private ParsedContent<Chosen>? _chosen;

    /// <summary>Mounts to report, with their paths as this process sees them.</summary>
    private sealed record Chosen(Mount[] Mounts, string[] Paths, MountAnswer[] Answers);

    public void Collect(CollectorScrape scrape)
    {
        HostFiles files = scrape.Files;
        // With hidepid a process cannot see init's mounts, only its own.
        if (!files.TryRead(files.Proc("1/mountinfo"), out ReadOnlySpan<byte> text))
        {
            text = files.Read(files.Proc("self/mountinfo"));
        }
        _chosen ??= new ParsedContent<Chosen>(content => Choose(content, files));
        Chosen chosen = _chosen.Of(text);
        _space.Ask(chosen.Paths, chosen.Answers, scrape.Time);
        for (int i = 0; i < chosen.Mounts.Length; i++)
        {
            Write(chosen.Mounts[i], chosen.Answers[i], scrape.Output);
        }
    }

    private Chosen Choose(ReadOnlySpan<byte> text, HostFiles files)
    {
        Mount[] mounts =
        [
            .. Mount.Parse(text, files.Paths.Root)
                .Where(mount => !_mountPoints.Ignores(mount.MountPoint) && !_types.Ignores(mount.Type))
                .Distinct(),
        ];
        return new Chosen(mounts, Array.ConvertAll(mounts, mount => files.Root(mount.MountPoint)), new MountAnswer[mounts.Length]);
    }

    private static void Write(in Mount mount, in MountAnswer answer, FamilyWriter output)
    {
        (HostCalls.FilesystemSpace space, string? error) = (answer.Space, answer.Error);
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
