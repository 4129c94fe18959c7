using System.Globalization;

namespace Agent.Components.Prometheus.ExporterUnix.Perf;

/// <summary>Lists of CPUs as the option writes them: 0,2-5,8-16:4.</summary>
internal static class PerfCpus
{
    private const int MostCpus = 8192;

    public static List<int> Parse(string text)
    {
        var cpus = new List<int>();
        foreach (string part in text.Split(','))
        {
            string[] steps = part.Split(':');
            string[] ends = steps[0].Split('-');
            int first = Number(ends[0], text);
            int last = ends.Length == 2 ? Number(ends[1], text) : first;
            int step = steps.Length == 2 ? Number(steps[1], text) : 1;
            if (steps.Length > 2 || ends.Length > 2 || step == 0)
            {
                throw Wrong(text);
            }
            for (int cpu = first; cpu <= last; cpu += step)
            {
                cpus.Add(cpu);
            }
        }
        return cpus;
    }

    private static int Number(string text, string whole) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < MostCpus
            ? number
            : throw Wrong(whole);

    private static CollectorException Wrong(string text) =>
        new($"cannot count events: cpus = \"{text}\" is no list of CPUs such as \"0,2-5,8-16:4\"");
}
