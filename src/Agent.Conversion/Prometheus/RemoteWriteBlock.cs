using Agent.Conversion.Blocks;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Prometheus;

/// <summary>Writes the arguments of <c>prometheus.remote_write</c>.</summary>
internal static class RemoteWriteBlock
{
    /// <summary>Reads the sections; names must differ.</summary>
    public static IReadOnlyList<YamlMap> Read(YamlMap from, string key = "remote_write")
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        IReadOnlyList<YamlMap> sections = from.Maps(key, "config.plain");
        foreach (YamlMap section in sections)
        {
            string name = section.Text("name");
            if (section.Node.Kind == YamlKind.Null)
            {
                from.Problems.Invalid(from.Node, "empty or null remote write config section");
            }
            else if (section.Text("url").Length == 0)
            {
                from.Problems.Invalid(section.Node, "url for remote_write is empty");
            }
            if (name.Length > 0 && !names.Add(name))
            {
                from.Problems.Invalid(section.Node, $"found multiple remote write configs with job name \"{name}\"");
            }
        }
        return sections;
    }

    public static void Write(IReadOnlyDictionary<string, string> externalLabels, IReadOnlyList<RemoteWriteSection> sections, AlloyBody to)
    {
        to.TextMap("external_labels", externalLabels);
        foreach (RemoteWriteSection section in sections)
        {
            WriteEndpoint(section, to.Block("endpoint"));
        }
    }

    private static void WriteEndpoint(RemoteWriteSection section, AlloyBody to)
    {
        YamlMap from = section.From;
        from.Expect("failed_request_logging");
        to.Text("name", section.Name);
        to.Text("url", from.Text("url"), omit: null);
        to.Duration("remote_timeout", from.PrometheusDuration("remote_timeout", TimeSpan.FromSeconds(30)), TimeSpan.FromSeconds(30));
        to.TextMap("headers", from.TextMap("headers"));
        to.Flag("send_exemplars", from.Flag("send_exemplars", true), true);
        to.Flag("send_native_histograms", from.Flag("send_native_histograms"));
        to.Text("protobuf_message", from.Text("protobuf_message", "prometheus.WriteRequest"), "prometheus.WriteRequest");
        HttpClientSettings.Of(from).Write(to, http2: false, sourceHttp2: false);
        WriteQueue(from.MapOrEmpty("queue_config", "config.QueueConfig"), to.Block("queue_config"));
        WriteMetadata(from.MapOrEmpty("metadata_config", "config.MetadataConfig"), to.Block("metadata_config"));
        RelabelRules.Write(RelabelRules.Read(from, "write_relabel_configs"), to, "write_relabel_config");
        WriteSigV4(from, to);
        WriteAzureAd(from, to);
        if (from.Map("google_iam", "googleiam.Config") is { } google)
        {
            to.Block("google_iam").Text("credentials_file", google.Text("credentials_file"));
        }
        to.Flag("round_robin_dns", from.Flag("round_robin_dns"));
    }

    private static void WriteQueue(YamlMap from, AlloyBody to)
    {
        to.Number("capacity", from.Number("capacity", 10000), 10000);
        to.Number("max_shards", from.Number("max_shards", 50), 50);
        to.Number("min_shards", from.Number("min_shards", 1), 1);
        to.Number("max_samples_per_send", from.Number("max_samples_per_send", 2000), 2000);
        Duration("batch_send_deadline", TimeSpan.FromSeconds(5));
        Duration("min_backoff", TimeSpan.FromMilliseconds(30));
        Duration("max_backoff", TimeSpan.FromSeconds(5));
        to.Flag("retry_on_http_429", from.Flag("retry_on_http_429", true), true);
        Duration("sample_age_limit", TimeSpan.Zero);

        void Duration(string name, TimeSpan fallback) => to.Duration(name, from.PrometheusDuration(name, fallback), fallback);
    }

    private static void WriteMetadata(YamlMap from, AlloyBody to)
    {
        to.Flag("send", from.Flag("send", true), true);
        to.Duration("send_interval", from.PrometheusDuration("send_interval", TimeSpan.FromMinutes(1)), TimeSpan.FromMinutes(1));
        to.Number("max_samples_per_send", from.Number("max_samples_per_send", 2000), 2000);
    }

    private static void WriteSigV4(YamlMap from, AlloyBody to)
    {
        if (from.Map("sigv4", "sigv4.plain") is not { } sigV4)
        {
            return;
        }
        AlloyBody block = to.Block("sigv4");
        foreach (string name in (ReadOnlySpan<string>)["region", "access_key", "secret_key", "profile", "role_arn", "external_id"])
        {
            block.Text(name, sigV4.Text(name));
        }
        block.Flag("use_fips_sts_endpoint", sigV4.Flag("use_fips_sts_endpoint"));
        block.Text("service_name", sigV4.Text("service_name"));
    }

    private static void WriteAzureAd(YamlMap from, AlloyBody to)
    {
        if (from.Map("azuread", "azuread.plain") is not { } azure)
        {
            return;
        }
        AlloyBody block = to.Block("azuread");
        Part("managed_identity", "client_id");
        Part("workload_identity", "client_id", "tenant_id", "token_file_path");
        Part("oauth", "client_id", "client_secret", "tenant_id");
        Part("sdk", "tenant_id");
        block.Text("cloud", azure.Text("cloud", "AzurePublic"), "AzurePublic");
        block.Text("scope", azure.Text("scope"));

        void Part(string name, params ReadOnlySpan<string> arguments)
        {
            if (azure.Map(name, "azuread.plain") is not { } part)
            {
                return;
            }
            AlloyBody nested = block.Block(name);
            foreach (string argument in arguments)
            {
                nested.Text(argument, part.Text(argument), argument == "token_file_path" ? "" : null);
            }
        }
    }
}

/// <summary>A section with the name that its endpoint gets.</summary>
internal sealed record RemoteWriteSection(YamlMap From, string Name);
