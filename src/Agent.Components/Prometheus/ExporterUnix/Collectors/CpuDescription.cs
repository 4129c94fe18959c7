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
        string model = "";
        string? flags = null;
        string? bugs = null;
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                continue;
            }
            string name = line[..colon].Trim();
            string value = line[(colon + 1)..].Trim();
            if (name == "Processor")
            {
                // Old ARM kernels head the list with the model of all.
                model = value;
                continue;
            }
            if (name == "processor" && cpu.ContainsKey(name))
            {
                Write(cpu, model, scrape.Output);
                cpu.Clear();
            }
            cpu[name] = value;
            // ARM calls them features, and may tell them once for all.
            flags = name == "Features" || (name == "flags" && flags is null) ? value : flags;
            bugs = name == "bugs" && bugs is null ? value : bugs;
        }
        // Of a single CPU old ARM kernels give no number.
        if (cpu.ContainsKey("processor") || (cpu.ContainsKey("BogoMIPS") && cpu.TryAdd("processor", "0")))
        {
            Write(cpu, model, scrape.Output);
        }
        Chosen(flags ?? "", options.FlagsInclude, Flag, scrape.Output);
        Chosen(bugs ?? "", options.BugsInclude, Bug, scrape.Output);
    }

    private void Write(Dictionary<string, string> cpu, string model, FamilyWriter output)
    {
        string Of(string name) => cpu.GetValueOrDefault(name, "");
        string vendor = cpu.TryGetValue("vendor_id", out string? id) ? id : Of("vendor");
        output.Write(
            Info, 1, Of("physical id"), Of("core id"), Of("processor"), vendor, Of("cpu family"), Of("model"),
            cpu.GetValueOrDefault("model name", model), Of("microcode"), Of("stepping"), Of("cache size"));
        if (frequencies)
        {
            double megahertz = TextScan.TryNumber(Encoding.ASCII.GetBytes(Of("cpu MHz")), out double value) ? value : 0;
            output.Write(Frequency, megahertz * 1e6, Of("physical id"), Of("core id"), Of("processor"));
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
