using Agent.Conversion.Static.Integrations;

namespace Agent.Conversion.Tests.Static;

public sealed class StaticConversionTests
{
    private const string Write = "metrics: {global: {remote_write: [{url: http://localhost/push}]}}\n";

    /// <summary>The exact list: whoever converts one of them takes it from here.</summary>
    [Fact]
    public void The_integrations_that_are_not_converted_are_these() => Assert.Equal(
        ["catchpoint_exporter", "vsphere"],
        IntegrationKinds.All.Where(static kind => kind.Component is null).Select(static kind => kind.Name));

    /// <summary>As Grafana Agent registers them: the result has them in this order.</summary>
    [Fact]
    public void Integrations_are_converted_in_the_order_in_which_they_are_known()
    {
        string[] names = [.. IntegrationKinds.Former.Select(static kind => kind.Name)];

        Assert.Equal(["agent", "apache_http", "blackbox", "snmp", "azure_exporter"], names[..5]);
        Assert.Equal(["gcp_exporter", "mssql", "mongodb_exporter"], names[^3..]);
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Theory]
    [InlineData("receivers: {zipkin: {}}", "zipkin receiver")]
    [InlineData("receivers: {jaeger: {}}", "jaeger receiver")]
    [InlineData("receivers: {otlp: {protocols: {grpc: {tls: {}}}}}", "otlp receiver grpc tls")]
    [InlineData("receivers: {otlp: {}}\n    tail_sampling: {}", "tail_sampling")]
    [InlineData("receivers: {otlp: {}}\n    load_balancing: {}", "load_balancing")]
    [InlineData("receivers: {otlp: {}}\n    scrape_configs: []", "scrape_configs")]
    [InlineData("receivers: {otlp: {}}\n    jaeger_remote_sampling: []", "jaeger_remote_sampling")]
    [InlineData("receivers: {otlp: {}}\n    spanmetrics: {metrics_instance: a}", "spanmetrics")]
    [InlineData("receivers: {otlp: {}}\n    attributes: {include: {}}", "attributes include or exclude")]
    [InlineData("receivers: {otlp: {}}\n    remote_write: [{endpoint: a, protocol: http}]", "remote_write with protocol http, format jaeger or oauth2")]
    public void The_parts_of_traces_that_are_not_converted_are_these(string yaml, string part)
    {
        ConversionResult result = Converting.From("static", $"traces:\n  configs:\n  - name: a\n    {yaml}\n");

        Assert.Contains(
            $"(Error) The converter does not support converting the provided traces {part} config: it is not supported yet.",
            result.Diagnostics.Select(static found => found.ToString()));
    }

    [Fact]
    public void An_integration_is_scraped_as_it_says()
    {
        string text = Convert(Write + """
            integrations:
              http_tls_config: {ca_file: ca.pem}
              node_exporter:
                enabled: true
                instance: here
                scrape_interval: 30s
                disable_collectors: [arp]
                netdev_device_blacklist: lo
                filesystem_mount_timeout: 1s
                relabel_configs: [{target_label: a, replacement: b}]
            """);

        Assert.Equal(Converting.Formatted("""
            prometheus.exporter.unix "integrations_node_exporter" {
            	disable_collectors = ["arp"]

            	filesystem {
            		mount_timeout = "1s"
            	}

            	netdev {
            		device_exclude = "lo"
            	}
            }

            discovery.relabel "integrations_node_exporter" {
            	targets = prometheus.exporter.unix.integrations_node_exporter.targets

            	rule {
            		target_label = "a"
            		replacement = "b"
            	}

            	rule {
            		target_label = "instance"
            		replacement = "here"
            	}

            	rule {
            		target_label = "job"
            		replacement = "integrations/node_exporter"
            	}
            }

            prometheus.scrape "integrations_node_exporter" {
            	targets = discovery.relabel.integrations_node_exporter.output
            	forward_to = [prometheus.remote_write.integrations.receiver]
            	job_name = "integrations/node_exporter"
            	scrape_interval = "30s"

            	tls_config {
            		ca_file = "ca.pem"
            	}
            }

            prometheus.remote_write "integrations" {
            	endpoint {
            		url = "http://localhost/push"
            		queue_config { }
            		metadata_config { }
            	}
            }
            """), text);
    }

