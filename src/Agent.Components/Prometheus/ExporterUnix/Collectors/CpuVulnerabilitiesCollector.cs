namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Known weaknesses of the CPUs and what is done about them, from /sys/devices/system/cpu/vulnerabilities.</summary>
internal sealed class CpuVulnerabilitiesCollector : IUnixCollector
{
    private const string Mitigation = "Mitigation: ";
    private static readonly Family Info = Family.Gauge(
        "node_cpu_vulnerabilities_info",
        "Details of each CPU vulnerability reported by sysfs. The value of the series is an int encoded state of the vulnerability. "
        + "The same state is stored as a string in the label",
        "codename", "state", "mitigation");

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("devices/system/cpu/vulnerabilities");
        foreach (string name in HostFiles.List(root))
        {
            string text = HostFiles.RequiredText(Path.Join(root, name));
            (string state, string mitigation) = text.StartsWith(Mitigation, StringComparison.Ordinal)
                ? ("mitigation", text[Mitigation.Length..])
                : (text.StartsWith("Not affected", StringComparison.Ordinal) ? "not affected"
                    : text.StartsWith("Vulnerable", StringComparison.Ordinal) ? "vulnerable" : "unknown", "");
            scrape.Output.Write(Info, 1, name, state, mitigation);
        }
    }
}
