using Agent.Conversion.Blocks;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Shared;

/// <summary>The TLS client settings of Prometheus as Alloy's <c>tls_config</c> block.</summary>
internal static class TlsSettings
{
    /// <summary>Writes the block <c>tls_config</c> where it would not be empty.</summary>
    public static void WriteIfAny(YamlMap from, AlloyBody to)
    {
        if (from.Map("tls_config", "config.plain") is { } tls)
        {
            Write(tls, to.BlockIfAny("tls_config"));
        }
    }

    public static void Write(YamlMap from, AlloyBody to)
    {
        from.Expect("max_version", "ca_ref", "cert_ref", "key_ref");
        to.Text("ca_pem", from.Text("ca"));
        to.Text("ca_file", from.Text("ca_file"));
        to.Text("cert_pem", from.Text("cert"));
        to.Text("cert_file", from.Text("cert_file"));
        to.Text("key_pem", from.Text("key"));
        to.Text("key_file", from.Text("key_file"));
        to.Text("server_name", from.Text("server_name"));
        to.Flag("insecure_skip_verify", from.Flag("insecure_skip_verify"));
        to.Text("min_version", Version(from));
    }

    private static string Version(YamlMap from)
    {
        string version = from.Text("min_version");
        if (version is not ("" or "TLS10" or "TLS11" or "TLS12" or "TLS13"))
        {
            from.Problems.Invalid(from.Get("min_version")!, $"unknown TLS version: {version}");
        }
        return version;
    }
}
