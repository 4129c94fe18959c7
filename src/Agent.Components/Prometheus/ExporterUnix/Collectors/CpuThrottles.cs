using System.Globalization;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>How often cores and packages were throttled for their heat. Threads of one core, and cores of one package, share a counter.</summary>
internal static class CpuThrottles
{
    private static readonly Family Core = Family.Counter(
        "node_cpu_core_throttles_total", "Number of times this CPU core has been throttled.", "package", "core");
    private static readonly Family Package = Family.Counter(
        "node_cpu_package_throttles_total", "Number of times this CPU package has been throttled.", "package");

    public static void Collect(CollectorScrape scrape)
    {
        string folder = scrape.Files.Sys("devices/system/cpu");
        var cores = new HashSet<(double, double)>();
        var packages = new HashSet<double>();
        foreach (string name in scrape.Files.Names(folder, "cpu"))
        {
            if (name.Length < 4 || !char.IsAsciiDigit(name[3]))
            {
                continue;
            }
            string cpu = Path.Join(folder, name);
            if (HostFiles.Number(cpu, "topology/physical_package_id") is not { } package
                || HostFiles.Number(cpu, "topology/core_id") is not { } core)
            {
                continue;
            }
            if (!cores.Contains((package, core))
                && HostFiles.Number(cpu, "thermal_throttle/core_throttle_count") is { } coreCount)
            {
                cores.Add((package, core));
                scrape.Output.Write(Core, coreCount, Text(package), Text(core));
            }
            if (!packages.Contains(package)
                && HostFiles.Number(cpu, "thermal_throttle/package_throttle_count") is { } packageCount)
            {
                packages.Add(package);
                scrape.Output.Write(Package, packageCount, Text(package));
            }
        }
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
