using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;
using Agent.Syntax;

namespace Agent.Conversion.Static.Integrations;

/// <summary>Arguments of <c>prometheus.exporter.cloudwatch</c>.</summary>
internal static class CloudWatchArguments
{
    public static void Write(YamlMap from, AlloyBody to, Findings findings)
    {
        to.Text("sts_region", from.Text("sts_region"), omit: null);
        to.Flag("fips_disabled", from.Flag("fips_disabled"), true);
        YamlMap discovery = from.MapOrEmpty("discovery", "cloudwatch_exporter.DiscoveryConfig");
        IReadOnlyList<YamlField> tags = discovery.Fields("exported_tags");
        if (tags.Count > 0)
        {
            to.Raw("discovery_exported_tags", AlloyText.Object(tags.OrderBy(static field => field.Key, StringComparer.Ordinal)
                .Select(field => KeyValuePair.Create(field.Key, AlloyText.Of(field.Value.Items.Select(from.TextOf))))));
        }
        foreach (YamlMap job in discovery.Maps("jobs", "cloudwatch_exporter.DiscoveryJob"))
        {
            WriteDiscovery(job, to.Block("discovery"));
        }
        foreach (YamlMap job in from.Maps("static", "cloudwatch_exporter.StaticJob"))
        {
            WriteStatic(job, to.Block("static", IdentifierText.Sanitize(job.Text("name", "job"))));
        }
        YamlMap decoupled = from.MapOrEmpty("decoupled_scraping", "cloudwatch_exporter.DecoupledScrapeConfig");
        FieldList.Copy("enabled:b scrape_interval:d", decoupled, to.Block("decoupled_scraping"));
        to.Flag("aws_sdk_version_v2", from.Flag("aws_sdk_version_v2", true), true);
    }

    private static void WriteDiscovery(YamlMap job, AlloyBody to)
    {
        WriteAccess(job, to);
        to.Raw("search_tags", Pairs(job, "search_tags", "key"));
        FieldList.Copy("type:r dimension_name_requirements:l", job, to);
        WriteMetrics(job, to);
        FieldList.Copy("delay:d nil_to_zero:b", job, to);
    }

    private static void WriteStatic(YamlMap job, AlloyBody to)
    {
        WriteAccess(job, to);
        FieldList.Copy("namespace:r", job, to);
        to.Raw("dimensions", Pairs(job, "dimensions", "name"));
        WriteMetrics(job, to);
        FieldList.Copy("nil_to_zero:b", job, to);
    }

    private static void WriteAccess(YamlMap job, AlloyBody to)
    {
        FieldList.Copy("regions:R", job, to);
        foreach (YamlMap role in job.Maps("roles", "cloudwatch_exporter.Role"))
        {
            FieldList.Copy("role_arn:r external_id", role, to.Block("role"));
        }
        to.Raw("custom_tags", Pairs(job, "custom_tags", "key"));
    }

    private static void WriteMetrics(YamlMap job, AlloyBody to)
    {
        foreach (YamlMap metric in job.Maps("metrics", "cloudwatch_exporter.Metric"))
        {
            FieldList.Copy("name:r statistics:R period:d length:d nil_to_zero:b", metric, to.Block("metric"));
        }
    }

    private static string Pairs(YamlMap job, string name, string key)
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (YamlMap pair in job.Maps(name, "cloudwatch_exporter.Tag"))
        {
            pairs[pair.Text(key)] = pair.Text("value");
        }
        return AlloyText.Of(pairs);
    }
}
