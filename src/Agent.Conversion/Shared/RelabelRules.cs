using Agent.Conversion.Blocks;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Shared;

/// <summary>Relabelling rules of Prometheus as blocks.</summary>
internal static class RelabelRules
{
    private static readonly string[] Actions =
    [
        "replace", "keep", "drop", "keepequal", "dropequal", "hashmod", "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase",
    ];

    public static IReadOnlyList<RelabelRule> Read(YamlMap from, string key)
    {
        foreach (YamlNode item in from.Items(key).Where(static item => item.Kind == YamlKind.Null))
        {
            from.Problems.Invalid(item, $"empty or null {(key == "metric_relabel_configs" ? "metric" : "target")} relabeling rule");
        }
        return [.. from.Maps(key, "relabel.plain").Select(Read)];
    }

    /// <summary>Writes a block a rule.</summary>
    public static void Write(IEnumerable<RelabelRule> rules, AlloyBody to, string block = "rule")
    {
        foreach (RelabelRule rule in rules)
        {
            AlloyBody body = to.Block(block);
            body.Texts("source_labels", rule.SourceLabels);
            body.Text("separator", rule.Separator, ";");
            body.Text("regex", rule.Regex, "(.*)");
            body.Number("modulus", rule.Modulus);
            body.Text("target_label", rule.TargetLabel);
            body.Text("replacement", rule.Replacement, "$1");
            body.Text("action", rule.Action, "replace");
        }
    }

    private static RelabelRule Read(YamlMap from)
    {
        var rule = new RelabelRule
        {
            SourceLabels = from.Texts("source_labels"),
            Separator = from.Text("separator", ";"),
            Regex = from.Text("regex", "(.*)"),
            Modulus = from.Number("modulus"),
            TargetLabel = from.Text("target_label"),
            Replacement = from.Text("replacement", "$1"),
            Action = from.Text("action", "replace").ToLowerInvariant(),
        };
        if (Mistake(rule) is { } mistake)
        {
            from.Problems.Invalid(from.Node, mistake);
        }
        return rule;
    }

    private static string? Mistake(RelabelRule rule)
    {
        if (!Actions.Contains(rule.Action))
        {
            return $"unknown relabel action \"{rule.Action}\"";
        }
        bool writes = rule.Action is "replace" or "hashmod" or "lowercase" or "uppercase" or "keepequal" or "dropequal";
        if (writes && rule.TargetLabel.Length == 0)
        {
            return $"relabel configuration for {rule.Action} action requires 'target_label' value";
        }
        return rule is { Action: "hashmod", Modulus: 0 } ? "relabel configuration for hashmod requires non-zero modulus" : null;
    }
}
