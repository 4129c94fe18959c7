using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;
using Agent.Sdk;

namespace Agent.Conversion.Promtail.Stages;

/// <summary>Converts the stage that makes metrics of lines.</summary>
internal sealed class MetricStage(Findings findings)
{
    public string Write(YamlNode node, AlloyBody to)
    {
        foreach (YamlField metric in node.Fields.OrderBy(static field => field.Key, StringComparer.Ordinal))
        {
            if (!WriteMetric(metric.Key, metric.Value, to))
            {
                return "";
            }
        }
        return "metrics";
    }

    private bool WriteMetric(string name, YamlNode node, AlloyBody to)
    {
        var from = new StageArguments(node);
        string type = (from.Text("type") ?? "").ToLowerInvariant();
        if (type is not ("counter" or "gauge" or "histogram"))
        {
            findings.Warning($"the metric {name} of pipeline_stages.metrics has no known type (\"{type}\") and was left out");
            return true;
        }
        AlloyBody body = to.Block("metric." + type);
        body.Text("name", name, omit: null);
        body.Text("description", from.Text("description"));
        body.Text("source", from.Text("source"));
        body.Text("prefix", from.Text("prefix"));
        if (from.Text("max_idle_duration") is { } text)
        {
            if (!GoDuration.TryParse(text, out TimeSpan idle, out string? error))
            {
                findings.Error($"failed to parse duration: {text} - {error}");
                return false;
            }
            body.Duration("max_idle_duration", idle, TimeSpan.FromMinutes(5));
        }
        var config = new StageArguments(from.Get("config"));
        string? mistake = type switch
        {
            "counter" => Counter(config, body),
            "gauge" => Gauge(config, body),
            _ => Histogram(config, body),
        };
        mistake ??= from.Error ?? config.Error;
        if (mistake is not null)
        {
            findings.Error($"failed to create {type} metric process stage: {mistake}");
        }
        return mistake is null;
    }

    private static string? Counter(StageArguments from, AlloyBody to)
    {
        string action = (from.Text("action") ?? "").ToLowerInvariant();
        string? value = from.Text("value");
        bool all = from.Flag("match_all") ?? false;
        bool bytes = from.Flag("count_entry_bytes") ?? false;
        to.Text("value", value);
        to.Text("action", action, omit: null);
        to.Flag("match_all", all);
        to.Flag("count_entry_bytes", bytes);
        return action switch
        {
            "" => "counter action must be defined as either `inc` or `add`",
            not ("inc" or "add") => $"action {action} is not valid, action must be either `inc` or `add`",
            _ when all && value is not null => "`match_all: true` cannot be combined with `value`, please remove `match_all` or `value`",
            _ when bytes && !all => "`count_entry_bytes: true` can only be set with `match_all: true`",
            not "add" when bytes => "`count_entry_bytes: true` can only be used with `action: add`",
            _ => null,
        };
    }

    private static string? Gauge(StageArguments from, AlloyBody to)
    {
        string action = (from.Text("action") ?? "").ToLowerInvariant();
        to.Text("value", from.Text("value"));
        to.Text("action", action, omit: null);
        return action switch
        {
            "" => "gauge action must be defined as `set`, `inc`, `dec`, `add`, or `sub`",
            "set" or "inc" or "dec" or "add" or "sub" => null,
            _ => $"action {action} is not valid, action must be `set`, `inc`, `dec`, `add`, or `sub`",
        };
    }

    private static string? Histogram(StageArguments from, AlloyBody to)
    {
        to.Text("value", from.Text("value"));
        to.Raw("buckets", AlloyText.List(from.Floats("buckets").Select(static bucket => AlloyText.Of(bucket))));
        return null;
    }
}
