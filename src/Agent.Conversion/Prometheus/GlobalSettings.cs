using System.Text.RegularExpressions;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Prometheus;

/// <summary>The <c>global</c> section: what scrapes have where they say nothing themselves.</summary>
internal sealed partial class GlobalSettings
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    private readonly YamlMap _from;

    public GlobalSettings(YamlMap from)
    {
        _from = from;
        from.Expect(
            "scrape_protocols", "rule_query_offset", "scrape_failure_log_file", "body_size_limit", "sample_limit", "target_limit", "label_limit",
            "label_name_length_limit", "label_value_length_limit", "keep_dropped_targets", "metric_name_validation_scheme",
            "metric_name_escaping_scheme", "scrape_native_histograms", "convert_classic_histograms_to_nhcb", "always_scrape_classic_histograms",
            "extra_scrape_metrics");
        ScrapeInterval = NonZero(from.PrometheusDuration("scrape_interval", TimeSpan.Zero), TimeSpan.FromMinutes(1));
        TimeSpan timeout = from.PrometheusDuration("scrape_timeout", TimeSpan.Zero);
        if (timeout > ScrapeInterval)
        {
            from.Problems.Invalid(from.Node, "global scrape timeout greater than scrape interval");
        }
        ScrapeTimeout = NonZero(timeout, ScrapeInterval < DefaultTimeout ? ScrapeInterval : DefaultTimeout);
        EvaluationInterval = NonZero(from.PrometheusDuration("evaluation_interval", TimeSpan.Zero), TimeSpan.FromMinutes(1));
        QueryLogFile = from.Text("query_log_file");
        ExternalLabels = from.TextMap("external_labels");
    }

    public TimeSpan ScrapeInterval { get; }

    public TimeSpan ScrapeTimeout { get; }

    public TimeSpan EvaluationInterval { get; }

    public string QueryLogFile { get; }

    public SortedDictionary<string, string> ExternalLabels { get; }

    /// <summary>The section itself, for settings that a scrape has under the same name.</summary>
    public YamlMap From => _from;

    /// <summary>Replaces <c>$NAME</c> and <c>${NAME}</c> in the values of external labels, as Prometheus does.</summary>
    public void ExpandLabels(Func<string, string?> environment)
    {
        foreach ((string name, string value) in ExternalLabels.ToArray())
        {
            ExternalLabels[name] = Variable().Replace(
                value, match => match.Groups["name"].Value is var variable && variable == "$" ? "$" : environment(variable) ?? "");
        }
    }

    private static TimeSpan NonZero(TimeSpan value, TimeSpan fallback) => value == TimeSpan.Zero ? fallback : value;

    [GeneratedRegex(@"\$(?:\{(?<name>[^}]+)\}|(?<name>[A-Za-z_][A-Za-z0-9_]*|\$))", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
