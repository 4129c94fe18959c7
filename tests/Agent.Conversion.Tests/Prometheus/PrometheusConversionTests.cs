namespace Agent.Conversion.Tests.Prometheus;

public sealed class PrometheusConversionTests
{
    [Fact]
    public void Jobs_have_what_the_global_section_says()
    {
        string text = Convert("""
            global:
              scrape_interval: 15s
              scrape_timeout: 5s
              sample_limit: 100
              body_size_limit: 10MB
              external_labels: {region: "${REGION}", cost: "$$5", unset: "$NOT_SET."}
            scrape_configs:
              - job_name: one
                params: {module: [a, b]}
              - job_name: two
                scrape_interval: 2s
                sample_limit: 7
                scrape_native_histograms: true
            remote_write:
              - url: http://localhost/push
            """);

        AssertHas(text, """
            prometheus.scrape "one" {
            	targets    = []
            	forward_to = [prometheus.remote_write.default.receiver]
            	job_name   = "one"
            	params     = {
            		module = ["a", "b"],
            	}
            	scrape_interval = "15s"
            	scrape_timeout  = "5s"
            	body_size_limit = "10MiB"
            	sample_limit    = 100
            }
            """);
        AssertHas(text, """
            	scrape_native_histograms = true
            	scrape_interval          = "2s"
            	scrape_timeout           = "2s"
            	scrape_protocols         = ["PrometheusProto", "OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4"]
            """);
        AssertHas(text, """
            	external_labels = {
            		cost   = "$5",
            		region = "north",
            		unset  = ".",
            	}
            """);
    }

    [Fact]
    public void A_remote_write_section_goes_over_whole()
    {
        string text = Convert("""
            remote_write:
              - url: http://localhost/push
                name: here
                remote_timeout: 5s
                headers: {X-Scope-OrgID: tenant, a: b}
                send_exemplars: false
                enable_http2: true
                http_headers: {X-Extra: {values: [one], secrets: [two]}}
                tls_config: {ca_file: ca.pem, min_version: TLS12}
                queue_config: {capacity: 5, retry_on_http_429: false}
                metadata_config: {send: false}
                write_relabel_configs: [{source_labels: [__name__], regex: "go_.*", action: Drop}]
                sigv4: {region: eu, use_fips_sts_endpoint: true}
                azuread: {cloud: AzureChina, oauth: {client_id: a, client_secret: b, tenant_id: c}}
            """);

        Assert.Equal(Converting.Formatted("""
            prometheus.remote_write "default" {
            	endpoint {
            		name = "here"
            		url = "http://localhost/push"
            		remote_timeout = "5s"
            		headers = {
            			"X-Scope-OrgID" = "tenant",
            			a = "b",
            		}
            		send_exemplars = false
            		tls_config {
            			ca_file = "ca.pem"
            			min_version = "TLS12"
            		}
            		enable_http2 = true
            		http_headers = {
            			"X-Extra" = ["one", "two"],
            		}
            		queue_config {
            			capacity = 5
            			retry_on_http_429 = false
            		}
            		metadata_config {
            			send = false
            		}
            		write_relabel_config {
            			source_labels = ["__name__"]
            			regex = "go_.*"
            			action = "drop"
            		}
            		sigv4 {
            			region = "eu"
            			use_fips_sts_endpoint = true
            		}
            		azuread {
            			oauth {
            				client_id = "a"
            				client_secret = "b"
            				tenant_id = "c"
            			}
            			cloud = "AzureChina"
            		}
            	}
            }
            """), text);
    }

    [Fact]
    public void Kubernetes_discovery_goes_over_whole() => AssertHas(
        Convert("""
            scrape_configs:
              - job_name: pods-1
                kubernetes_sd_configs:
                  - role: pod
                    namespaces: {own_namespace: true, names: [a]}
                    selectors: [{role: pod, label: app=x}]
                    attach_metadata: {node: true}
                  - {role: node}
            """), """
            discovery.kubernetes "pods_1" {
            	role = "pod"

            	namespaces {
            		own_namespace = true
            		names         = ["a"]
            	}

            	selectors {
            		role  = "pod"
            		label = "app=x"
            	}

            	attach_metadata {
            		node = true
            	}
            }

            discovery.kubernetes "pods_1_2" {
            	role = "node"
            }
            """);