    [Theory]
    [InlineData("metrics: {}\nprometheus: {}", "error loading config file convert: at most one of prometheus and metrics should be specified")]
    [InlineData("metrics: {configs: [{name: a}, {name: a}]}", "error in config file: prometheus instance names must be unique. found multiple instances with name a")]
    [InlineData("logs: {configs: [{name: a}]}", "error in config file: cannot generate Loki positions file path for a because positions_directory is not configured")]
    [InlineData("logs: {positions_directory: /p, configs: [{}]}", "error in config file: loki config index 0 must have a name")]
    [InlineData("server: {log_level: loud}", "error loading config file convert: unrecognized log level \"loud\"")]
    [InlineData("server: {http_listen_port: 80}", "error loading config file convert: yaml: unmarshal errors:\n  line 1: field http_listen_port not found in type server.Config")]
    public void What_the_agent_refuses_is_refused_in_its_words(string yaml, string error) =>
        Assert.Equal("failed to parse Static config: " + error, Converting.Failure(Converting.From("static", yaml)));

    [Theory]
    [InlineData("error parsing flags: flag provided but not defined: -nonsense", "-nonsense")]
    [InlineData("error parsing flags: \"x\" is no flag", "x")]
    public void Unknown_flags_are_refused(string error, params string[] arguments) =>
        Assert.Equal("failed to parse Static config: " + error, Converting.Failure(Converting.From("static", "", arguments)));

    [Fact]
    public void Flags_without_a_meaning_here_are_taken() =>
        Assert.NotNull(Converting.From("static", "", "-disable-reporting", "-server.http.address", "0.0.0.0:80", "-config.expand-env").Configuration);

    [Fact]
    public void Variables_are_replaced_only_when_asked()
    {
        const string Yaml = "server: {log_format: \"${REGION:-json}\"}";
        Assert.Contains("\"${REGION:-json}\"", Convert(Yaml), StringComparison.Ordinal);
        Assert.Contains("\"north\"", Convert(Yaml, "-config.expand-env"), StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_of_settings_reach_into_nested_sections()
    {
        string text = Convert(Write + """
            integrations:
              windows_exporter:
                enabled: true
                enabled_collectors: "cpu,net"
                text_file: {text_file_directory: 'C:\a,D:\b'}
                net: {}
                process: {include: "a.*", counter_version: 1}
            """);

        Assert.StartsWith(Converting.Formatted("""
            prometheus.exporter.windows "integrations_windows_exporter" {
            	enabled_collectors = ["cpu", "net"]

            	process {
            		include = "a.*"
            		counter_version = 1
            	}

            	textfile {
            		directories = ["C:\\a", "D:\\b"]
            	}
            }
            """), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Sections_that_nothing_uses_are_no_mistakes() => Assert.NotNull(Converting.From("static", """
        metrics:
          global: {remote_write: [{url: http://global, basic_auth: {username: a}, queue_config: {capacity: 1}}]}
          configs: [{name: a, remote_write: [{url: http://own}]}]
        logs:
          positions_directory: /p
          global: {clients: [{url: http://global, basic_auth: {username: a}}]}
          configs: [{name: a, clients: [{url: http://own}]}]
        integrations:
          prometheus_remote_write: [{url: http://here, basic_auth: {username: a}}]
          node_exporter: {enabled: false, textfile_directory: /t, anything: else}
        """).Configuration);

    [Fact]
    public void Integrations_share_one_place_to_write_to_and_need_one()
    {
        string text = Convert(Write + "integrations: {agent: {enabled: true}, statsd_exporter: {enabled: true}, mssql: {enabled: true}}");

        Assert.Equal(2, text.Split("prometheus.remote_write \"").Length);
        Assert.True(text.IndexOf("exporter.self", StringComparison.Ordinal) < text.IndexOf("exporter.statsd", StringComparison.Ordinal));
        Assert.True(text.IndexOf("exporter.statsd", StringComparison.Ordinal) < text.IndexOf("exporter.mssql", StringComparison.Ordinal));
        Assert.Contains(
            "(Critical) The converter does not support handling integrations which are not connected to a remote_write.",
            Converting.From("static", "integrations: {agent: {enabled: true}}").Diagnostics.Select(static found => found.ToString()));
    }

    [Fact]
    public void Sections_without_a_name_are_named_after_what_they_say()
    {
        const string Yaml = "metrics: {configs: [{name: a, remote_write: [{url: http://localhost:9009/api/prom/push}, {url: http://x, name: own}]}]}";
        string text = Convert(Yaml);

        Assert.Contains("name = \"a-04b53d\"", text, StringComparison.Ordinal);
        Assert.Contains("name = \"own\"", text, StringComparison.Ordinal);
    }

    private static string Convert(string yaml, params string[] arguments) => Converting.Text(Converting.From("static", yaml, arguments));
}
