using Agent.Conversion.Diagnostics;
using Agent.Conversion.Discovery;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Prometheus;

/// <summary>Finds settings of Prometheus that have no counterpart.</summary>
internal static class MetricsValidation
{
    private const long DefaultExemplars = 100_000;

    public static void Global(GlobalSettings global, Findings findings)
    {
        findings.Unsupported(global.EvaluationInterval != TimeSpan.FromMinutes(1), "global evaluation_interval");
        findings.Unsupported(global.QueryLogFile.Length > 0, "global query_log_file");
    }

    public static void Jobs(IEnumerable<ScrapeJob> jobs, Findings findings)
    {
        foreach (ScrapeJob job in jobs)
        {
            long kept = job.From.Number("keep_dropped_targets");
            findings.Unsupported(job.From.Flag("track_timestamps_staleness"), "scrape_configs track_timestamps_staleness");
            findings.Unsupported(job.From.Number("native_histogram_bucket_limit") != 0, "scrape_configs native_histogram_bucket_limit");
            findings.Unsupported((kept == 0 ? job.Global.From.Number("keep_dropped_targets") : kept) != 0, "scrape_configs keep_dropped_targets");
            HttpClientSettings.Validate(job.From, findings);
            TargetLists.Validate(job.From, DiscoveryKind.All, findings);
        }
    }

    public static void RemoteWrites(IEnumerable<YamlMap> sections, Findings findings)
    {
        foreach (YamlMap section in sections)
        {
            HttpClientSettings.Validate(section, findings);
        }
    }

    /// <summary>Sections that only a server has.</summary>
    public static void Alerting(YamlMap root, Findings findings)
    {
        YamlNode? alerting = root.Get("alerting");
        findings.Unsupported(alerting?.Fields.Any(static field => field.Value.Items.Count > 0) == true, "alerting");
        findings.Unsupported(root.Items("rule_files").Count > 0, "rule_files");
    }

    public static void Storage(YamlMap root, Findings findings)
    {
        bool storage = root.Get("storage")?.Fields.Any(static part => part.Value.Fields.Any(field => !IsDefault(part.Key, field))) == true;
        findings.Unsupported(storage, "storage");
        findings.Unsupported(root.Get("tracing") is { Fields.Count: > 0 }, "tracing");
    }

    public static void Reading(YamlMap root, Findings findings)
    {
        findings.Unsupported(root.Items("remote_read").Count > 0, "remote_read");
        findings.Unsupported(root.Items("scrape_config_files").Count > 0, "scrape_config_files");
    }

    private static bool IsDefault(string part, YamlField field) =>
        part == "exemplars" && field.Key == "max_exemplars" && YamlScalar.TryInt(field.Value.Text, out long most) && most == DefaultExemplars;
}
