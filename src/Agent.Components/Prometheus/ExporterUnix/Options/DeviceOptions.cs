using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Which disks `diskstats` reports.</summary>
public sealed record DiskOptions
{
    /// <summary>Disks to leave out.</summary>
    public Pattern DeviceExclude { get; init; } = Pattern.Parse(@"^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$");

    /// <summary>Disks to report; `device_exclude` is then ignored.</summary>
    public Pattern? DeviceInclude { get; init; }
}

/// <summary>Which mounted file systems `filesystem` reports.</summary>
public sealed record FilesystemOptions
{
    /// <summary>Types of file systems to leave out.</summary>
    public Pattern FsTypesExclude { get; init; } = Pattern.Parse(
        "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs"
        + "|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$");

    /// <summary>Mount points to leave out.</summary>
    public Pattern MountPointsExclude { get; init; } = Pattern.Parse("^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+)($|/)");

    /// <summary>How long a mount may take to answer before it counts as stuck.</summary>
    public TimeSpan MountTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Which sensors' chips `hwmon` reports.</summary>
public sealed record HwmonOptions
{
    /// <summary>Chips to report.</summary>
    public Pattern? ChipInclude { get; init; }

    /// <summary>Chips to leave out.</summary>
    public Pattern? ChipExclude { get; init; }
}

/// <summary>Which power supplies `powersupplyclass` reports.</summary>
public sealed record PowersupplyOptions
{
    /// <summary>Power supplies to leave out.</summary>
    public Pattern IgnoredSupplies { get; init; } = Pattern.Parse("^$");
}

/// <summary>Which tape drives `tapestats` reports.</summary>
public sealed record TapestatsOptions
{
    /// <summary>Tape drives to leave out.</summary>
    public Pattern IgnoredDevices { get; init; } = Pattern.Parse("^$");
}

/// <summary>What `bcache` reports.</summary>
public sealed record BcacheOptions
{
    /// <summary>Whether to report the priority statistics, which are expensive to read.</summary>
    public bool PriorityStats { get; init; }
}
