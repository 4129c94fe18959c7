using Agent.Conversion.Blocks;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Promtail.Sources;

/// <summary>Makes <c>loki.source.kafka</c> and <c>loki.source.azure_event_hubs</c>.</summary>
internal static class KafkaSource
{
    // What promtail takes where no group is named; the components have names of their own.
    private const string Group = "promtail";

    public static void Append(YamlMap from, LogScrape scrape)
    {
        string receivers = scrape.Receivers;
        string rules = scrape.RelabelRulesExpression;
        AlloyBody to = scrape.Output.File.Add("loki.source.kafka", scrape.Label);
        to.Texts("brokers", from.Texts("brokers"), always: true);
        to.Texts("topics", from.Texts("topics"), always: true);
        to.Text("group_id", from.Text("group_id", Group));
        to.Text("assignor", from.Text("assignor", "range"), "range");
        to.Text("version", from.Text("version", "2.2.1"), "2.2.1");
        WriteAuthentication(from.MapOrEmpty("authentication", "scrapeconfig.KafkaAuthentication"), to.Block("authentication"));
        to.Flag("use_incoming_timestamp", from.Flag("use_incoming_timestamp"));
        to.TextMap("labels", from.TextMap("labels"), always: true);
        to.Raw("forward_to", receivers);
        to.Raw("relabel_rules", rules);
    }

    public static void AppendAzure(YamlMap from, LogScrape scrape)
    {
        string receivers = scrape.Receivers;
        string rules = scrape.RelabelRulesExpression;
        AlloyBody to = scrape.Output.File.Add("loki.source.azure_event_hubs", scrape.Label);
        to.Text("fully_qualified_namespace", from.Text("fully_qualified_namespace"), omit: null);
        to.Texts("event_hubs", from.Texts("event_hubs"), always: true);
        AlloyBody authentication = to.Block("authentication");
        authentication.Text("mechanism", "connection_string");
        authentication.Text("connection_string", from.Text("connection_string"));
        to.Text("group_id", from.Text("group_id", Group));
        to.Flag("use_incoming_timestamp", from.Flag("use_incoming_timestamp"));
        to.Flag("disallow_custom_messages", from.Flag("disallow_custom_messages"));
        to.Raw("relabel_rules", rules);
        to.TextMap("labels", from.TextMap("labels"), always: true);
        to.Raw("forward_to", receivers);
    }

    private static void WriteAuthentication(YamlMap from, AlloyBody to)
    {
        to.Text("type", from.Text("type"));
        TlsSettings.WriteIfAny(from, to);
        if (from.Map("sasl_config", "scrapeconfig.KafkaSASLConfig") is { } sasl)
        {
            AlloyBody block = to.BlockIfAny("sasl_config");
            block.Text("mechanism", sasl.Text("mechanism"));
            block.Text("user", sasl.Text("user"));
            block.Text("password", sasl.Text("password"));
            block.Flag("use_tls", sasl.Flag("use_tls"));
            TlsSettings.Write(sasl, block.BlockIfAny("tls_config"));
        }
    }
}
