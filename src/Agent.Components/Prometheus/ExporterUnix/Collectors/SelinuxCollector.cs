namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Whether SELinux is on, and how it is set.</summary>
internal sealed class SelinuxCollector : IUnixCollector
{
    private static readonly Family Enabled = Family.Gauge("node_selinux_enabled", "SELinux is enabled, 1 is true, 0 is false");
    private static readonly Family Configured = Family.Gauge("node_selinux_config_mode", "Configured SELinux enforcement mode");
    private static readonly Family Current = Family.Gauge("node_selinux_current_mode", "Current SELinux enforcement mode");

    public void Collect(CollectorScrape scrape)
    {
        if (HostFiles.Number(scrape.Files.Sys("fs/selinux/enforce")) is not { } current)
        {
            scrape.Output.Write(Enabled, 0);
            return;
        }
        scrape.Output.Write(Enabled, 1);
        scrape.Output.Write(Configured, ConfiguredMode(scrape.Files.Root("etc/selinux/config")));
        scrape.Output.Write(Current, current);
    }

    /// <summary>1 enforcing, 0 permissive, -1 disabled or not said.</summary>
    private static double ConfiguredMode(string path)
    {
        string mode = File.Exists(path) ? OsCollector.Parse(File.ReadLines(path)).GetValueOrDefault("SELINUX", "") : "";
        return mode switch { "enforcing" => 1, "permissive" => 0, _ => -1 };
    }
}
