using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Discovery;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;
using Agent.Sdk;

namespace Agent.Conversion.Promtail.Sources;

/// <summary>Sources that take lines from elsewhere than files.</summary>
internal static class LogSources
{
    private static readonly TimeSpan JournalAge = TimeSpan.FromHours(7);

    public static void Append(YamlMap from, LogScrape scrape)
    {
        Add("cloudflare", "scrapeconfig.CloudflareConfig", Cloudflare);
        Add("journal", "scrapeconfig.JournalTargetConfig", Journal);
        Add("loki_push_api", "scrapeconfig.PushTargetConfig", PushApi);
        Add("syslog", "scrapeconfig.SyslogTargetConfig", SyslogSource.Append);
        Add("gcplog", "scrapeconfig.GcplogTargetConfig", GcpLogSource.Append);
        Add("windows_events", "scrapeconfig.WindowsEventsTargetConfig", WindowsEvents);
        Add("kafka", "scrapeconfig.KafkaTargetConfig", KafkaSource.Append);
        Add("azure_event_hubs", "scrapeconfig.AzureEventHubsTargetConfig", KafkaSource.AppendAzure);
        Add("gelf", "scrapeconfig.GelfTargetConfig", Gelf);
        Add("heroku_drain", "scrapeconfig.HerokuDrainTargetConfig", Heroku);

        void Add(string key, string type, Action<YamlMap, LogScrape> append)
        {
            if (from.Map(key, type) is { } section)
            {
                append(section, scrape);
            }
        }
    }

    /// <summary>Discovery that only promtail has.</summary>
    public static void ConsulAgent(DiscoverySection section, Findings findings)
    {
        section.From.Expect("allow_stale");
        if (section.From.Fields("node_meta").Count > 0)
        {
            findings.Warning("node_meta is not used by discovery.consulagent and will be ignored");
        }
        section.Text("server", "localhost:8500");
        section.Text("token");
        section.Text("datacenter");
        section.Text("tag_separator", ",");
        section.Text("scheme", "http");
        section.Text("username");
        section.Text("password");
        section.Refresh(30);
        section.Texts("services");
        section.Texts("tags");
        section.Tls();
    }

    private static void Cloudflare(YamlMap from, LogScrape scrape)
    {
        string receivers = scrape.RelabelReceivers;
        AlloyBody to = scrape.Output.File.Add("loki.source.cloudflare", scrape.Label);
        to.Text("api_token", from.Text("api_token"), omit: null);
        to.Text("zone_id", from.Text("zone_id"), omit: null);
        to.TextMap("labels", from.TextMap("labels"), always: true);
        to.Number("workers", from.Number("workers", 3), 3);
        to.Duration("pull_range", from.PrometheusDuration("pull_range", TimeSpan.FromMinutes(1)), TimeSpan.FromMinutes(1));
        to.Text("fields_type", from.Text("fields_type", "default"), "default");
        to.Texts("additional_fields", from.Texts("additional_fields"));
        to.Raw("forward_to", receivers);
    }

    private static void Journal(YamlMap from, LogScrape scrape)
    {
        TimeSpan age = JournalAge;
        if (from.TextOrNull("max_age") is { Length: > 0 } text && !GoDuration.TryParse(text, out age, out string? error))
        {
            scrape.Output.Findings.Error($"failed to parse max_age duration for journal config: {error}, will use default");
            age = JournalAge;
        }
        string receivers = scrape.Receivers;
        string rules = scrape.RelabelRulesExpression;
        AlloyBody to = scrape.Output.File.Add("loki.source.journal", scrape.Label);
        to.Flag("format_as_json", from.Flag("json"));
        to.Duration("max_age", age, JournalAge);
        to.Text("path", from.Text("path"));
        to.Raw("relabel_rules", rules);
        to.Text("matches", from.Text("matches"));
        to.Raw("forward_to", receivers);
        to.TextMap("labels", from.TextMap("labels"), always: true);
    }

    private static void PushApi(YamlMap from, LogScrape scrape)
    {
        YamlMap server = from.MapOrEmpty("server", "server.Config");
        ServerSettings.Validate(server, scrape.Output.Findings);
        string receivers = scrape.Receivers;
        string rules = scrape.RelabelRulesExpression;
        AlloyBody to = scrape.Output.File.Add("loki.source.api", scrape.Label);
        ServerSettings.Write(server, to);
        to.Raw("forward_to", receivers);
        to.TextMap("labels", from.TextMap("labels"), always: true);
        to.Raw("relabel_rules", rules);
        to.Flag("use_incoming_timestamp", from.Flag("use_incoming_timestamp"));
        to.Bytes("max_send_message_size", from.Number("max_send_msg_size"), omit: 100 * 1024 * 1024);
    }

    private static void WindowsEvents(YamlMap from, LogScrape scrape)
    {
        string receivers = scrape.RelabelReceivers;
        AlloyBody to = scrape.Output.File.Add("loki.source.windowsevent", scrape.Label);
        to.Number("locale", from.Number("locale"));
        to.Text("eventlog_name", from.Text("eventlog_name"));
        to.Text("xpath_query", from.Text("xpath_query"), "*");
        to.Duration("poll_interval", from.Duration("poll_interval", TimeSpan.Zero), TimeSpan.FromSeconds(3));
        to.Flag("exclude_event_data", from.Flag("exclude_event_data"));
        to.Flag("exclude_user_data", from.Flag("exclude_user_data"));
        to.Flag("exclude_event_message", from.Flag("exclude_event_message"));
        to.Flag("use_incoming_timestamp", from.Flag("use_incoming_timestamp"));
        to.Raw("forward_to", receivers);
        to.TextMap("labels", from.TextMap("labels"), always: true);
        to.Text("legacy_bookmark_path", from.Text("bookmark_path"));
    }

    private static void Gelf(YamlMap from, LogScrape scrape)
    {
        scrape.Output.Findings.Discouraged(
            from.Fields("labels").Count > 0, "gelf labels", "loki.source.gelf has no labels; add them with a stage.static_labels block.");
        string receivers = scrape.Receivers;
        string rules = scrape.RelabelRulesExpression;
        AlloyBody to = scrape.Output.File.Add("loki.source.gelf", scrape.Label);
        to.Text("listen_address", from.Text("listen_address", "0.0.0.0:12201"), "0.0.0.0:12201");
        to.Flag("use_incoming_timestamp", from.Flag("use_incoming_timestamp"));
        to.Raw("relabel_rules", rules);
        to.Raw("forward_to", receivers);
    }

    private static void Heroku(YamlMap from, LogScrape scrape)
    {
        string receivers = scrape.Receivers;
        string rules = scrape.RelabelRulesExpression;
        AlloyBody to = scrape.Output.File.Add("loki.source.heroku", scrape.Label);
        ServerSettings.Write(from.MapOrEmpty("server", "server.Config"), to);
        to.TextMap("labels", from.TextMap("labels"), always: true);
        to.Flag("use_incoming_timestamp", from.Flag("use_incoming_timestamp"));
        to.Raw("forward_to", receivers);
        to.Raw("relabel_rules", rules);
    }
}
