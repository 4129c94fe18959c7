using Agent.Components.Prometheus.ExporterUnix;
using Agent.Sdk.Patterns;
using Agent.Testing;
using Xunit.Abstractions;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

public sealed class NodeExporterConformanceTests(ITestOutputHelper report)
{
    // What the recording's own filter leaves out, what depends on the machine that runs the test, and what was recorded from JSON in
    // place of the kernel's messages: NetlinkConformanceTests compares that.
    internal static readonly Pattern Left = Pattern.Parse(
        "^(go_|process_|promhttp_|node_exporter_build_info|node_scrape_collector_duration_seconds|node_textfile_mtime_seconds"
        + "|node_time_(zone|seconds)|node_network_(receive|transmit)_.*_total|node_scrape_collector_success"
        + "|node_qdisc_|node_wifi_)");

    private static readonly string[] NotRecorded =
    [
        "selinux", "filesystem", "timex", "uname", "netdev", "tcpstat", "drm", "ethtool", "logind",
        "network_route", "ntp", "nvmesubsystem", "perf", "qdisc", "runit", "supervisord", "swap", "systemd", "wifi",
    ];

    [ConformanceFact]
    public void Every_family_of_the_golden_exposition_is_written_whole()
    {
        using var fixtures = new NodeFixtures();
        string text = fixtures.Scrape(Settings(fixtures), out IReadOnlyList<CollectorFailure> failures);
        foreach (CollectorFailure failure in failures)
        {
            report.WriteLine($"failed: {failure}");
        }
        SortedDictionary<string, List<string>> expected = NodeFixtures.Families(NodeFixtures.Expected);
        SortedDictionary<string, List<string>> actual = NodeFixtures.Families(text);
        var missing = new List<string>();
        var set = new ConformanceSet("node_exporter");
        foreach ((string name, List<string> lines) in expected)
        {
            if (Left.IsMatch(name))
            {
                continue;
            }
            if (actual.TryGetValue(name, out List<string>? written))
            {
                set.Case(name, () => Difference(lines, written));
            }
            else
            {
                missing.Add(name);
                set.Skip();
            }
        }
        foreach (string name in actual.Keys)
        {
            if (!Left.IsMatch(name) && !expected.ContainsKey(name))
            {
                set.Case(name, () => "the reference has no such family:\n" + string.Join('\n', actual[name]));
            }
        }
        report.WriteLine($"families not implemented: {missing.Count}\n{string.Join('\n', missing)}");
        set.Case("missing families", () => Missing(missing));
        set.Case("success", () => Success(expected["node_scrape_collector_success"], actual["node_scrape_collector_success"]));
        set.Finish();
    }

    /// <summary>A collector that is implemented must write all its families: success lines tell which are.</summary>
    private static string? Success(List<string> expected, List<string> actual)
    {
        string[] wrong = [.. actual.Skip(2).Except(expected)];
        return wrong.Length == 0 ? null : string.Join('\n', wrong);
    }

    private static string? Missing(List<string> missing)
    {
        HashSet<string> implemented = [.. CollectorCatalog.All.Select(entry => entry.Name)];
        string[] wrong = [.. missing.Where(name => implemented.Contains(CollectorOf(name)))];
        return wrong.Length == 0 ? null : "implemented collectors do not write: " + string.Join(' ', wrong);
    }

    /// <summary>The collector whose families start so; most are named like their collector.</summary>
    private static string CollectorOf(string family)
    {
        (string Prefix, string Collector)[] prefixes =
        [
            ("node_cpu_vulnerabilities", "cpu_vulnerabilities"), ("node_cpu_scaling", "cpufreq"), ("node_disk", "diskstats"),
            ("node_memory_numa", "meminfo_numa"), ("node_memory", "meminfo"), ("node_load", "loadavg"), ("node_nf_conntrack", "conntrack"),
            ("node_network", "netclass"), ("node_power_supply", "powersupplyclass"), ("node_md", "mdadm"), ("node_cooling", "thermal_zone"),
            ("node_thermal", "thermal_zone"), ("node_softirqs_functions", "softirqs"), ("node_softirqs", "stat"), ("node_boot", "stat"),
            ("node_forks", "stat"), ("node_intr", "stat"), ("node_context", "stat"), ("node_procs", "stat"), ("node_tape", "tapestats"),
            ("node_udp", "udp_queues"), ("node_kernel_hung", "kernel_hung"),
        ];
        foreach ((string prefix, string collector) in prefixes)
        {
            if (family.StartsWith(prefix, StringComparison.Ordinal))
            {
                return collector;
            }
        }
        return family.Split('_')[1];
    }

    internal static string? Difference(List<string> expected, List<string> actual)
    {
        string[] lost = [.. expected.Except(actual).Take(4)];
        string[] extra = [.. actual.Except(expected).Take(4)];
        bool same = lost.Length == 0 && extra.Length == 0 && expected.Count == actual.Count;
        return same ? null : $"\n  expected {string.Join("\n           ", lost)}\n  got      {string.Join("\n           ", extra)}";
    }

    internal static CollectorSettings Settings(NodeFixtures fixtures) => new()
    {
        PageSize = 4096,
        StatSoftirq = true,
        Options = new UnixExporterOptions
        {
            SetCollectors = [.. CollectorCatalog.All.Select(entry => entry.Name)],
            DisableCollectors = [.. NotRecorded],
            Arp = new ArpOptions { DeviceExclude = Pattern.Parse("nope") },
            Bcache = new BcacheOptions { PriorityStats = true },
            Cpu = new CpuOptions
            {
                Info = true,
                Guest = true,
                BugsInclude = Pattern.Parse("^(cpu_meltdown|spectre_.*|mds)$"),
                FlagsInclude = Pattern.Parse("^(aes|avx.?|constant_tsc)$"),
            },
            Disk = new DiskOptions { DeviceExclude = Pattern.Parse(@"^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$") },
            Hwmon = new HwmonOptions { ChipInclude = Pattern.Parse("(applesmc|asus_nb_wmi|coretemp|hwmon4|ieee80211|nct6779)") },
            Netclass = new NetclassOptions { IgnoreInvalidSpeedDevice = true, IgnoredDevices = Pattern.Parse("(dmz|int)") },
            Netstat = new NetstatOptions
            {
                Fields = Pattern.Parse(new NetstatOptions().Fields.Text.Replace("TCPTimeouts", "TCPTimeouts|TCPOFOQueue|TCPRcvQDrop")),
            },
            Sysctl = new SysctlOptions
            {
                Include = ["fs.file-nr", "fs.file-nr:total,current,max", "kernel.threads-max"],
                IncludeInfo = ["kernel.seccomp.actions_avail"],
            },
            Textfile = new TextfileOptions { Directory = fixtures.PathOf("textfile/two_metric_files/") },
        },
    };
}
