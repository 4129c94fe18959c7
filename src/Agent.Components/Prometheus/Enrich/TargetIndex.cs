using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Enrich;

/// <summary>Targets by the values of the labels that are compared. Immutable.</summary>
internal sealed class TargetIndex
{
    private const char Separator = '\uFFFF';

    private readonly Dictionary<string, LabelSet> _targets = new(StringComparer.Ordinal);
    private readonly string[] _metricLabels;
    private readonly ValueList<string> _copied;

    public TargetIndex(PrometheusEnrich.Arguments arguments)
    {
        string same = arguments.MetricsMatchLabel.Length > 0 ? arguments.MetricsMatchLabel : arguments.TargetMatchLabel;
        KeyValuePair<string, string>[] matches = arguments.TargetToMetricMatch.Count > 0
            ? [.. arguments.TargetToMetricMatch]
            : [new(arguments.TargetMatchLabel, same)];
        string[] targetLabels = [.. matches.Select(static match => match.Key)];
        _metricLabels = [.. matches.Select(static match => match.Value)];
        _copied = arguments.LabelsToCopy;
        foreach (Target target in arguments.Targets)
        {
            if (KeyOf(target.Labels, targetLabels) is { } key)
            {
                _targets[key] = target.Labels;
            }
        }
    }

    public int Count => _targets.Count;

    /// <summary>The series itself where it belongs to no target.</summary>
    public MetricSeries Enrich(MetricSeries series)
    {
        if (KeyOf(series.Labels, _metricLabels) is not { } key || !_targets.TryGetValue(key, out LabelSet? target))
        {
            return series;
        }
        var builder = new LabelSetBuilder(series.Labels);
        foreach (Label label in target)
        {
            if (_copied.Count == 0 || _copied.Contains(label.Name))
            {
                builder.Set(label.Name, label.Value);
            }
        }
        LabelSet labels = builder.ToLabelSet();
        return labels.Equals(series.Labels) ? series : MetricSeries.Compact(labels, like: series);
    }

    /// <summary>Null where one of the labels is missing: nothing matches an absent value.</summary>
    private static string? KeyOf(LabelSet labels, string[] names)
    {
        string[] values = new string[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            values[i] = labels[names[i]];
            if (values[i].Length == 0)
            {
                return null;
            }
        }
        return string.Join(Separator, values);
    }
}
