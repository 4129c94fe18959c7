namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>What collectors are made from: the user's options, and switches of the reference that configurations cannot reach.</summary>
internal sealed record CollectorSettings
{
    public UnixExporterOptions Options { get; init; } = new();

    /// <summary>Names of the collectors that run: `cpu` reports frequencies of /proc/cpuinfo where `cpufreq` runs too.</summary>
    public IReadOnlySet<string> Enabled { get; init; } = new HashSet<string>();

    public bool StatSoftirq { get; init; }

    public long PageSize { get; init; } = Environment.SystemPageSize;
}