    [Theory]
    [InlineData("scrape_configs: [{}]", "job_name is empty")]
    [InlineData("scrape_configs: [{job_name: a}, {job_name: a}]", "found multiple scrape configs with job name \"a\"")]
    [InlineData("scrape_configs: [{job_name: a, scrape_timeout: 5m}]", "scrape timeout greater than scrape interval for scrape config with job name \"a\"")]
    [InlineData("scrape_configs: [{job_name: a, relabel_configs: [{action: explode}]}]", "unknown relabel action \"explode\"")]
    [InlineData("scrape_configs: [{job_name: a, relabel_configs: [{regex: a}]}]", "relabel configuration for replace action requires 'target_label' value")]
    [InlineData("scrape_configs: [{job_name: a, scrape_interval: soon}]", "not a valid duration string: \"soon\"")]
    [InlineData("scrape_configs: [{job_name: a, basic_auth: {}, bearer_token: x}]", "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured")]
    [InlineData("scrape_configs: [{job_name: a, docker_sd_configs: [{}]}]", "host missing")]
    [InlineData("scrape_configs: [{job_name: a, dns_sd_configs: [~]}]", "empty or null section in dns_sd_configs")]
    [InlineData("remote_write: [{name: a}]", "url for remote_write is empty")]
    [InlineData("global: {scrape_interval: 1s, scrape_timeout: 2s}", "global scrape timeout greater than scrape interval")]
    public void What_Prometheus_refuses_is_refused_in_its_words(string yaml, string error) =>
        Assert.Equal("failed to parse Prometheus config: " + error, Converting.Failure(Converting.From("prometheus", yaml)));

    [Theory]
    [InlineData("azure", "subscription_id: a, authentication_method: SDK")]
    [InlineData("digitalocean", "port: 1")]
    [InlineData("scaleway", "project_id: a, access_key: b")]
    public void Ways_to_authenticate_that_a_component_does_not_have_are_errors(string kind, string settings)
    {
        ConversionResult result = Converting.From(
            "prometheus",
            $"scrape_configs: [{{job_name: a, {kind}_sd_configs: [{{{settings}, basic_auth: {{username: a}}}}, {{{settings}, bearer_token: a}}, {{{settings}, oauth2: {{}}}}]}}]");

        Assert.NotNull(result.Configuration);
        Assert.Equal(
            ["basic_auth", "authorization", "oauth2"],
            result.Diagnostics.Where(static found => found.Severity == ConversionSeverity.Error)
                .Select(found => found.Summary.Split($"{kind}_sd_configs ")[1].Replace(" config.", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Names_that_become_one_are_a_critical_finding()
    {
        ConversionResult result = Converting.From("prometheus", "scrape_configs: [{job_name: a-b}, {job_name: a_b}]");

        Assert.Null(result.Configuration);
        Assert.Contains(result.Diagnostics, static found => found.ToString().StartsWith(
            "(Critical) duplicate label after conversion \"prometheus.scrape.a_b\".", StringComparison.Ordinal));
    }

    [Fact]
    public void What_became_of_a_job_is_told()
    {
        ConversionResult result = Converting.From("prometheus", "scrape_configs: [{job_name: a, file_sd_configs: [{files: [x]}]}]");

        Assert.Equal(
            "(Info) Converted scrape_configs job_name \"a\" into...\n\tA prometheus.scrape.a component\n\tA discovery.file.a component",
            Assert.Single(result.Diagnostics).ToString());
    }

    private static string Convert(string yaml) => Converting.Text(Converting.From("prometheus", yaml));

    private static void AssertHas(string text, string part) => Assert.Contains(part.ReplaceLineEndings("\n"), text, StringComparison.Ordinal);
}
