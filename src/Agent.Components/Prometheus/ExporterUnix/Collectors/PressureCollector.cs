namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Pressure stall information, from /proc/pressure (Linux 4.20, CONFIG_PSI).</summary>
internal sealed class PressureCollector : IUnixCollector
{
    private static readonly (string Resource, Family? Some, Family? Full)[] Resources =
    [
        ("cpu", Family.Counter(
            "node_pressure_cpu_waiting_seconds_total", "Total time in seconds that processes have waited for CPU time"), null),
        ("io", Family.Counter(
            "node_pressure_io_waiting_seconds_total", "Total time in seconds that processes have waited due to IO congestion"),
            Family.Counter(
            "node_pressure_io_stalled_seconds_total", "Total time in seconds no process could make progress due to IO congestion")),
        ("memory", Family.Counter(
            "node_pressure_memory_waiting_seconds_total", "Total time in seconds that processes have waited for memory"),
            Family.Counter(
            "node_pressure_memory_stalled_seconds_total",
            "Total time in seconds no process could make progress due to memory congestion")),
        ("irq", null, Family.Counter(
            "node_pressure_irq_stalled_seconds_total", "Total time in seconds no process could make progress due to IRQ congestion")),
    ];

    public void Collect(CollectorScrape scrape)
    {
        bool found = false;
        foreach ((string resource, Family? some, Family? full) in Resources)
        {
            if (scrape.Files.TryRead(scrape.Files.Proc("pressure/" + resource), out ReadOnlySpan<byte> text))
            {
                found = true;
                Parse(text, (some, full), scrape.Output);
            }
        }
        if (!found)
        {
            scrape.NoData("the kernel gives no pressure information (Linux 4.20 with CONFIG_PSI and psi=1)");
        }
    }

    private static void Parse(ReadOnlySpan<byte> text, (Family? Some, Family? Full) families, FamilyWriter output)
    {
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> kind))
            {
                continue;
            }
            Family? family = kind.SequenceEqual("some"u8) ? families.Some : families.Full;
            while (family is not null && TextScan.TryField(ref line, out ReadOnlySpan<byte> field))
            {
                if (field.StartsWith("total="u8))
                {
                    output.Write(family, TextScan.Number(field["total=".Length..], "a total of /proc/pressure") / 1000.0 / 1000.0);
                }
            }
        }
    }
}
