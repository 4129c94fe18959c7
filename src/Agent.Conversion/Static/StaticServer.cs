using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Static;

/// <summary>Converts the section <c>server</c> to the blocks <c>logging</c> and <c>http</c>.</summary>
internal static class StaticServer
{
    public static void Append(YamlMap server, AlloyFile file)
    {
        server.Expect("grpc_tls_config");
        string level = server.Text("log_level", "info");
        if (level is not ("debug" or "info" or "warn" or "error"))
        {
            server.Problems.Invalid(server.Get("log_level")!, $"unrecognized log level \"{level}\"");
        }
        string format = server.Text("log_format", "logfmt");
        if (level != "info" || format != "logfmt")
        {
            AlloyBody logging = file.Add("logging", "");
            logging.Text("level", level, "info");
            logging.Text("format", format, "logfmt");
        }
        if (server.Map("http_tls_config", "server.TLSConfig") is { } tls)
        {
            AppendTls(tls, file);
        }
    }

    public static void Validate(YamlMap server, Findings findings)
    {
        YamlMap tls = server.MapOrEmpty("http_tls_config", "server.TLSConfig");
        findings.Unsupported(
            server.Get("grpc_tls_config") is { Fields.Count: > 0 }, "grpc_tls_config server", "Alloy does not have a gRPC server to configure.");
        findings.Unsupported(tls.Flag("prefer_server_cipher_suites"), "prefer_server_cipher_suites server");
        findings.Unsupported(tls.Has("windows_certificate_filter"), "windows_certificate_filter server");
    }

    private static void AppendTls(YamlMap from, AlloyFile file)
    {
        from.Expect("prefer_server_cipher_suites", "windows_certificate_filter");
        var http = new AlloyBlock("http", "");
        AlloyBody tls = http.Body.BlockIfAny("tls");
        tls.Text("cert_file", from.Text("cert_file"));
        tls.Text("key_file", from.Text("key_file"));
        tls.Text("client_ca_file", from.Text("client_ca_file"));
        tls.Text("client_auth_type", from.Text("client_auth_type", "NoClientCert"), "NoClientCert");
        tls.Texts("cipher_suites", from.Texts("cipher_suites"));
        tls.Texts("curve_preferences", from.Texts("curve_preferences"));
        tls.Text("min_version", from.Text("min_version"));
        tls.Text("max_version", from.Text("max_version"));
        if (http.Body.HasContent)
        {
            file.Add(http);
        }
    }
}
