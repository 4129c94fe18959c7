namespace Agent.EndToEnd.Prometheus;

/// <summary>Looks for what the agent tells of the host otherwise than node_exporter does.</summary>
/// <remarks>
/// The agent tells what node_exporter 1.10 tells. A node_exporter that is older may lack what is listed here with the version that brought
/// it, and nothing else.
/// </remarks>
internal static class NodeMetricsDifference
{
    /// <summary>Moving values may be as far apart as this, for a part of them; they are read one after the other.</summary>
    private const double Noise = 0.25;

    private static readonly Dictionary<string, string> Newer = new(StringComparer.Ordinal)
    {
        ["node_cpu_online"] = "1.9: cpu: support CPU online status",
        ["node_filesystem_mount_info"] = "1.9: filesystem: add node_filesystem_mount_info",
        ["node_memory_Zswap_bytes"] = "1.10.1: meminfo: add Zswap and Zswapped",
        ["node_memory_Zswapped_bytes"] = "1.10.1: meminfo: add Zswap and Zswapped",
        ["node_netstat_TcpExt_TCPOFOQueue"] = "1.8: netstat: add TCPOFOQueue to the default metrics",
        ["node_netstat_TcpExt_TCPRcvQDrop"] = "1.9: netstat: add TCPRcvQDrop to the default metrics",
    };

    private static readonly Dictionary<string, string> NewerLabels = new(StringComparer.Ordinal)
    {
        ["node_filesystem_* device_error"] = "1.8: filesystem: surface device errors",
        ["node_disk_info rotational"] = "1.9: diskstats: add block device rotational",
    };

    /// <summary>Of the program, not of the host, or another at each look.</summary>
    private static readonly HashSet<string> NotCompared =
        ["node_exporter_build_info", "node_scrape_collector_duration_seconds", "node_procs_running", "node_procs_blocked", "node_disk_io_now"];

    /// <param name="before">What node_exporter told.</param>
    /// <param name="ours">What the agent told then.</param>
    /// <param name="after">What node_exporter told after that.</param>
    public static IEnumerable<string> Between(ExposedMetrics before, ExposedMetrics ours, ExposedMetrics after) =>
        [.. Types(before, ours), .. Values(before, Reduce(ours), after)];

    private static IEnumerable<string> Types(ExposedMetrics theirs, ExposedMetrics ours)
    {
        foreach ((string family, string type) in theirs.Types.Where(static pair => IsOfHost(pair.Key)))
        {
            if (ours.Types.GetValueOrDefault(family, "missing") is { } found && found != type)
            {
                yield return $"{family} is {found}, not {type}";
            }
        }
        foreach (string family in ours.Types.Keys.Where(IsOfHost))
        {
            if (!theirs.Types.ContainsKey(family) && !Newer.ContainsKey(family))
            {
                yield return $"{family} is not known";
            }
        }
    }

    private static IEnumerable<string> Values(ExposedMetrics before, Dictionary<string, double> ours, ExposedMetrics after)
    {
        foreach (string series in ours.Keys.Where(series => IsCompared(series, before) && !before.Series.ContainsKey(series)))
        {
            yield return $"{series} is not known";
        }
        foreach ((string series, double from) in before.Series.Where(pair => IsCompared(pair.Key, before)))
        {
            if (!after.Series.TryGetValue(series, out double to))
            {
                continue;
            }
            if (!ours.TryGetValue(series, out double value))
            {
                yield return $"{series} is missing";
            }
            else if (!IsClose(value, from, to, before.Types[ExposedMetrics.FamilyOf(series)] == "counter"))
            {
                yield return $"{series} is {value}, not between {from} and {to}";
            }
        }
    }

    // What stands still must be equal, a counter no lower than before and no higher than after, and a gauge that moves about there.
    private static bool IsClose(double value, double from, double to, bool isCounter)
    {
        if (from.Equals(to) || isCounter)
        {
            return value.Equals(from) || (value >= from && value <= to);
        }
        double slack = Noise * Math.Max(Math.Abs(from), Math.Abs(to));
        return value >= Math.Min(from, to) - slack && value <= Math.Max(from, to) + slack;
    }

    private static bool IsOfHost(string family) => family.StartsWith("node_", StringComparison.Ordinal);

    private static bool IsCompared(string series, ExposedMetrics theirs)
    {
        string family = ExposedMetrics.FamilyOf(series);
        return IsOfHost(family) && !NotCompared.Contains(family) && theirs.Types.ContainsKey(family);
    }

    /// <summary>Without the labels that an older node_exporter lacks.</summary>
    private static Dictionary<string, double> Reduce(ExposedMetrics ours)
    {
        var reduced = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach ((string series, double value) in ours.Series)
        {
            reduced.Add(Reduce(series), value);
        }
        return reduced;
    }

    private static string Reduce(string series)
    {
        string family = ExposedMetrics.FamilyOf(series);
        foreach (string newer in NewerLabels.Keys)
        {
            string[] words = newer.Split(' ');
            bool concerns = words[0].EndsWith('*') ? family.StartsWith(words[0].TrimEnd('*'), StringComparison.Ordinal) : family == words[0];
            int start = concerns ? series.IndexOf(words[1] + "=\"", StringComparison.Ordinal) : -1;
            if (start > 0)
            {
                int end = series.IndexOf('"', start + words[1].Length + 2) + 1;
                end += series[end] == ',' ? 1 : 0;
                series = (series[..start] + series[end..]).Replace(",}", "}", StringComparison.Ordinal);
            }
        }
        return series;
    }
}
