using Agent.Sdk.Metrics;

namespace Agent.Web.Api.V1;

/// <summary>Reads the agent's own metrics by component.</summary>
internal static class SelfMetricsReader
{
    /// <summary>The id of the component that a series is of, with the path of its modules; null where it is of none.</summary>
    public static string? OwnerOf(MetricSeries series)
    {
        int id = Array.IndexOf(series.LabelNames, "component_id");
        if (id < 0)
        {
            return null;
        }
        int path = Array.IndexOf(series.LabelNames, "component_path");
        string module = path < 0 ? "" : series.LabelValues[path].Trim('/');
        return module.Length == 0 ? series.LabelValues[id] : $"{module}/{series.LabelValues[id]}";
    }

    /// <summary>The value of a counter or a gauge; null for anything else.</summary>
    public static double? ValueOf(MetricSeries series) => series.Instrument switch
    {
        Counter counter => counter.Value,
        Gauge gauge => gauge.Value,
        ObservedValue observed => observed.Read(),
        _ => null,
    };

    /// <summary>Items that each component has dropped since it was loaded, whatever the reason.</summary>
    public static Dictionary<string, double> Dropped(IEnumerable<MetricRegistry> registries)
    {
        var dropped = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach ((string owner, double count) in registries.SelectMany(Dropped))
        {
            dropped[owner] = dropped.GetValueOrDefault(owner) + count;
        }
        return dropped;
    }

    private static Dictionary<string, double> Dropped(MetricRegistry registry)
    {
        // Relabelling counts what came in and what went on. In that order: what passes meanwhile is no drop.
        Dictionary<string, double> processed = Totals(registry, MetricType.Counter, static name => IsRelabelling(name, "processed"));
        Dictionary<string, double> written = Totals(registry, MetricType.Counter, static name => IsRelabelling(name, "written"));
        Dictionary<string, double> dropped = Totals(registry, MetricType.Counter, CountsDrops);
        foreach ((string owner, double count) in processed)
        {
            dropped[owner] = dropped.GetValueOrDefault(owner) + Math.Max(0, count - written.GetValueOrDefault(owner));
        }
        return dropped;
    }

    /// <summary>The same by component and reason; metrics without a reason stand under their name.</summary>
    public static Dictionary<string, Dictionary<string, double>> DroppedByReason(MetricRegistry registry)
    {
        var drops = new Dictionary<string, Dictionary<string, double>>(StringComparer.Ordinal);
        foreach (MetricFamily family in registry.Families().Where(static family => family.Type == MetricType.Counter && CountsDrops(family.Name)))
        {
            foreach (MetricSeries series in family.Series)
            {
                if (OwnerOf(series) is { } owner && ValueOf(series) is > 0 and { } value)
                {
                    int at = Array.IndexOf(series.LabelNames, "reason");
                    string reason = at < 0 ? family.Name : series.LabelValues[at];
                    Dictionary<string, double> reasons = drops.TryGetValue(owner, out Dictionary<string, double>? known) ? known : drops[owner] = new(StringComparer.Ordinal);
                    reasons[reason] = reasons.GetValueOrDefault(reason) + value;
                }
            }
        }
        return drops;
    }

    /// <summary>The sum over all metrics of a type with a fitting name, by component.</summary>
    public static Dictionary<string, double> Totals(MetricRegistry registry, MetricType type, Predicate<string> fits)
    {
        var totals = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (MetricFamily family in registry.Families())
        {
            if (family.Type != type || !fits(family.Name))
            {
                continue;
            }
            foreach (MetricSeries series in family.Series)
            {
                if (OwnerOf(series) is { } owner && ValueOf(series) is { } value)
                {
                    totals[owner] = totals.GetValueOrDefault(owner) + value;
                }
            }
        }
        return totals;
    }

    private static bool IsRelabelling(string name, string what) =>
        name.Contains("_relabel_", StringComparison.Ordinal) && name.EndsWith(what, StringComparison.Ordinal);

    private static bool CountsDrops(string name) =>
        name.Contains("dropped", StringComparison.Ordinal)
        && !name.Contains("bytes", StringComparison.Ordinal)
        && !name.EndsWith("_by_label_total", StringComparison.Ordinal);
}
