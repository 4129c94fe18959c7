using Agent.Sdk;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>What `cpu` reports.</summary>
public sealed record CpuOptions
{
    /// <summary>Whether to report `node_cpu_guest_seconds_total`.</summary>
    public bool Guest { get; init; }

    /// <summary>Whether to report `node_cpu_info`.</summary>
    public bool Info { get; init; }

    /// <summary>Bugs of the CPU to report; reports `node_cpu_info` too.</summary>
    public Pattern? BugsInclude { get; init; }

    /// <summary>Flags of the CPU to report; reports `node_cpu_info` too.</summary>
    public Pattern? FlagsInclude { get; init; }
}

/// <summary>What `perf` reports.</summary>
public sealed record PerfOptions
{
    /// <summary>CPUs to measure.</summary>
    public string Cpus { get; init; } = "";

    /// <summary>Trace points to count.</summary>
    public ValueList<string> Tracepoint { get; init; } = [];

    /// <summary>Whether to leave out hardware profilers.</summary>
    public bool DisableHardwareProfilers { get; init; }

    /// <summary>Hardware profilers to run.</summary>
    public ValueList<string> HardwareProfilers { get; init; } = [];

    /// <summary>Whether to leave out software profilers.</summary>
    public bool DisableSoftwareProfilers { get; init; }

    /// <summary>Software profilers to run.</summary>
    public ValueList<string> SoftwareProfilers { get; init; } = [];

    /// <summary>Whether to leave out cache profilers.</summary>
    public bool DisableCacheProfilers { get; init; }

    /// <summary>Cache profilers to run.</summary>
    public ValueList<string> CacheProfilers { get; init; } = [];
}

/// <summary>Where `runit` finds services.</summary>
public sealed record RunitOptions
{
    /// <summary>Folder of the services.</summary>
    public string ServiceDir { get; init; } = "/etc/service";
}

/// <summary>Where `supervisord` finds the daemon.</summary>
public sealed record SupervisordOptions
{
    /// <summary>The daemon's XML-RPC endpoint; `SUPERVISORD_URL` in the environment changes the default.</summary>
    public string Url { get; init; } =
        Environment.GetEnvironmentVariable("SUPERVISORD_URL") is { Length: > 0 } url ? url : "http://localhost:9001/RPC2";
}

/// <summary>Which settings `sysctl` reports.</summary>
public sealed record SysctlOptions
{
    /// <summary>Numeric settings to report, such as `fs.file-nr:total,current,max`.</summary>
    public ValueList<string> Include { get; init; } = [];

    /// <summary>Textual settings to report.</summary>
    public ValueList<string> IncludeInfo { get; init; } = [];
}

/// <summary>Which units `systemd` reports.</summary>
public sealed record SystemdOptions
{
    /// <summary>Whether to report restarts of services.</summary>
    public bool EnableRestarts { get; init; }

    /// <summary>Whether to report when services started.</summary>
    public bool StartTime { get; init; }

    /// <summary>Whether to report the tasks of services.</summary>
    public bool TaskMetrics { get; init; }

    /// <summary>Units to leave out; has to match the whole name.</summary>
    public Pattern UnitExclude { get; init; } = Pattern.Parse(@".+\.(automount|device|mount|scope|slice)");

    /// <summary>Units to report; has to match the whole name.</summary>
    public Pattern UnitInclude { get; init; } = Pattern.Parse(".+");
}

/// <summary>Where `textfile` finds metrics.</summary>
public sealed record TextfileOptions
{
    /// <summary>Folder whose `*.prom` files are read; may be a pattern.</summary>
    public string Directory { get; init; } = "";
}

/// <summary>Which fields `vmstat` reports.</summary>
public sealed record VmstatOptions
{
    /// <summary>Fields to report.</summary>
    public Pattern Fields { get; init; } = Pattern.Parse("^(oom_kill|pgpg|pswp|pg.*fault).*");
}
