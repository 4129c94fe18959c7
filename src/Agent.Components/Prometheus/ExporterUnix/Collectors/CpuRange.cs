using System.Globalization;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Lists of CPUs as the kernel writes them: "1,3-5,9".</summary>
internal static class CpuRange
{
    private const int MostCpus = 65536;

    public static IReadOnlyList<int> Parse(string text)
    {
        var cpus = new List<int>();
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            string first = dash < 0 ? part : part[..dash];
            string last = dash < 0 ? part : part[(dash + 1)..];
            if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int from)
                || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int to) || to >= MostCpus)
            {
                throw new CollectorException($"cannot read a list of CPUs: \"{part}\" is no range");
            }
            for (int cpu = from; cpu <= to; cpu++)
            {
                cpus.Add(cpu);
            }
        }
        return cpus;
    }

    public static string Name(int cpu) => cpu.ToString(CultureInfo.InvariantCulture);
}
