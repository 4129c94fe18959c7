using Agent.Conversion.Blocks;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Promtail.Sources;

/// <summary>Makes <c>loki.source.gcplog</c>.</summary>
internal static class GcpLogSource
{
    public static void Append(YamlMap from, LogScrape scrape)
    {
        from.Expect("project_id", "subscription", "push_timeout", "server", "labels", "use_incoming_timestamp", "use_full_line");
        string type = from.Text("subscription_type");
        YamlMap server = from.MapOrEmpty("server", "server.Config");
        ServerSettings.Expect(server);
        if (type == "push")
        {
            ServerSettings.Validate(server, scrape.Output.Findings);
        }
        else if (type is not ("" or "pull"))
        {
            scrape.Output.Findings.Error("gcplog.subscription_type must be one of 'pull' or 'push'");
        }
        string receivers = scrape.Receivers;
        string rules = scrape.RelabelRulesExpression;
        AlloyBody to = scrape.Output.File.Add("loki.source.gcplog", scrape.Label);
        if (type is "" or "pull")
        {
            AlloyBody pull = to.Block("pull");
            pull.Text("project_id", from.Text("project_id"), omit: null);
            pull.Text("subscription", from.Text("subscription"), omit: null);
            WriteCommon(from, pull);
        }
        else if (type == "push")
        {
            AlloyBody push = to.Block("push");
            ServerSettings.Write(server, push);
            push.Duration("push_timeout", from.Duration("push_timeout", TimeSpan.Zero), TimeSpan.Zero);
            WriteCommon(from, push);
        }
        to.Raw("forward_to", receivers);
        to.Raw("relabel_rules", rules);
    }

    private static void WriteCommon(YamlMap from, AlloyBody to)
    {
        to.TextMap("labels", from.TextMap("labels"), always: true);
        to.Flag("use_incoming_timestamp", from.Flag("use_incoming_timestamp"));
        to.Flag("use_full_line", from.Flag("use_full_line"));
    }
}
