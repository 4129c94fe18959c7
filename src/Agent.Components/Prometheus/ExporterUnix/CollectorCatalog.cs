using Agent.Components.Prometheus.ExporterUnix.Collectors;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>A collector's name in a configuration, whether it runs unless told otherwise, and how it is made.</summary>
internal sealed record CollectorEntry(string Name, bool Default, Func<CollectorSettings, IUnixCollector> Create);

/// <summary>All collectors of this build.</summary>
internal static class CollectorCatalog
{
    public static IReadOnlyList<CollectorEntry> All { get; } =
    [
        On("arp", s => new ArpCollector(s.Options.Arp)),
        On("bcache", s => new BcacheCollector(s.Options.Bcache)),
        On("bcachefs", _ => new BcachefsCollector()),
        On("bonding", _ => new BondingCollector()),
        On("btrfs", _ => new BtrfsCollector()),
        Off("buddyinfo", _ => new BuddyinfoCollector()),
        Off("cgroups", _ => new CgroupsCollector()),
        On("conntrack", _ => new ConntrackCollector()),
        On("cpu", s => new CpuCollector(s.Options.Cpu, s.Enabled.Contains("cpufreq"))),
        Off("cpu_vulnerabilities", _ => new CpuVulnerabilitiesCollector()),
        On("cpufreq", _ => new CpufreqCollector()),
        On("diskstats", s => new DiskstatsCollector(s.Options.Disk)),
        On("dmi", _ => new DmiCollector()),
        On("dmmultipath", _ => new DmmultipathCollector()),
        Off("drbd", _ => new DrbdCollector()),
        Off("drm", _ => new DrmCollector()),
        On("edac", _ => new EdacCollector()),
        On("entropy", _ => new EntropyCollector()),
        Off("ethtool", s => new EthtoolCollector(s.Options.Ethtool)),
        On("fibrechannel", _ => new FibrechannelCollector()),
        On("filefd", _ => new FilefdCollector()),
        On("filesystem", s => new FilesystemCollector(s.Options.Filesystem)),
        On("hwmon", s => new HwmonCollector(s.Options.Hwmon)),
        On("infiniband", _ => new InfinibandCollector()),
        Off("interrupts", _ => new InterruptsCollector()),
        On("ipvs", s => new IpvsCollector(s.Options.Ipvs)),
        On("kernel_hung", _ => new KernelHungCollector()),
        Off("ksmd", _ => new KsmdCollector()),
        Off("lnstat", _ => new LnstatCollector()),
        On("loadavg", _ => new LoadavgCollector()),
        Off("logind", _ => new LogindCollector()),
        On("mdadm", _ => new MdadmCollector()),
        On("meminfo", _ => new MeminfoCollector()),
        Off("meminfo_numa", _ => new MeminfoNumaCollector()),
        Off("mountstats", _ => new MountstatsCollector()),
        On("netclass", s => new NetclassCollector(s.Options.Netclass)),
        On("netdev", s => new NetdevCollector(s.Options.Netdev)),
        On("netstat", s => new NetstatCollector(s.Options.Netstat.Fields)),
        Off("network_route", _ => new NetworkRouteCollector()),
        On("nfs", _ => new NfsCollector()),
        On("nfsd", _ => new NfsdCollector()),
        Off("ntp", s => new NtpCollector(s.Options.Ntp)),
        On("nvme", _ => new NvmeCollector()),
        Off("nvmesubsystem", _ => new NvmesubsystemCollector()),
        On("os", _ => new OsCollector()),
        Off("pcidevice", _ => new PcideviceCollector()),
        Off("perf", s => new PerfCollector(s.Options.Perf)),
        On("powersupplyclass", s => new PowersupplyclassCollector(s.Options.Powersupply)),
        On("pressure", _ => new PressureCollector()),
        Off("processes", _ => new ProcessesCollector()),
        Off("qdisc", _ => new QdiscCollector()),
        On("rapl", _ => new RaplCollector()),
        Off("runit", s => new RunitCollector(s.Options.Runit)),
        On("schedstat", _ => new SchedstatCollector()),
        On("selinux", _ => new SelinuxCollector()),
        Off("slabinfo", _ => new SlabinfoCollector()),
        On("sockstat", s => new SockstatCollector(s.PageSize)),
        Off("softirqs", _ => new SoftirqsCollector()),
        On("softnet", _ => new SoftnetCollector()),
        On("stat", s => new StatCollector(s.StatSoftirq)),
        Off("supervisord", s => new SupervisordCollector(s.Options.Supervisord)),
        Off("swap", _ => new SwapCollector()),
        Off("sysctl", s => new SysctlCollector(s.Options.Sysctl)),
        Off("systemd", s => new SystemdCollector(s.Options.Systemd)),
        On("tapestats", s => new TapestatsCollector(s.Options.Tapestats)),
        Off("tcpstat", _ => new TcpstatCollector()),
        On("textfile", s => new TextfileCollector(s.Options.Textfile)),
        On("thermal_zone", _ => new ThermalZoneCollector()),
        On("time", _ => new TimeCollector()),
        On("timex", _ => new TimexCollector()),
        On("udp_queues", _ => new UdpQueuesCollector()),
        On("uname", _ => new UnameCollector()),
        On("vmstat", s => new VmstatCollector(s.Options.Vmstat.Fields)),
        On("watchdog", _ => new WatchdogCollector()),
        Off("wifi", _ => new WifiCollector()),
        Off("xfrm", _ => new XfrmCollector()),
        On("xfs", _ => new XfsCollector()),
        On("zfs", _ => new ZfsCollector()),
        Off("zoneinfo", _ => new ZoneinfoCollector()),
    ];

    /// <summary>The names that run under these options, in the catalog's order. Unknown names are answered apart.</summary>
    /// <remarks>`disable_collectors` wins over `enable_collectors`; `set_collectors`, where given, replaces the defaults.</remarks>
    public static IReadOnlyList<string> Enabled(UnixExporterOptions options)
    {
        var names = new List<string>();
        foreach (CollectorEntry entry in All)
        {
            bool byDefault = options.SetCollectors.Count > 0 ? options.SetCollectors.Contains(entry.Name) : entry.Default;
            if ((byDefault || options.EnableCollectors.Contains(entry.Name)) && !options.DisableCollectors.Contains(entry.Name))
            {
                names.Add(entry.Name);
            }
        }
        return names;
    }

    /// <summary>Makes the enabled collectors.</summary>
    public static CollectorSet Create(CollectorSettings settings, TimeProvider time)
    {
        IReadOnlyList<string> enabled = Enabled(settings.Options);
        settings = settings with { Enabled = enabled.ToHashSet(StringComparer.Ordinal) };
        var collectors = new List<(string, IUnixCollector)>();
        foreach (CollectorEntry entry in All)
        {
            if (settings.Enabled.Contains(entry.Name))
            {
                collectors.Add((entry.Name, entry.Create(settings)));
            }
        }
        var paths = new HostPaths
        {
            Proc = settings.Options.ProcfsPath,
            Sys = settings.Options.SysfsPath,
            Root = settings.Options.RootfsPath,
            UdevData = settings.Options.UdevDataPath,
        };
        return new CollectorSet(new HostFiles(paths), collectors, time);
    }

    private static CollectorEntry On(string name, Func<CollectorSettings, IUnixCollector> create) => new(name, true, create);

    private static CollectorEntry Off(string name, Func<CollectorSettings, IUnixCollector> create) => new(name, false, create);
}
