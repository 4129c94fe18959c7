using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Agent.Conversion.Prometheus;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Static;

/// <summary>The name that Grafana Agent gives a <c>remote_write</c> section without one: the instance, and a hash over the section.</summary>
/// <remarks>
/// The hash is over the section as JSON with all defaults and hidden secrets. Rare settings count in a form of our own: then the name is
/// stable, but another.
/// </remarks>
internal static class RemoteWriteName
{
    private const int Digits = 6;
    private const string Secret = "\\u003csecret\\u003e";

    private static readonly (string Name, long Milliseconds)[] Units =
        [("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    public static RemoteWriteSection Section(YamlMap from, string instance) =>
        new(from, from.Text("name") is { Length: > 0 } name ? name : $"{instance}-{Hash(from)}");

    [SuppressMessage("Security", "CA5351", Justification = "Names have been made this way; nothing is kept secret by it.")]
    private static string Hash(YamlMap from) =>
        Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(Json(from))))[..Digits];

    private static string Json(YamlMap from)
    {
        YamlMap queue = from.MapOrEmpty("queue_config", "config.QueueConfig");
        YamlMap metadata = from.MapOrEmpty("metadata_config", "config.MetadataConfig");
        return $$"""
            {"URL":{{Quote(from.Text("url"))}},"RemoteTimeout":{{Duration(from, "remote_timeout", 30_000)}},"Headers":{{Map(from, "headers")}}
            ,"WriteRelabelConfigs":{{Rules(from)}},"Name":"","SendExemplars":{{Bool(from, "send_exemplars", true)}}
            ,"SendNativeHistograms":{{Bool(from, "send_native_histograms", false)}},"RoundRobinDNS":{{Bool(from, "round_robin_dns", false)}}
            ,"ProtobufMessage":{{Quote(from.Text("protobuf_message", "prometheus.WriteRequest"))}},"HTTPClientConfig":{{HttpClient(from)}}
            ,"QueueConfig":{"Capacity":{{queue.Number("capacity", 10000)}},"MaxShards":{{queue.Number("max_shards", 50)}}
            ,"MinShards":{{queue.Number("min_shards", 1)}},"MaxSamplesPerSend":{{queue.Number("max_samples_per_send", 2000)}}
            ,"BatchSendDeadline":{{Duration(queue, "batch_send_deadline", 5000)}},"MinBackoff":{{Duration(queue, "min_backoff", 30)}}
            ,"MaxBackoff":{{Duration(queue, "max_backoff", 5000)}},"RetryOnRateLimit":{{Bool(queue, "retry_on_http_429", true)}}
            ,"SampleAgeLimit":{{Duration(queue, "sample_age_limit", 0)}}},"MetadataConfig":{"Send":{{Bool(metadata, "send", true)}}
            ,"SendInterval":{{Duration(metadata, "send_interval", 60_000)}},"MaxSamplesPerSend":{{metadata.Number("max_samples_per_send", 2000)}}}
            ,"SigV4Config":{{Raw(from, "sigv4")}},"AzureADConfig":{{Raw(from, "azuread")}},"GoogleIAMConfig":{{Raw(from, "google_iam")}}}
            """.Replace("\n", "", StringComparison.Ordinal);
    }

    private static string Rules(YamlMap from) => from.Has("write_relabel_configs")
        ? "[" + string.Join(',', RelabelRules.Read(from, "write_relabel_configs").Select(Rule)) + "]"
        : "null";

    private static string Rule(RelabelRule rule)
    {
        string labels = rule.SourceLabels.Count == 0 ? "" : $"\"source_labels\":[{string.Join(',', rule.SourceLabels.Select(Quote))}],";
        string modulus = rule.Modulus == 0 ? "" : $"\"modulus\":{rule.Modulus},";
        string target = rule.TargetLabel.Length == 0 ? "" : $"\"target_label\":{Quote(rule.TargetLabel)},";
        return $"{{{labels}\"separator\":{Quote(rule.Separator)},\"regex\":{Quote(rule.Regex)},{modulus}{target}"
            + $"\"replacement\":{Quote(rule.Replacement)},\"action\":{Quote(rule.Action)}}}";
    }

