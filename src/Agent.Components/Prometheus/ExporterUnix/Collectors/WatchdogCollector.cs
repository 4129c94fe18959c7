namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Watchdog timers, from /sys/class/watchdog.</summary>
internal sealed class WatchdogCollector : IUnixCollector
{
    private static readonly Family Info = Family.Gauge(
        "node_watchdog_info", "Info of /sys/class/watchdog/<watchdog>",
        "name", "options", "identity", "state", "status", "pretimeout_governor");
    private static readonly FileTable Values = new(
        Of("bootstatus"), Of("fw_version"), Of("nowayout"), Of("timeleft", "_seconds"), Of("timeout", "_seconds"),
        Of("pretimeout", "_seconds"), Of("access_cs0"));

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/watchdog");
        if (!Directory.Exists(root))
        {
            scrape.NoData("the machine has no watchdog");
            return;
        }
        foreach (string name in scrape.Files.Names(root))
        {
            string folder = scrape.Names.Path(root, name);
            string Text(string file) => HostFiles.Text(folder, file, scrape.Names) ?? "";
            Values.Write(folder, scrape.Output, name);
            scrape.Output.Write(
                Info, 1, name, Text("options"), Text("identity"), Text("state"), Text("status"), Text("pretimeout_governor"));
        }
    }

    private static FileTable.Row Of(string file, string unit = "") =>
        new(file, Family.Gauge($"node_watchdog_{file}{unit}", $"Value of /sys/class/watchdog/<watchdog>/{file}", "name"));
}
