using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Prometheus;

/// <summary>One job of scraping, read from a section or made for an integration.</summary>
internal sealed record ScrapeJob
{
    public required string Name { get; init; }

    /// <summary>The section with all other settings; an empty one for a job that was made.</summary>
    public required YamlMap From { get; init; }

    public required TimeSpan Interval { get; init; }

    public required TimeSpan Timeout { get; init; }

    /// <summary>Settings for jobs that do not have their own.</summary>
    public required GlobalSettings Global { get; init; }

    public required IReadOnlyList<RelabelRule> Rules { get; init; }

    public required IReadOnlyList<RelabelRule> MetricRules { get; init; }

    /// <summary>Lists of targets, as expressions, from elsewhere than the section's own discovery.</summary>
    public IReadOnlyList<string> ExtraTargets { get; init; } = [];

    /// <summary>Reads a section of <c>scrape_configs</c>.</summary>
    public static ScrapeJob Read(YamlMap from, GlobalSettings global)
    {
        string name = from.Text("job_name");
        if (name.Length == 0)
        {
            from.Problems.Invalid(from.Node, "job_name is empty");
        }
        TimeSpan interval = from.PrometheusDuration("scrape_interval", TimeSpan.Zero);
        interval = interval == TimeSpan.Zero ? global.ScrapeInterval : interval;
        TimeSpan timeout = from.PrometheusDuration("scrape_timeout", TimeSpan.Zero);
        if (timeout > interval)
        {
            from.Problems.Invalid(from.Node, $"scrape timeout greater than scrape interval for scrape config with job name \"{name}\"");
        }
        if (timeout == TimeSpan.Zero)
        {
            timeout = global.ScrapeTimeout < interval ? global.ScrapeTimeout : interval;
        }
        return new ScrapeJob
        {
            Name = name,
            From = from,
            Interval = interval,
            Timeout = timeout,
            Global = global,
            Rules = RelabelRules.Read(from, "relabel_configs"),
            MetricRules = RelabelRules.Read(from, "metric_relabel_configs"),
        };
    }

    /// <summary>Reads all sections; names must differ.</summary>
    public static IReadOnlyList<ScrapeJob> ReadAll(YamlMap from, GlobalSettings global)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var jobs = new List<ScrapeJob>();
        foreach (YamlNode item in from.Items("scrape_configs"))
        {
            if (item.Kind == YamlKind.Null)
            {
                from.Problems.Invalid(item, "empty or null scrape config section");
                continue;
            }
            ScrapeJob job = Read(YamlMap.Of(item, "config.ScrapeConfig", from.Problems), global);
            jobs.Add(job);
            if (!names.Add(job.Name))
            {
                from.Problems.Invalid(item, $"found multiple scrape configs with job name \"{job.Name}\"");
            }
        }
        return jobs;
    }
}
