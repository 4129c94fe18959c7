using System.Text;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>What /proc/cpuinfo says of each CPU, and the flags and bugs of the first one.</summary>
internal sealed class CpuDescription(CpuOptions options, bool frequencies)
{
    private static readonly Family Info = Family.Gauge(
        "node_cpu_info", "CPU information from /proc/cpuinfo.",
        "package", "core", "cpu", "vendor", "family", "model", "model_name", "microcode", "stepping", "cachesize");
    private static readonly Family Frequency = Family.Gauge(
        "node_cpu_frequency_hertz", "CPU frequency in hertz from /proc/cpuinfo.", "package", "core", "cpu");
    private static readonly Family Flag = Family.Gauge(
        "node_cpu_flag_info", "The `flags` field of CPU information from /proc/cpuinfo taken from the first core.", "flag");
    private static readonly Family Bug = Family.Gauge(
        "node_cpu_bug_info", "The `bugs` field of CPU information from /proc/cpuinfo taken from the first core.", "bug");

    public void Collect(CollectorScrape scrape)
    {
        string text = Encoding.UTF8.GetString(scrape.Files.Read(scrape.Files.Proc("cpuinfo")));
        var cpu = new Dictionary<string, string>(StringComparer.Ordinal);
        bool first = true;
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string name = (colon < 0 ? line : line[..colon]).Trim();
            if (name == "processor" && cpu.Count > 0)
            {
                Write(cpu, first, scrape.Output);
                first = false;
                cpu.Clear();
            }
            if (colon >= 0)
            {
                cpu[name] = line[(colon + 1)..].Trim();
            }
        }
        if (cpu.ContainsKey("processor"))
        {
            Write(cpu, first, scrape.Output);
        }
    }

    private void Write(Dictionary<string, string> cpu, bool first, FamilyWriter output)
    {
        string Of(string name) => cpu.GetValueOrDefault(name, "");
        string vendor = cpu.TryGetValue("vendor_id", out string? id) ? id : Of("vendor");
        output.Write(
            Info, 1, Of("physical id"), Of("core id"), Of("processor"), vendor, Of("cpu family"), Of("model"), Of("model name"),
            Of("microcode"), Of("stepping"), Of("cache size"));
        if (frequencies)
        {
            double megahertz = TextScan.TryNumber(Encoding.ASCII.GetBytes(Of("cpu MHz")), out double value) ? value : 0;
            output.Write(Frequency, megahertz * 1e6, Of("physical id"), Of("core id"), Of("processor"));
        }
        if (first)
        {
            Chosen(Of("flags"), options.FlagsInclude, Flag, output);
            Chosen(Of("bugs"), options.BugsInclude, Bug, output);
        }
    }

    private static void Chosen(string values, Pattern? include, Family family, FamilyWriter output)
    {
        if (include is not { Text.Length: > 0 })
        {
            return;
        }
        foreach (string value in values.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (include.IsMatch(value))
            {
                output.Write(family, 1, value);
            }
        }
    }
}
