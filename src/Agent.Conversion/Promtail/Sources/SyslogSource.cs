using Agent.Conversion.Blocks;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Promtail.Sources;

/// <summary>Makes <c>loki.source.syslog</c>.</summary>
internal static class SyslogSource
{
    public static void Append(YamlMap from, LogScrape scrape)
    {
        from.Expect(
            "listen_address", "listen_protocol", "idle_timeout", "label_structured_data", "labels", "use_incoming_timestamp", "use_rfc5424_message",
            "syslog_format", "max_message_length", "tls_config", "raw_format_options", "rfc3164_cisco_components");
        string format = from.Text("syslog_format", "rfc5424");
        if (format is not ("" or "rfc3164" or "rfc5424" or "raw"))
        {
            scrape.Output.Findings.Critical($"unknown syslog format \"{format}\"");
            return;
        }
        string receivers = scrape.Receivers;
        string rules = scrape.RelabelRulesExpression;
        AlloyBody to = scrape.Output.File.Add("loki.source.syslog", scrape.Label);
        WriteListener(from, format, to.Block("listener"));
        to.Raw("forward_to", receivers);
        to.Raw("relabel_rules", rules);
    }

    private static void WriteListener(YamlMap from, string format, AlloyBody to)
    {
        to.Text("address", from.Text("listen_address"), omit: null);
        to.Text("protocol", from.Text("listen_protocol", "tcp"), "tcp");
        TimeSpan idle = from.Duration("idle_timeout", TimeSpan.Zero);
        to.Duration("idle_timeout", idle == TimeSpan.Zero ? TimeSpan.FromMinutes(2) : idle, TimeSpan.FromMinutes(2));
        to.Flag("label_structured_data", from.Flag("label_structured_data"));
        to.TextMap("labels", from.TextMap("labels"), always: true);
        to.Flag("use_incoming_timestamp", from.Flag("use_incoming_timestamp"));
        to.Flag("use_rfc5424_message", from.Flag("use_rfc5424_message"));
        to.Number("max_message_length", from.Number("max_message_length"), 8192);
        TlsSettings.WriteIfAny(from, to);
        to.Text("syslog_format", format.Length == 0 ? "rfc5424" : format, "rfc5424");
        if (from.Map("raw_format_options", "scrapeconfig.SyslogRawFormatOptions") is { } raw)
        {
            to.Block("raw_format_options").Flag("use_null_terminator_delimiter", raw.Flag("use_null_terminator_delimiter"));
        }
        if (from.Map("rfc3164_cisco_components", "scrapeconfig.SyslogRFC3164CiscoComponents") is { } cisco)
        {
            AlloyBody block = to.Block("rfc3164_cisco_components");
            foreach (string name in (ReadOnlySpan<string>)["enable_all", "message_counter", "sequence_number", "hostname", "second_fractions"])
            {
                block.Flag(name, cisco.Flag(name));
            }
        }
        // Both stand for the component's own defaults.
        to.Number("udp_queue_size", 0, omit: null);
        to.Number("udp_host_cache_size", 0, omit: null);
    }
}
