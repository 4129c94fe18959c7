namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Tasks that the kernel found hanging (Linux 6.13).</summary>
internal sealed class KernelHungCollector : IUnixCollector
{
    private static readonly Family Tasks = Family.Counter(
        "node_kernel_hung_tasks_total", "Total number of tasks that have been detected as hung since the system booted.");

    public void Collect(CollectorScrape scrape)
    {
        if (HostFiles.Number(scrape.Files.Proc("sys/kernel/hung_task_detect_count")) is { } count)
        {
            scrape.Output.Write(Tasks, count);
        }
        else
        {
            scrape.NoData("the kernel does not count hung tasks");
        }
    }
}
