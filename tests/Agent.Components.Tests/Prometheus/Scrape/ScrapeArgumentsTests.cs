using Agent.Components.Prometheus.Scrape;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Components.Tests.Prometheus.Scrape;

public sealed class ScrapeArgumentsTests
{
    [Fact]
    public void The_defaults_are_those_of_the_reference()
    {
        PrometheusScrape.Arguments arguments = Decode(out DiagnosticBag diagnostics)!;

        Assert.Empty(diagnostics);
        Assert.Equal(TimeSpan.FromSeconds(60), arguments.ScrapeInterval);
        Assert.Equal(TimeSpan.FromSeconds(10), arguments.ScrapeTimeout);
        Assert.Equal(("/metrics", "http"), (arguments.MetricsPath, arguments.Scheme));
        Assert.Equal(["OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4"], arguments.Format.ScrapeProtocols);
        Assert.True(arguments.HonorTimestamps && arguments.EnableCompression && arguments.Http.FollowRedirects && arguments.Http.EnableHttp2);
    }

    [Fact]
    public void Every_argument_of_the_reference_is_taken()
    {
        PrometheusScrape.Arguments? arguments = Decode(
            out DiagnosticBag diagnostics,
            Config.Set("bearer_token_file", "/t"), Config.Set("body_size_limit", "10MB"), Config.Set("convert_classic_histograms_to_nhcb", true),
            Config.Set("start_timestamp_zero_ingestion", true), Config.Set("enable_compression", false), Config.Set("enable_http2", false),
            Config.Set("enable_type_and_unit_labels", true), Config.Set("extra_metrics", true), Config.Set("follow_redirects", false),
            Config.Set("http_headers", Config.Map(("X-A", Config.List(Value.Of("b"))))), Config.Set("honor_labels", true),
            Config.Set("honor_timestamps", false), Config.Set("honor_metadata", true), Config.Set("job_name", "j"), Config.Set("label_limit", 1),
            Config.Set("label_name_length_limit", 2), Config.Set("label_value_length_limit", 3), Config.Set("metric_name_escaping_scheme", "dots"),
            Config.Set("metric_name_validation_scheme", "utf8"), Config.Set("metrics_path", "/x"), Config.Set("native_histogram_bucket_limit", 160),
            Config.Set("native_histogram_min_bucket_factor", Value.Of(1.1)), Config.Set("no_proxy", "a"), Config.Set("proxy_url", "http://p:1"),
            Config.Set("params", Config.Map(("a", Config.List(Value.Of("b"))))), Config.Set("sample_limit", 4), Config.Set("scheme", "https"),
            Config.Set("scrape_classic_histograms", true), Config.Set("scrape_failure_log_file", "/f"),
            Config.Set("scrape_fallback_protocol", "PrometheusProto"), Config.Set("scrape_interval", "30s"), Config.Set("scrape_native_histograms", true),
            Config.Set("scrape_protocols", Config.List(Value.Of("PrometheusProto"))), Config.Set("scrape_timeout", "20s"), Config.Set("target_limit", 5),
            Config.Set("track_timestamps_staleness", true), Config.Block("clustering", Config.Set("enabled", false)), Config.Block("tls_config"));

        Assert.Empty(diagnostics);
        Assert.Equal(10 << 20, arguments!.Limits.BodySizeLimit.Bytes);
        Assert.Equal((1ul, 2ul, 3ul, 4ul, 5ul), (arguments.Limits.LabelLimit, arguments.Limits.LabelNameLengthLimit,
            arguments.Limits.LabelValueLengthLimit, arguments.Limits.SampleLimit, arguments.Limits.TargetLimit));
    }

    [Theory]
    [InlineData("scrape_timeout", "61s", "is greater than scrape_interval")]
    [InlineData("scrape_interval", "0s", "scrape_interval must be greater than 0")]
    [InlineData("scrape_fallback_protocol", "Text", "cannot ask for \"Text\"")]
    [InlineData("metric_name_escaping_scheme", "allow-utf-8", "cannot allow UTF-8 in names")]
    [InlineData("metric_name_escaping_scheme", "none", "cannot escape names by \"none\"")]
    public void Bad_values_are_refused_at_their_place(string argument, string value, string message)
    {
        Decode(out DiagnosticBag diagnostics, Config.Set(argument, value));

        Assert.Contains(diagnostics, found => found.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Protocols_must_be_known_unique_and_fit_native_histograms()
    {
        Decode(out DiagnosticBag unknown, Config.Set("scrape_protocols", Config.List(Value.Of("Carbon"))));
        Decode(out DiagnosticBag twice, Config.Set("scrape_protocols", Config.List(Value.Of("PrometheusProto"), Value.Of("PrometheusProto"))));
        Decode(out DiagnosticBag text, Config.Set("scrape_protocols", Config.List(Value.Of("PrometheusText0.0.4"))), Config.Set("scrape_native_histograms", true));

        Assert.True(unknown.HasErrors && twice.HasErrors && text.HasErrors);
    }

    [Fact]
    public void Clustering_that_is_asked_for_gives_a_warning()
    {
        Assert.NotNull(Decode(out DiagnosticBag diagnostics, Config.Block("clustering", Config.Set("enabled", true))));

        Assert.False(diagnostics.HasErrors);
        Assert.Single(diagnostics);
    }

    private static PrometheusScrape.Arguments? Decode(out DiagnosticBag diagnostics, params object[] parts)
    {
        diagnostics = new DiagnosticBag();
        ComponentDescriptor descriptor = Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "prometheus.scrape");
        return (PrometheusScrape.Arguments?)descriptor.Decode(
            Config.Labelled("prometheus.scrape", "test", [Config.Set("targets", Config.List()), Config.Set("forward_to", Config.List()), .. parts]), diagnostics);
    }
}
