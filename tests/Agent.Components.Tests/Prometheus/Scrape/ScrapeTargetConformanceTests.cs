using System.Text.Json;
using Agent.Components.Prometheus.Scrape;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.Scrape;

public sealed class ScrapeTargetConformanceTests
{
    [ConformanceFact]
    public void Every_golden_target_gets_the_same_url_and_labels_or_the_same_refusal()
    {
        var set = new ConformanceSet("scrape_targets");
        using JsonDocument document = Conformance.Load("scrape_targets.json");
        foreach (JsonElement golden in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(golden.GetProperty("id").GetString()!, () => Check(golden));
        }
        set.Finish();
    }

    private static string? Check(JsonElement golden)
    {
        var arguments = new PrometheusScrape.Arguments
        {
            Targets = [],
            ForwardTo = [],
            Scheme = golden.GetProperty("scheme").GetString()!,
            MetricsPath = golden.GetProperty("path").GetString()!,
            Params = new ValueMap<ValueList<string>>([.. golden.GetProperty("params").EnumerateObject()
                .Select(static p => KeyValuePair.Create<string, ValueList<string>>(p.Name, [.. p.Value.EnumerateArray().Select(static v => v.GetString()!)]))]),
            ScrapeInterval = Duration(golden, "interval"),
            ScrapeTimeout = Duration(golden, "timeout"),
        };
        JsonElement expected = golden.GetProperty("expected");
        bool made = ScrapeTarget.TryCreate(Labels(golden.GetProperty("labels")), arguments, golden.GetProperty("job").GetString()!, out ScrapeTarget? target, out string? error);
        if (expected.TryGetProperty("errors", out JsonElement errors))
        {
            string wanted = errors[0].GetString()!["instance 0 in group : ".Length..];
            return made ? $"accepted, wanted: {wanted}" : error == wanted ? null : $"refused: {error}, wanted: {wanted}";
        }
        string url = expected.GetProperty("url").GetString()!;
        LabelSet labels = Labels(expected.GetProperty("public_labels"));
        return !made ? $"refused: {error}"
            : target!.Url != url ? $"got {target.Url}, wanted {url}"
            : target.Labels.Equals(labels) ? null : $"got {target.Labels}, wanted {labels}";
    }

    private static TimeSpan Duration(JsonElement golden, string name)
    {
        Assert.True(GoDuration.TryParsePrometheus(golden.GetProperty(name).GetString()!, out TimeSpan value, out string? error), error);
        return value;
    }

    private static LabelSet Labels(JsonElement labels) =>
        LabelSet.From(labels.EnumerateObject().Select(static label => KeyValuePair.Create(label.Name, label.Value.GetString()!)));
}
