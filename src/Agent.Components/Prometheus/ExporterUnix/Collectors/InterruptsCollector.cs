using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Interrupts by CPU and device, from /proc/interrupts.</summary>
internal sealed class InterruptsCollector : IUnixCollector
{
    private static readonly Family Interrupts = Family.Counter(
        "node_interrupts_total", "Interrupt details.", "cpu", "type", "info", "devices");

    public void Collect(CollectorScrape scrape)
    {
        string[] lines = Encoding.UTF8.GetString(scrape.Files.Read(scrape.Files.Proc("interrupts"))).Split('\n');
        int cpus = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string[] fields = colon < 0 ? [] : line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // ERR and MIS have one number for all CPUs.
            if (fields.Length <= cpus)
            {
                continue;
            }
            string name = line[..colon].Trim();
            bool numbered = int.TryParse(name, out _);
            string info = numbered ? fields[cpus] : string.Join(' ', fields[cpus..]);
            string devices = numbered ? string.Join(' ', fields[(cpus + 1)..]) : "";
            for (int cpu = 0; cpu < cpus; cpu++)
            {
                double count = TextScan.Number(Encoding.ASCII.GetBytes(fields[cpu]), "/proc/interrupts");
                scrape.Output.Write(Interrupts, count, CpuRange.Name(cpu), name, info, devices);
            }
        }
    }
}
