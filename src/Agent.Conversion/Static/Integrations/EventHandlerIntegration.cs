using Agent.Conversion.Blocks;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;
using Agent.Syntax;

namespace Agent.Conversion.Static.Integrations;

/// <summary>Converts the integration that turns Kubernetes events into log lines.</summary>
internal static class EventHandlerIntegration
{
    private const string Label = IntegrationScrape.Prefix + "_eventhandler";
    private const string Fixed = "this field is not configurable in Alloy";

    public static void Append(YamlMap from, StaticContext context)
    {
        from.Expect("instance");
        context.Findings.Unsupported(from.Number("send_timeout", 60) != 60, "eventhandler send_timeout", Fixed);
        context.Findings.Unsupported(from.Number("informer_resync", 120) != 120, "eventhandler informer_resync", Fixed);
        context.Findings.Unsupported(from.Number("flush_interval", 10) != 10, "eventhandler flush_interval", Fixed);
        if (from.Text("cache_path", "./.eventcache/eventhandler.cache") != "./.eventcache/eventhandler.cache")
        {
            context.Findings.Warning(
                "The eventhandler cache_path is unnecessary in Alloy because the storage path is governed by the --storage.path cmd argument and is "
                + "always local to the component.");
        }
        string receiver = $"loki.write.{IdentifierText.Sanitize("logs_" + from.Text("logs_instance", "default"))}.receiver";
        SortedDictionary<string, string> labels = from.TextMap("extra_labels");
        if (labels.Count > 0)
        {
            AlloyBody relabel = context.File.Add("loki.relabel", Label);
            relabel.Raw("forward_to", $"[{receiver}]");
            RelabelRules.Write(
                labels.Select(static label => new RelabelRule { SourceLabels = ["__address__"], TargetLabel = label.Key, Replacement = label.Value }),
                relabel);
            receiver = $"loki.relabel.{Label}.receiver";
        }
        AlloyBody events = context.File.Add("loki.source.kubernetes_events", Label);
        events.Raw("forward_to", $"[{receiver}]");
        events.Texts("namespaces", from.Text("namespace") is { Length: > 0 } name ? [name] : []);
        events.Text("log_format", from.Text("log_format", "logfmt"), "logfmt");
        events.BlockIfAny("client").Text("kubeconfig_file", from.Text("kubeconfig_path"));
    }
}
