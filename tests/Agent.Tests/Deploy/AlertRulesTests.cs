using System.Diagnostics;
using System.Text.RegularExpressions;
using Agent.Testing;
using YamlDotNet.RepresentationModel;

namespace Agent.Tests.Deploy;

public sealed partial class AlertRulesTests
{
    private static readonly string File = Repository.PathOf("deploy/alerts/invar.rules.yaml");

    [Fact]
    public void Every_metric_that_a_rule_names_is_declared_in_the_code()
    {
        string source = Sources();
        string[] names = [.. Rules().SelectMany(static rule => MetricName().Matches(rule.Expression)).Select(static match => match.Value).Distinct()];

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(IsDeclared(Base(name), source), name));
    }

    [Fact]
    public void Every_rule_has_a_severity_a_summary_and_a_line_in_the_docs()
    {
        string docs = System.IO.File.ReadAllText(Repository.PathOf("docs/alerts.md"));

        Assert.All(Rules(), rule =>
        {
            Assert.Contains(rule.Severity, (string[])["warning", "critical"]);
            Assert.NotEmpty(rule.Summary);
            Assert.Contains($"| `{rule.Name}` |", docs, StringComparison.Ordinal);
        });
    }

    [PromtoolFact]
    public void Promtool_accepts_the_rules()
    {
        var start = new ProcessStartInfo(PromtoolFactAttribute.Path!, ["check", "rules", File]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process promtool = Process.Start(start)!;
        string output = promtool.StandardOutput.ReadToEnd() + promtool.StandardError.ReadToEnd();
        promtool.WaitForExit();
        Assert.True(promtool.ExitCode == 0, output);
    }

    [GeneratedRegex(@"\b(?:alloy|go|invar|loki)_\w+")]
    private static partial Regex MetricName();

    [GeneratedRegex("_(?:bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();

    /// <summary>What sinks and ports have in common is declared once, with a placeholder for what differs.</summary>
    private static bool IsDeclared(string name, string source) =>
        source.Contains($"\"{name}\"", StringComparison.Ordinal)
        || source.Contains($"$\"{name.Replace("loki_write_", "{format.MetricPrefix}", StringComparison.Ordinal)}\"", StringComparison.Ordinal)
        || source.Contains($"$\"{name.Replace("_entries_", "_{items}_", StringComparison.Ordinal)}\"", StringComparison.Ordinal);

    private static string Base(string name) => HistogramSuffix().Replace(name, "");

    private static string Sources() => string.Join(
        '\n', Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories).Select(System.IO.File.ReadAllText));

    private static List<(string Name, string Expression, string Severity, string Summary)> Rules()
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(File);
        yaml.Load(reader);
        var rules = new List<(string Name, string Expression, string Severity, string Summary)>();
        foreach (YamlNode group in (YamlSequenceNode)yaml.Documents[0].RootNode["groups"])
        {
            foreach (YamlNode rule in (YamlSequenceNode)group["rules"])
            {
                rules.Add((Text(rule["alert"]), Text(rule["expr"]), Text(rule["labels"]["severity"]), Text(rule["annotations"]["summary"])));
            }
        }
        return rules;
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;
}
