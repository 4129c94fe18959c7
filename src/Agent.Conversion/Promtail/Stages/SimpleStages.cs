using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Sdk;

namespace Agent.Conversion.Promtail.Stages;

/// <summary>Stages whose arguments go over one by one.</summary>
internal static class SimpleStages
{
    /// <returns>The name of the stage in <c>loki.process</c>, or null where there is no such stage.</returns>
    public static string? Write(string stage, StageArguments from, AlloyBody to)
    {
        switch (stage)
        {
            case "json":
                TextMap("expressions", from, to);
                to.Text("source", from.Text("source"), omit: null);
                to.Flag("drop_malformed", from.Flag("drop_malformed") ?? false);
                return stage;
            case "logfmt":
                TextMap("mapping", from, to);
                to.Text("source", from.Text("source"));
                return stage;
            case "regex":
                to.Text("expression", from.Text("expression") ?? "", omit: null);
                to.Text("source", from.Text("source"), omit: null);
                return stage;
            case "replace":
                to.Text("expression", from.Text("expression") ?? "", omit: null);
                to.Text("source", from.Text("source"));
                to.Text("replace", from.Text("replace"));
                return stage;
            case "output":
                to.Text("source", from.Text("source") ?? "", omit: null);
                return stage;
            case "labels" or "static_labels" or "structured_metadata":
                Values(stage, from, to);
                return stage;
            default:
                return WriteOther(stage, from, to);
        }
    }

    public static string Multiline(StageArguments from, AlloyBody to, Findings findings)
    {
        to.Text("firstline", from.Text("firstline") ?? "", omit: null);
        to.Number("max_lines", from.Number("max_lines") ?? 128, 128);
        if (from.Text("max_wait_time") is { } text)
        {
            if (!GoDuration.TryParse(text, out TimeSpan wait, out _))
            {
                findings.Error($"invalid pipeline_stages.multiline.max_wait_time: {text}");
            }
            to.Duration("max_wait_time", wait, TimeSpan.FromSeconds(3));
        }
        return "multiline";
    }

    private static string? WriteOther(string stage, StageArguments from, AlloyBody to)
    {
        switch (stage)
        {
            case "timestamp":
                to.Text("source", from.Text("source") ?? "", omit: null);
                to.Text("format", from.Text("format") ?? "", omit: null);
                to.Texts("fallback_formats", from.Texts("fallback_formats"));
                to.Text("location", from.Text("location"), omit: null);
                to.Text("action_on_failure", from.Text("action_on_failure"));
                return stage;
            case "template":
                to.Text("source", from.Text("source") ?? "", omit: null);
                to.Text("template", from.Text("template") ?? "", omit: null);
                return stage;
            case "tenant":
                to.Text("label", from.Text("label"));
                to.Text("source", from.Text("source"));
                to.Text("value", from.Text("value"));
                return stage;
            case "cri":
                long partial = from.Number("max_partial_lines") ?? 0;
                to.Number("max_partial_lines", partial == 0 ? 100 : partial, 100);
                to.Number("max_partial_line_size", from.Number("max_partial_line_size") ?? 0);
                to.Flag("max_partial_line_size_truncate", from.Flag("max_partial_line_size_truncate") ?? false);
                return stage;
            case "limit":
                to.Float("rate", from.Float("rate") ?? 0, omit: null);
                to.Number("burst", from.Number("burst") ?? 0, omit: null);
                to.Flag("drop", from.Flag("drop") ?? false);
                to.Text("by_label_name", from.Text("by_label_name"));
                to.Number("max_distinct_labels", from.Number("max_distinct_labels") ?? 0);
                return stage;
            default:
                return WriteRare(stage, from, to);
        }
    }

    private static string? WriteRare(string stage, StageArguments from, AlloyBody to)
    {
        switch (stage)
        {
            case "sampling":
                to.Text("drop_counter_reason", from.Text("drop_counter_reason") ?? "sampling_stage", "sampling_stage");
                to.Float("rate", from.Float("rate") ?? 0, omit: null);
                return stage;
            case "pack":
                to.Texts("labels", from.Texts("labels"), always: true);
                // Promtail leaves the timestamp alone unless it is told otherwise; the stage sets it.
                to.Flag("ingest_timestamp", from.Flag("ingest_timestamp") ?? false, true);
                return stage;
            case "eventlogmessage":
                to.Text("source", from.Text("source") ?? "message", "message");
                to.Flag("drop_invalid_labels", from.Flag("drop_invalid_labels") ?? false);
                to.Flag("overwrite_existing", from.Flag("overwrite_existing") ?? false);
                return stage;
            case "geoip":
                to.Text("db", from.Text("db") ?? "", omit: null);
                to.Raw("source", from.Text("source") is { } source ? AlloyText.Of(source) : "null");
                to.Text("db_type", from.Text("db_type"));
                return stage;
            default:
                return null;
        }
    }

    private static void TextMap(string name, StageArguments from, AlloyBody to)
    {
        SortedDictionary<string, string?> map = from.TextMap(name);
        if (map.Count > 0)
        {
            to.Raw(name, AlloyText.Of(map.Select(static field => KeyValuePair.Create(field.Key, field.Value ?? ""))));
        }
    }

    private static void Values(string stage, StageArguments from, AlloyBody to)
    {
        SortedDictionary<string, string?> map = from.AsTextMap();
        if (map.Count > 0 || stage != "structured_metadata")
        {
            to.Raw("values", AlloyText.Object(
                map.Select(static field => KeyValuePair.Create(field.Key, field.Value is { } text ? AlloyText.Of(text) : "null"))));
        }
    }
}
