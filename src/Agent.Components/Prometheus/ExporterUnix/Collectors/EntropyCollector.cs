namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Entropy of the kernel's random numbers.</summary>
internal sealed class EntropyCollector : IUnixCollector
{
    private static readonly Family Available = Family.Gauge("node_entropy_available_bits", "Bits of available entropy.");
    private static readonly Family PoolSize = Family.Gauge("node_entropy_pool_size_bits", "Bits of entropy pool.");

    public void Collect(CollectorScrape scrape)
    {
        scrape.Output.Write(Available, HostFiles.RequiredNumber(scrape.Files.Proc("sys/kernel/random/entropy_avail")));
        scrape.Output.Write(PoolSize, HostFiles.RequiredNumber(scrape.Files.Proc("sys/kernel/random/poolsize")));
    }
}
