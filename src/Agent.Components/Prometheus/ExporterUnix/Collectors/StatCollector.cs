namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Boot time, forks, context switches, interrupts and processes, from /proc/stat.</summary>
internal sealed class StatCollector(bool softirq) : IUnixCollector
{
    private static readonly Family Interrupts = Family.Counter("node_intr_total", "Total number of interrupts serviced.");
    private static readonly Family Switches = Family.Counter("node_context_switches_total", "Total number of context switches.");
    private static readonly Family Forks = Family.Counter("node_forks_total", "Total number of forks.");
    private static readonly Family BootTime = Family.Gauge("node_boot_time_seconds", "Node boot time, in unixtime.");
    private static readonly Family Running = Family.Gauge("node_procs_running", "Number of processes in runnable state.");
    private static readonly Family Blocked = Family.Gauge(
        "node_procs_blocked", "Number of processes blocked waiting for I/O to complete.");
    private static readonly Family Softirqs = Family.Counter("node_softirqs_total", "Number of softirq calls.", "vector");
    private static readonly string[] Vectors =
        ["hi", "timer", "net_tx", "net_rx", "block", "block_iopoll", "tasklet", "sched", "hrtimer", "rcu"];

    public void Collect(CollectorScrape scrape) => Parse(scrape.Files.Read(scrape.Files.Proc("stat")), scrape.Output);

    private void Parse(ReadOnlySpan<byte> text, FamilyWriter output)
    {
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> name))
            {
                continue;
            }
            if (FamilyOf(name) is { } family)
            {
                output.Write(family, TextScan.NumberField(ref line, family.Name));
            }
            else if (softirq && name.SequenceEqual("softirq"u8))
            {
                TextScan.Field(ref line, "the sum of softirqs");
                foreach (string vector in Vectors)
                {
                    output.Write(Softirqs, TextScan.NumberField(ref line, vector), vector);
                }
            }
        }
    }

    private static Family? FamilyOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("intr"u8) ? Interrupts
        : name.SequenceEqual("ctxt"u8) ? Switches
        : name.SequenceEqual("processes"u8) ? Forks
        : name.SequenceEqual("btime"u8) ? BootTime
        : name.SequenceEqual("procs_running"u8) ? Running
        : name.SequenceEqual("procs_blocked"u8) ? Blocked
        : null;
}
