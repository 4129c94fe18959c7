using Agent.Conversion.Blocks;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;
using Agent.Sdk;

namespace Agent.Conversion.Prometheus;

/// <summary>Writes the arguments of <c>prometheus.scrape</c>.</summary>
internal static class ScrapeBlock
{
    private static readonly string[] Protocols = ["OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4"];

    public static void Write(ScrapeJob job, string targets, string receiver, AlloyBody to)
    {
        YamlMap from = job.From;
        from.Expect("metric_name_validation_scheme", "metric_name_escaping_scheme", "keep_dropped_targets");
        to.Raw("targets", targets);
        to.Raw("forward_to", $"[{receiver}]");
        to.Text("job_name", job.Name);
        to.Flag("honor_labels", from.Flag("honor_labels"));
        to.Flag("honor_timestamps", from.Flag("honor_timestamps", true), true);
        to.Flag("track_timestamps_staleness", from.Flag("track_timestamps_staleness"));
        WriteParameters(from, to);
        to.Flag("scrape_classic_histograms", Inherited(job, "always_scrape_classic_histograms"));
        bool native = Inherited(job, "scrape_native_histograms");
        to.Flag("scrape_native_histograms", native);
        to.Text("scrape_failure_log_file", from.Text("scrape_failure_log_file", job.Global.From.Text("scrape_failure_log_file")));
        to.Duration("scrape_interval", job.Interval, TimeSpan.FromMinutes(1));
        to.Duration("scrape_timeout", job.Timeout, TimeSpan.FromSeconds(10));
        WriteProtocols(job, native, to);
        to.Text("metrics_path", from.Text("metrics_path", "/metrics"), "/metrics");
        to.Text("scheme", from.Text("scheme", "http"), "http");
        WriteLimits(job, to);
        HttpClientSettings.Of(from).Write(to);
        to.Flag("extra_metrics", Inherited(job, "extra_scrape_metrics"));
        to.Text("scrape_fallback_protocol", from.Text("fallback_scrape_protocol", "PrometheusText0.0.4"), "PrometheusText0.0.4");
        to.Flag("convert_classic_histograms_to_nhcb", Inherited(job, "convert_classic_histograms_to_nhcb"));
        to.Flag("enable_compression", from.Flag("enable_compression", true), true);
        to.Number("native_histogram_bucket_limit", from.Number("native_histogram_bucket_limit"));
        to.Float("native_histogram_min_bucket_factor", from.Float("native_histogram_min_bucket_factor"));
    }

    private static void WriteParameters(YamlMap from, AlloyBody to)
    {
        IReadOnlyList<YamlField> parameters = from.Fields("params");
        if (parameters.Count > 0)
        {
            to.Raw("params", AlloyText.Object(parameters.OrderBy(static field => field.Key, StringComparer.Ordinal)
                .Select(field => KeyValuePair.Create(field.Key, AlloyText.Of(field.Value.Items.Select(from.TextOf))))));
        }
    }

    // With native histograms Prometheus asks for the only format that carries them first.
    private static void WriteProtocols(ScrapeJob job, bool native, AlloyBody to)
    {
        IReadOnlyList<string> own = job.From.Texts("scrape_protocols");
        IReadOnlyList<string> wanted = own.Count > 0 ? own : job.Global.From.Texts("scrape_protocols");
        if (wanted.Count == 0)
        {
            wanted = native ? ["PrometheusProto", .. Protocols] : Protocols;
        }
        if (!wanted.SequenceEqual(Protocols))
        {
            to.Texts("scrape_protocols", wanted);
        }
    }

    private static void WriteLimits(ScrapeJob job, AlloyBody to)
    {
        YamlMap holder = job.From.Has("body_size_limit") ? job.From : job.Global.From;
        if (holder.Get("body_size_limit") is { } node)
        {
            if (!ByteSize.TryParse(node.Text, out ByteSize size, out string? error))
            {
                holder.Problems.Invalid(node, error);
            }
            to.Bytes("body_size_limit", size.Bytes);
        }
        foreach (string name in (ReadOnlySpan<string>)
            ["sample_limit", "target_limit", "label_limit", "label_name_length_limit", "label_value_length_limit"])
        {
            long own = job.From.Number(name);
            to.Number(name, own == 0 ? job.Global.From.Number(name) : own);
        }
    }

    private static bool Inherited(ScrapeJob job, string name) => job.From.Flag(name, job.Global.From.Flag(name));
}
