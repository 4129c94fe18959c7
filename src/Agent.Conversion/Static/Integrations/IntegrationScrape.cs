using Agent.Conversion.Prometheus;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;
using Agent.Syntax;

namespace Agent.Conversion.Static.Integrations;

/// <summary>What both generations of integrations have in common: an exporter, and a job that scrapes it.</summary>
internal static class IntegrationScrape
{
    public const string Prefix = "integrations";

    /// <summary>Adds the exporter.</summary>
    /// <returns>Its targets.</returns>
    public static string AddExporter(IntegrationKind kind, YamlMap from, string? instance, StaticContext context)
    {
        string label = IdentifierText.Sanitize(JobName(kind.Name, instance));
        kind.WriteArguments(from, context.File.Add($"prometheus.exporter.{kind.Component}", label), context.Findings);
        return $"prometheus.exporter.{kind.Component}.{label}.targets";
    }

    public static string JobName(string name, string? instance) => $"{Prefix}/{instance ?? name}";

    /// <summary>The name that labels of a job's components are made of.</summary>
    public static string LabelOf(string jobName) => $"{Prefix}_{jobName[(Prefix.Length + 1)..]}";

    /// <summary>Rules behind those of the section: extra labels, the instance, and the job unless a rule sets it already.</summary>
    public static IReadOnlyList<RelabelRule> Rules(
        IReadOnlyList<RelabelRule> own, IEnumerable<KeyValuePair<string, string>> extraLabels, string? instance, string name)
    {
        List<RelabelRule> rules =
        [
            .. own,
            .. extraLabels.Select(static label => new RelabelRule { SourceLabels = ["__address__"], TargetLabel = label.Key, Replacement = label.Value }),
        ];
        if (instance is not null)
        {
            rules.Add(new RelabelRule { TargetLabel = "instance", Replacement = instance });
        }
        if (own.All(static rule => rule.TargetLabel != "job"))
        {
            rules.Add(new RelabelRule { TargetLabel = "job", Replacement = $"{Prefix}/{name}" });
        }
        return rules;
    }

    /// <summary>A section with nothing but the TLS settings with which integrations are scraped.</summary>
    public static YamlMap Section(YamlMap holder, string key)
    {
        List<YamlField> fields = holder.Get(key) is { } tls ? [new YamlField("tls_config", tls.Line, tls)] : [];
        var node = new YamlNode { Line = holder.Node.Line, Size = 1, Kind = YamlKind.Map, Fields = fields };
        return YamlMap.Of(node, "config.ScrapeConfig", holder.Problems);
    }

    public static void Finish(MetricsPipeline pipeline, ScrapeJob job, StaticContext context)
    {
        MetricsValidation.Global(context.Global, context.Findings);
        MetricsValidation.Jobs([job], context.Findings);
        pipeline.Blocks.Describe(context.Findings);
        pipeline.Blocks.AddTo(context.File);
    }
}
