namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Running and waiting time by CPU, from /proc/schedstat.</summary>
internal sealed class SchedstatCollector : IUnixCollector
{
    private const int SkippedColumns = 6;
    private const double Nanoseconds = 1e9;
    private static readonly Family Running = Family.Counter(
        "node_schedstat_running_seconds_total", "Number of seconds CPU spent running a process.", "cpu");
    private static readonly Family Waiting = Family.Counter(
        "node_schedstat_waiting_seconds_total", "Number of seconds spent by processing waiting for this CPU.", "cpu");
    private static readonly Family Timeslices = Family.Counter(
        "node_schedstat_timeslices_total", "Number of timeslices executed by CPU.", "cpu");

    public void Collect(CollectorScrape scrape)
    {
        if (!scrape.Files.TryRead(scrape.Files.Proc("schedstat"), out ReadOnlySpan<byte> text))
        {
            scrape.NoData("there is no /proc/schedstat");
            return;
        }
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> name) || !name.StartsWith("cpu"u8))
            {
                continue;
            }
            string cpu = scrape.Names[name[3..]];
            for (int i = 0; i < SkippedColumns; i++)
            {
                TextScan.Field(ref line, "/proc/schedstat");
            }
            scrape.Output.Write(Running, TextScan.NumberField(ref line, "/proc/schedstat") / Nanoseconds, cpu);
            scrape.Output.Write(Waiting, TextScan.NumberField(ref line, "/proc/schedstat") / Nanoseconds, cpu);
            scrape.Output.Write(Timeslices, TextScan.NumberField(ref line, "/proc/schedstat"), cpu);
        }
    }
}
