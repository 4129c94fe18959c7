namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Frequencies and governors of CPUs, from /sys/devices/system/cpu/cpu*/cpufreq.</summary>
internal sealed class CpufreqCollector : IUnixCollector
{
    private static readonly (string File, Family Family)[] Frequencies =
    [
        ("cpuinfo_cur_freq", Family.Gauge("node_cpu_frequency_hertz", "Current CPU thread frequency in hertz.", "cpu")),
        ("cpuinfo_avg_freq", Family.Gauge("node_cpu_frequency_avg_hertz", "Average CPU thread frequency in hertz.", "cpu")),
        ("cpuinfo_min_freq", Family.Gauge("node_cpu_frequency_min_hertz", "Minimum CPU thread frequency in hertz.", "cpu")),
        ("cpuinfo_max_freq", Family.Gauge("node_cpu_frequency_max_hertz", "Maximum CPU thread frequency in hertz.", "cpu")),
        ("scaling_cur_freq", Family.Gauge(
            "node_cpu_scaling_frequency_hertz", "Current scaled CPU thread frequency in hertz.", "cpu")),
        ("scaling_min_freq", Family.Gauge(
            "node_cpu_scaling_frequency_min_hertz", "Minimum scaled CPU thread frequency in hertz.", "cpu")),
        ("scaling_max_freq", Family.Gauge(
            "node_cpu_scaling_frequency_max_hertz", "Maximum scaled CPU thread frequency in hertz.", "cpu")),
    ];

    private static readonly Family Governor = Family.Gauge(
        "node_cpu_scaling_governor", "Current enabled CPU frequency governor.", "cpu", "governor");

    public void Collect(CollectorScrape scrape)
    {
        string folder = scrape.Files.Sys("devices/system/cpu");
        IReadOnlyList<int> offline = CpuRange.Parse(HostFiles.Text(folder, "offline") ?? "");
        foreach (string name in scrape.Files.Names(folder, "cpu"))
        {
            if (!int.TryParse(name.AsSpan(3), out int cpu) || offline.Contains(cpu))
            {
                continue;
            }
            string cpufreq = Path.Join(folder, name, "cpufreq");
            string label = name[3..];
            foreach ((string file, Family family) in Frequencies)
            {
                // The kernel counts in kHz.
                if (HostFiles.Number(cpufreq, file) is { } kilohertz)
                {
                    scrape.Output.Write(family, kilohertz * 1000.0, label);
                }
            }
            Governors(cpufreq, label, scrape.Output);
        }
    }

    private static void Governors(string cpufreq, string cpu, FamilyWriter output)
    {
        if (HostFiles.Text(cpufreq, "scaling_governor") is not { Length: > 0 } current)
        {
            return;
        }
        string available = HostFiles.Text(cpufreq, "scaling_available_governors") ?? "";
        foreach (string governor in available.Split(' '))
        {
            output.Write(Governor, governor == current ? 1 : 0, cpu, governor);
        }
    }
}
