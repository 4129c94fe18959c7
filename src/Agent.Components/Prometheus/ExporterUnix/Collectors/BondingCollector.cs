namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Bonded network devices and how many of their parts are up.</summary>
internal sealed class BondingCollector : IUnixCollector
{
    private static readonly Family Slaves = Family.Gauge(
        "node_bonding_slaves", "Number of configured slaves per bonding interface.", "master");
    private static readonly Family Active = Family.Gauge(
        "node_bonding_active", "Number of active slaves per bonding interface.", "master");

    public void Collect(CollectorScrape scrape)
    {
        string net = scrape.Files.Sys("class/net");
        if (HostFiles.Text(net, "bonding_masters") is not { } masters)
        {
            scrape.NoData("bonding is not in use");
            return;
        }
        foreach (string master in masters.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            int slaves = 0;
            int active = 0;
            foreach (string slave in HostFiles.RequiredText(Path.Join(net, master, "bonding/slaves"))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                // Old kernels name it slave_eth0.
                string state = HostFiles.Text(Path.Join(net, master, $"lower_{slave}", "bonding_slave/mii_status"))
                    ?? HostFiles.RequiredText(Path.Join(net, master, $"slave_{slave}", "bonding_slave/mii_status"));
                slaves++;
                active += state == "up" ? 1 : 0;
            }
            scrape.Output.Write(Slaves, slaves, master);
            scrape.Output.Write(Active, active, master);
        }
    }
}
