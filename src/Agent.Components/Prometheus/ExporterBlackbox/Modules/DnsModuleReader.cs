using Agent.Components.Prometheus.ExporterBlackbox.DnsProbe;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>Reads the <c>dns</c> part of a module.</summary>
internal static class DnsModuleReader
{
    public static DnsProbeOptions Read(YamlFields fields)
    {
        var options = new DnsProbeOptions
        {
            Address = ModuleReader.ReadAddress(fields),
            SourceAddress = fields.Text("source_ip_address"),
            Transport = fields.Text("transport_protocol") is { Length: > 0 } transport ? transport : "udp",
            OverTls = fields.Bool("dns_over_tls"),
            TlsConfig = ClientReader.ReadTls(fields, "tls_config"),
            QueryName = fields.Text("query_name"),
            QueryClass = Number(fields, "query_class", "class", DnsNumbers.Class, DnsNumbers.Internet),
            QueryType = Number(fields, "query_type", "type", DnsNumbers.Type, DnsNumbers.Any),
            Recursion = fields.Bool("recursion_desired", true),
            ValidRcodes = fields.Has("valid_rcodes") ? fields.Texts("valid_rcodes") : ReadNone(fields),
            Answer = ReadRules(fields, "validate_answer_rrs"),
            Authority = ReadRules(fields, "validate_authority_rrs"),
            Additional = ReadRules(fields, "validate_additional_rrs"),
        };
        if (options.QueryName.Length == 0)
        {
            fields.Problem("query name must be set for DNS module");
        }
        return options;
    }

    private static List<string>? ReadNone(YamlFields fields)
    {
        fields.Take("valid_rcodes");
        return null;
    }

    private static ushort Number(YamlFields fields, string name, string what, Func<string, ushort?> find, ushort missing)
    {
        string text = fields.Text(name);
        if (text.Length == 0)
        {
            return missing;
        }
        if (find(text) is { } number)
        {
            return number;
        }
        fields.Problem($"query {what} '{text}' is not valid", name);
        return missing;
    }

    private static RecordRules ReadRules(YamlFields fields, string name) => fields.Object(name, "config.plain", static rules => new RecordRules
    {
        FailIfMatches = Rules(rules, "fail_if_matches_regexp"),
        FailIfAllMatch = Rules(rules, "fail_if_all_match_regexp"),
        FailIfNotMatches = Rules(rules, "fail_if_not_matches_regexp"),
        FailIfNoneMatches = Rules(rules, "fail_if_none_matches_regexp"),
    }) ?? new();

    private static List<RecordRule> Rules(YamlFields fields, string name) =>
        [.. fields.Texts(name).Select(static text => new RecordRule(text))];
}
