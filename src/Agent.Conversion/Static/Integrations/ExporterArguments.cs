using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;
using Agent.Syntax;

namespace Agent.Conversion.Static.Integrations;

/// <summary>Arguments of exporters that take more than a list of settings.</summary>
internal static class ExporterArguments
{
    public static void Blackbox(YamlMap from, AlloyBody to, Findings findings)
    {
        to.Text("config_file", from.Text("config_file"));
        if (from.Get("blackbox_config") is { } config)
        {
            to.Raw("config", AlloyText.Of(YamlText.Of(config)));
        }
        // Alloy's own converter rounds the half second that goes without saying to 0.
        double offset = from.Float("probe_timeout_offset");
        to.Duration("probe_timeout_offset", TimeSpan.FromSeconds(offset), TimeSpan.FromMilliseconds(500));
        Targets(from, "blackbox_targets", to, "name", "address", "module");
    }

    public static void Snmp(YamlMap from, AlloyBody to, Findings findings)
    {
        FieldList.Copy("config_file concurrency:n snmp_config>config:y config_merge_strategy", from, to);
        foreach (YamlField parameter in from.Fields("walk_params"))
        {
            AlloyBody block = to.Block("walk_param", IdentifierText.Sanitize(parameter.Key));
            YamlMap values = YamlMap.Of(parameter.Value, "config.plain", from.Problems);
            FieldList.Copy("max_repetitions:n retries:n timeout:d use_unconnected_udp_socket:b", values, block);
        }
        Targets(from, "snmp_targets", to, "name", "address", "module", "auth", "walk_params", "snmp_context");
    }

    public static void Process(YamlMap from, AlloyBody to, Findings findings)
    {
        foreach (YamlMap group in from.Maps("process_names", "config.MatcherGroup"))
        {
            FieldList.Copy("name comm:l exe:l cmdline:l", group, to.Block("matcher"));
        }
        FieldList.Copy(
            "procfs_path track_children:b track_threads:b gather_smaps:b recheck_on_scrape:b remove_empty_groups:b", from, to);
    }

    public static void StatsD(YamlMap from, AlloyBody to, Findings findings)
    {
        if (from.Has("mapping_config"))
        {
            findings.Error("mapping_config is not supported in statsd_exporter integrations config");
        }
    }

    public static void OracleDatabases(YamlMap from, AlloyBody to, Findings findings)
    {
        foreach (YamlMap database in from.Maps("databases", "oracledb_exporter.DatabaseInstance"))
        {
            AlloyBody block = to.Block("database");
            FieldList.Copy("name:r connection_string:r username password", database, block);
            block.TextMap("labels", database.TextMap("labels"));
        }
    }

    private static void Targets(YamlMap from, string key, AlloyBody to, params string[] names)
    {
        var targets = new List<string>();
        foreach (YamlMap target in from.Maps(key, "plain.Target"))
        {
            SortedDictionary<string, string> values = target.TextMap("labels");
            foreach (string name in names)
            {
                values[name] = target.Text(name);
            }
            targets.Add(AlloyText.Of(values));
        }
        if (targets.Count > 0)
        {
            to.Raw("targets", AlloyText.List(targets));
        }
    }
}