    private static string HttpClient(YamlMap from)
    {
        var json = new StringBuilder("{");
        if (from.Map("basic_auth", "config.plain") is { } basic)
        {
            string[] parts = [.. Texts(basic, "username"), .. Secrets(basic, "password"), .. Texts(basic, "password_file")];
            json.Append("\"basic_auth\":{").AppendJoin(',', parts).Append("},");
        }
        if (from.Map("authorization", "config.plain") is { } authorization || from.Has("bearer_token") || from.Has("bearer_token_file"))
        {
            authorization = from.MapOrEmpty("authorization", "config.plain");
            string[] parts =
            [
                $"\"type\":{Quote(authorization.Text("type", "Bearer"))}",
                .. Secrets(authorization, "credentials"), .. Secrets(from, "bearer_token").Select(static _ => $"\"credentials\":\"{Secret}\""),
                .. Texts(authorization, "credentials_file"),
            ];
            json.Append("\"authorization\":{").AppendJoin(',', parts).Append("},");
        }
        if (from.Has("oauth2"))
        {
            json.Append("\"oauth2\":").Append(Raw(from, "oauth2")).Append(',');
        }
        YamlMap tls = from.MapOrEmpty("tls_config", "config.plain");
        string[] files = [.. Texts(tls, "ca"), .. Texts(tls, "cert"), .. Secrets(tls, "key"), .. Texts(tls, "ca_file"), .. Texts(tls, "cert_file"),
            .. Texts(tls, "key_file"), .. Texts(tls, "server_name"), $"\"insecure_skip_verify\":{Bool(tls, "insecure_skip_verify", false)}",
            .. Texts(tls, "min_version"), .. Texts(tls, "max_version")];
        json.Append("\"tls_config\":{").AppendJoin(',', files).Append("},");
        json.Append("\"follow_redirects\":").Append(Bool(from, "follow_redirects", true));
        json.Append(",\"enable_http2\":").Append(Bool(from, "enable_http2", false));
        string proxy = from.Text("proxy_url");
        return json.Append(",\"proxy_url\":").Append(proxy.Length == 0 ? "null" : Quote(proxy)).Append('}').ToString();
    }

    private static IEnumerable<string> Texts(YamlMap from, string name) =>
        from.Text(name) is { Length: > 0 } text ? [$"\"{name}\":{Quote(text)}"] : [];

    private static IEnumerable<string> Secrets(YamlMap from, string name) => from.Text(name).Length > 0 ? [$"\"{name}\":\"{Secret}\""] : [];

    private static string Bool(YamlMap from, string name, bool fallback) => from.Flag(name, fallback) ? "true" : "false";

    private static string Map(YamlMap from, string name) => from.Has(name)
        ? "{" + string.Join(',', from.TextMap(name).Select(static field => $"{Quote(field.Key)}:{Quote(field.Value)}")) + "}"
        : "null";

    private static string Raw(YamlMap from, string name) => from.Get(name) is { } node ? Quote(GoText.Of(node)) : "null";

    // As Go's JSON: beside what must be, only the marks that HTML minds are escaped.
    private static string Quote(string text) => "\"" + JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()
        .Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal)
        .Replace("&", "\\u0026", StringComparison.Ordinal) + "\"";

    private static string Duration(YamlMap from, string name, long fallback)
    {
        var left = (long)from.PrometheusDuration(name, TimeSpan.FromMilliseconds(fallback)).TotalMilliseconds;
        var text = new StringBuilder("\"");
        // Years and weeks are only used where they fit exactly.
        foreach ((string unit, long size) in Units)
        {
            bool whole = unit is not ("y" or "w") || left % size == 0;
            if (whole && left >= size)
            {
                text.Append(left / size).Append(unit);
                left %= size;
            }
        }
        return text.Append(text.Length == 1 ? "0s" : "").Append('"').ToString();
    }
}
