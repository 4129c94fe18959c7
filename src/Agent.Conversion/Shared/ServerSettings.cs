using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Shared;

/// <summary>The <c>server</c> section of Grafana's programs as the blocks and attributes of components that listen.</summary>
internal static class ServerSettings
{
    /// <summary>Declares the section's fields that nothing is made of.</summary>
    public static void Expect(YamlMap from) => from.Expect(
        "http_listen_network", "http_listen_address", "http_listen_port", "http_listen_conn_limit", "grpc_listen_network", "grpc_listen_address",
        "grpc_listen_port", "grpc_listen_conn_limit", "proxy_protocol_enabled", "tls_cipher_suites", "tls_min_version", "http_tls_config",
        "grpc_tls_config", "register_instrumentation", "report_grpc_codes_in_instrumentation_label_enabled", "graceful_shutdown_timeout",
        "http_server_read_timeout", "http_server_read_header_timeout", "http_server_write_timeout", "http_server_idle_timeout",
        "http_log_closed_connections_without_response_enabled", "grpc_server_max_recv_msg_size", "grpc_server_max_send_msg_size",
        "grpc_server_max_concurrent_streams", "grpc_server_max_connection_idle", "grpc_server_max_connection_age",
        "grpc_server_max_connection_age_grace", "grpc_server_keepalive_time", "grpc_server_keepalive_timeout",
        "grpc_server_min_time_between_pings", "grpc_server_ping_without_stream_allowed", "grpc_server_num_workers",
        "grpc_server_stats_tracking_enabled", "grpc_server_recv_buffer_pools_enabled", "grpc_collect_max_streams_by_conn", "log_format",
        "log_level", "log_source_ips_enabled", "log_source_ips_full", "log_source_ips_header", "log_source_ips_regex", "log_request_headers",
        "log_request_at_info_level_enabled", "log_request_exclude_headers_list", "http_path_prefix", "cluster_validation",
        "trace_request_headers", "trace_request_exclude_headers_list", "external_url", "health_check_target", "disable", "profiling_enabled",
        "enable_runtime_reload");

    /// <summary>Writes the blocks <c>http</c> and <c>grpc</c>, which are there even when empty.</summary>
    public static void Write(YamlMap from, AlloyBody to)
    {
        Expect(from);
        WriteHttp(from, to.Block("http"));
        WriteGrpc(from, to.Block("grpc"));
        to.Duration("graceful_shutdown_timeout", from.Duration("graceful_shutdown_timeout", TimeSpan.Zero), TimeSpan.FromSeconds(30));
    }

    /// <summary>Finds settings without counterpart.</summary>
    public static void Validate(YamlMap from, Findings findings)
    {
        Expect(from);
        foreach (string name in (ReadOnlySpan<string>)
            [
                "http_listen_network", "grpc_listen_network", "tls_cipher_suites", "tls_min_version", "register_instrumentation",
                "graceful_shutdown_timeout", "grpc_server_keepalive_time", "grpc_server_keepalive_timeout", "grpc_server_min_time_between_pings",
                "grpc_server_ping_without_stream_allowed", "log_format", "log_level", "log_source_ips_enabled", "log_source_ips_header",
                "log_source_ips_regex", "log_request_at_info_level_enabled", "http_path_prefix",
            ])
        {
            if (from.Get(name) is { Text: not ("" or "false" or "0" or "0s") })
            {
                findings.Error($"{name} is not supported in server config");
            }
        }
    }

    private static void WriteHttp(YamlMap from, AlloyBody to)
    {
        to.Text("listen_address", from.Text("http_listen_address"));
        to.Number("listen_port", from.Number("http_listen_port"));
        to.Number("conn_limit", from.Number("http_listen_conn_limit"));
        Duration(from, to, "http_server_read_timeout", "server_read_timeout");
        Duration(from, to, "http_server_write_timeout", "server_write_timeout");
        Duration(from, to, "http_server_idle_timeout", "server_idle_timeout");
        WriteTls(from.Map("http_tls_config", "server.TLSConfig"), to);
    }

    private static void WriteGrpc(YamlMap from, AlloyBody to)
    {
        to.Text("listen_address", from.Text("grpc_listen_address"));
        to.Number("listen_port", from.Number("grpc_listen_port"));
        to.Number("conn_limit", from.Number("grpc_listen_conn_limit"));
        Duration(from, to, "grpc_server_max_connection_age", "max_connection_age");
        Duration(from, to, "grpc_server_max_connection_age_grace", "max_connection_age_grace");
        Duration(from, to, "grpc_server_max_connection_idle", "max_connection_idle");
        to.Number("server_max_recv_msg_size", from.Number("grpc_server_max_recv_msg_size"));
        to.Number("server_max_send_msg_size", from.Number("grpc_server_max_send_msg_size"));
        to.Number("server_max_concurrent_streams", from.Number("grpc_server_max_concurrent_streams"));
        WriteTls(from.Map("grpc_tls_config", "server.TLSConfig"), to);
    }

    private static void WriteTls(YamlMap? from, AlloyBody to)
    {
        if (from is null)
        {
            return;
        }
        from.Expect("cert", "key", "cert_file", "key_file", "client_auth_type", "client_ca_file", "client_ca");
        if (from.Text("cert_file").Length == 0 && from.Text("cert").Length == 0)
        {
            return;
        }
        AlloyBody tls = to.Block("tls");
        tls.Text("cert_pem", from.Text("cert"));
        tls.Text("key_pem", from.Text("key"));
        foreach (string name in (ReadOnlySpan<string>)["cert_file", "key_file", "client_auth_type", "client_ca_file", "client_ca"])
        {
            tls.Text(name, from.Text(name));
        }
    }

    private static void Duration(YamlMap from, AlloyBody to, string name, string attribute) =>
        to.Duration(attribute, from.Duration(name, TimeSpan.Zero), TimeSpan.Zero);
}
