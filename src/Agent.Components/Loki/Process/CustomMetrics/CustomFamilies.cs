using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.Process.CustomMetrics;

/// <summary>The metrics that the stages of one pipeline define. Stages that name the same one share its series.</summary>
internal sealed class CustomFamilies(MetricScope metrics, TimeProvider time)
{
    private Dictionary<(string, MetricType), CustomFamily>? _families;

    public CustomFamily Get(CustomMetric metric, TimeSpan maxIdle)
    {
        _families ??= [];
        if (!_families.TryGetValue((metric.Name, metric.Type), out CustomFamily? family))
        {
            family = new CustomFamily(metric, metrics, time);
            _families.Add((metric.Name, metric.Type), family);
        }
        family.MaxIdle = family.MaxIdle > maxIdle ? family.MaxIdle : maxIdle;
        return family;
    }

    /// <summary>Removes all series: with changed stages the metrics begin anew, as in Alloy.</summary>
    public void Close()
    {
        foreach (CustomFamily family in _families?.Values.AsEnumerable() ?? [])
        {
            family.Close();
        }
    }
}
