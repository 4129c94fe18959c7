using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Kernel settings chosen by name, from /proc/sys.</summary>
internal sealed class SysctlCollector(SysctlOptions options) : IUnixCollector
{
    private static readonly Family Info = Family.Gauge("node_sysctl_info", "sysctl info", "name", "value", "index");

    public void Collect(CollectorScrape scrape)
    {
        foreach (string include in options.Include)
        {
            Numbers(include, scrape);
        }
        foreach (string name in options.IncludeInfo)
        {
            string[] values = Read(name, scrape.Files);
            for (int i = 0; i < values.Length; i++)
            {
                scrape.Output.Write(Info, 1, name, values[i], CpuRange.Name(i));
            }
        }
    }

    /// <summary>One value is the metric itself; several are told apart by index, or by the keys behind the colon.</summary>
    private static void Numbers(string include, CollectorScrape scrape)
    {
        int colon = include.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? include : include[..colon];
        string[] keys = colon < 0 ? [] : include[(colon + 1)..].Split(',');
        string[] values = Read(name, scrape.Files);
        if (values.Length == 0 || (keys.Length > 0 && (values.Length == 1 || keys.Length != values.Length)))
        {
            throw new CollectorException($"cannot report sysctl {include}: it has {values.Length} values, named are {keys.Length}");
        }
        string metric = "node_sysctl_" + new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':' ? c : '_')]);
        for (int i = 0; i < values.Length; i++)
        {
            double value = TextScan.Number(Encoding.ASCII.GetBytes(values[i]), "sysctl " + name);
            if (keys.Length > 0)
            {
                scrape.Output.Write(Family.Untyped($"{metric}_{keys[i]}", $"sysctl {name}, field {i}"), value);
            }
            else if (values.Length == 1)
            {
                scrape.Output.Write(Family.Untyped(metric, "sysctl " + name), value);
            }
            else
            {
                scrape.Output.Write(Family.Untyped(metric, "sysctl " + name, "index"), value, CpuRange.Name(i));
            }
        }
    }

    private static string[] Read(string name, HostFiles files) =>
        HostFiles.RequiredText(files.Proc("sys/" + name.Replace('.', '/'))).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
