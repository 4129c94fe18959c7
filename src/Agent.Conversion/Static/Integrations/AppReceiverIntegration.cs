using Agent.Conversion.Blocks;
using Agent.Conversion.Yaml;
using Agent.Syntax;

namespace Agent.Conversion.Static.Integrations;

/// <summary>Converts the integration that receives telemetry from browsers.</summary>
internal static class AppReceiverIntegration
{
    private const long LargestPayload = 5_000_000;

    public static void Append(YamlMap from, StaticContext context)
    {
        from.Expect("instance", "extra_labels", "autoscrape", "logs_send_timeout");
        context.Findings.Unsupported(from.Text("traces_instance").Length > 0, "app_agent_receiver traces_instance");
        AlloyBody to = context.File.Add("faro.receiver", IntegrationScrape.Prefix + "_app_agent_receiver");
        to.TextMap("extra_log_labels", from.TextMap("logs_labels"), always: true);
        to.Text("log_format", "", omit: null);
        WriteServer(from.MapOrEmpty("server", "app_agent_receiver.ServerConfig"), to.Block("server"));
        WriteSourceMaps(from.MapOrEmpty("sourcemaps", "app_agent_receiver.SourceMapConfig"), to.Block("sourcemaps"));
        AlloyBody output = to.Block("output");
        string logs = from.Text("logs_instance");
        output.Raw("logs", logs.Length == 0 ? "[]" : $"[loki.write.{IdentifierText.Sanitize("logs_" + logs)}.receiver]");
        output.Raw("traces", "[]");
    }

    private static void WriteServer(YamlMap from, AlloyBody to)
    {
        to.Text("listen_address", from.Text("host", "127.0.0.1"), "127.0.0.1");
        to.Number("listen_port", from.Number("port", 12347), 12347);
        to.Texts("cors_allowed_origins", from.Texts("cors_allowed_origins"));
        to.Text("api_key", from.Text("api_key"));
        to.Bytes("max_allowed_payload_size", from.Number("max_allowed_payload_size", LargestPayload), 5 * 1024 * 1024);
        YamlMap limits = from.MapOrEmpty("rate_limiting", "app_agent_receiver.RateLimitingConfig");
        AlloyBody rate = to.Block("rate_limiting");
        rate.Flag("enabled", limits.Flag("enabled", true), true);
        rate.Float("rate", limits.Float("rps", 100), 50);
        rate.Float("burst_size", limits.Number("burstiness", 50), 100);
    }

    private static void WriteSourceMaps(YamlMap from, AlloyBody to)
    {
        to.Flag("download", from.Flag("download"), true);
        IReadOnlyList<string> origins = from.Has("download_origins") ? from.Texts("download_origins") : ["*"];
        if (!origins.SequenceEqual(["*"]))
        {
            to.Texts("download_from_origins", origins, always: true);
        }
        to.Duration("download_timeout", from.Duration("download_timeout", TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(1));
        foreach (YamlMap location in from.Maps("filesystem", "app_agent_receiver.SourceMapFileLocation"))
        {
            FieldList.Copy("path:r minified_path_prefix:r", location, to.Block("location"));
        }
    }
}
