using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>What is collected, and where the host's files are.</summary>
public sealed record UnixExporterOptions
{
    /// <summary>Collectors to enable on top of the default ones, or of those in `set_collectors`.</summary>
    public ValueList<string> EnableCollectors { get; init; } = [];

    /// <summary>Collectors to disable; wins over `enable_collectors`.</summary>
    public ValueList<string> DisableCollectors { get; init; } = [];

    /// <summary>Collectors to run in place of the default ones.</summary>
    public ValueList<string> SetCollectors { get; init; } = [];

    /// <summary>Whether metrics about the exporter itself are reported.</summary>
    public bool IncludeExporterMetrics { get; init; }

    /// <summary>Where procfs is mounted.</summary>
    public string ProcfsPath { get; init; } = "/proc";

    /// <summary>Where sysfs is mounted.</summary>
    public string SysfsPath { get; init; } = "/sys";

    /// <summary>Prefix under which the host's file system is found.</summary>
    public string RootfsPath { get; init; } = "/";

    /// <summary>Where udev keeps its data.</summary>
    public string UdevDataPath { get; init; } = "/run/udev/data";

    /// <summary>The `arp` collector.</summary>
    [Block] public ArpOptions Arp { get; init; } = new();

    /// <summary>The `bcache` collector.</summary>
    [Block] public BcacheOptions Bcache { get; init; } = new();

    /// <summary>The `cpu` collector.</summary>
    [Block] public CpuOptions Cpu { get; init; } = new();

    /// <summary>The `diskstats` collector.</summary>
    [Block] public DiskOptions Disk { get; init; } = new();

    /// <summary>The `ethtool` collector.</summary>
    [Block] public EthtoolOptions Ethtool { get; init; } = new();

    /// <summary>The `filesystem` collector.</summary>
    [Block] public FilesystemOptions Filesystem { get; init; } = new();

    /// <summary>The `hwmon` collector.</summary>
    [Block] public HwmonOptions Hwmon { get; init; } = new();

    /// <summary>The `ipvs` collector.</summary>
    [Block] public IpvsOptions Ipvs { get; init; } = new();

    /// <summary>The `ntp` collector.</summary>
    [Block] public NtpOptions Ntp { get; init; } = new();

    /// <summary>The `netclass` collector.</summary>
    [Block] public NetclassOptions Netclass { get; init; } = new();

    /// <summary>The `netdev` collector.</summary>
    [Block] public NetdevOptions Netdev { get; init; } = new();

    /// <summary>The `netstat` collector.</summary>
    [Block] public NetstatOptions Netstat { get; init; } = new();

    /// <summary>The `perf` collector.</summary>
    [Block] public PerfOptions Perf { get; init; } = new();

    /// <summary>The `powersupplyclass` collector.</summary>
    [Block] public PowersupplyOptions Powersupply { get; init; } = new();

    /// <summary>The `runit` collector.</summary>
    [Block] public RunitOptions Runit { get; init; } = new();

    /// <summary>The `supervisord` collector.</summary>
    [Block] public SupervisordOptions Supervisord { get; init; } = new();

    /// <summary>The `sysctl` collector.</summary>
    [Block] public SysctlOptions Sysctl { get; init; } = new();

    /// <summary>The `systemd` collector.</summary>
    [Block] public SystemdOptions Systemd { get; init; } = new();

    /// <summary>The `tapestats` collector.</summary>
    [Block] public TapestatsOptions Tapestats { get; init; } = new();

    /// <summary>The `textfile` collector.</summary>
    [Block] public TextfileOptions Textfile { get; init; } = new();

    /// <summary>The `vmstat` collector.</summary>
    [Block] public VmstatOptions Vmstat { get; init; } = new();
}
