using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Prometheus.Scrape;
using Agent.Sdk;
using Agent.Telemetry.Metrics;
using Agent.Wire;
using Agent.Wire.Protobuf;

namespace Agent.Components.Tests.Prometheus.Scrape;

public sealed class ScrapeContentTests
{
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private const string Protobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    [Fact]
    public async Task Exemplars_are_sent_once_until_there_is_a_newer_one()
    {
        await using MetricsTarget target = await OpenAsync("# TYPE a counter\na_total 5 # {trace_id=\"t1\"} 0.5 1714979280\n# EOF\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());

        CollectedBatch first = await scrape.ScrapeAsync();
        CollectedBatch repeated = await scrape.ScrapeAsync();
        target.Text = "# TYPE a counter\na_total 6 # {trace_id=\"t2\"} 0.7 1714979300.5\n# EOF\n";
        CollectedBatch newer = await scrape.ScrapeAsync();

        Assert.Equal(("trace_id=t1;", 0.5, 1714979280000), (first.Exemplars[0].Labels, first.Exemplars[0].Value, first.Exemplars[0].Timestamp));
        Assert.Contains("a_total", first.Exemplars[0].Series, StringComparison.Ordinal);
        Assert.Empty(repeated.Exemplars);
        Assert.Equal(("trace_id=t2;", 1714979300500), (newer.Exemplars[0].Labels, newer.Exemplars[0].Timestamp));
    }

    [Fact]
    public async Task Metadata_is_told_when_it_is_new_and_to_whoever_is_new()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("# HELP a One.\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\nb 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());

        CollectedBatch first = await scrape.ScrapeAsync();
        CollectedBatch same = await scrape.ScrapeAsync();
        target.Text = target.Text.Replace("One.", "Zwei, größer.", StringComparison.Ordinal);
        CollectedBatch changed = await scrape.ScrapeAsync();
        CollectedBatch unchanged = await scrape.ScrapeAsync();
        var other = new SampleCollector();
        await scrape.ApplyAsync(arguments => arguments with { ForwardTo = [scrape.Sink, other] });
        CollectedBatch told = await scrape.ScrapeAsync();
        await scrape.ApplyAsync(static arguments => arguments with { HonorMetadata = false });
        target.Text = target.Text.Replace("Zwei", "Drei", StringComparison.Ordinal);
        CollectedBatch silent = await scrape.ScrapeAsync();

        Assert.Equal("One.", first.Of("a_count").Metadata!.Help);
        Assert.Null(first.Of("b").Metadata);
        Assert.Empty(same.Metadata);
        Assert.Equal([new MetricMetadata("a", MetricType.Histogram, "Zwei, größer.")], changed.Metadata);
        Assert.Equal("Zwei, größer.", changed.Of("a_bucket").Metadata!.Help);
        Assert.Empty(unchanged.Metadata);
        Assert.Equal([new MetricMetadata("a", MetricType.Histogram, "Zwei, größer.")], told.Metadata);
        Assert.Empty(silent.Metadata);
    }

    [Fact]
    public async Task Created_series_are_series_until_zeros_are_asked_for()
    {
        await using MetricsTarget target = await OpenAsync("# TYPE a counter\na_total 5\na_created 1714979000\n# EOF\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());

        CollectedBatch plain = await scrape.ScrapeAsync();
        await scrape.ApplyAsync(static arguments => arguments with { StartTimestampZeroIngestion = true });
        CollectedBatch first = await scrape.ScrapeAsync();
        CollectedBatch second = await scrape.ScrapeAsync();

        Assert.Equal(1714979000, plain.Of("a_created").Value);
        CollectedSample[] samples = [.. first.Samples.Where(static sample => sample.Name == "a_total")];
        Assert.Equal([(1714979000000, 0.0), (samples[1].Timestamp, 5.0)], samples.Select(static sample => (sample.Timestamp, sample.Value)));
        Assert.All(samples, static sample => Assert.Equal(1714979000000, sample.Start));
        Assert.True(first.Of("a_created").IsStale);
        Assert.Equal(5, second.Of("a_total").Value);
    }

    [Fact]
    public async Task Native_histograms_are_scraped_when_asked_for()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync();
        byte[] body = Histogram("latency", [1, 0, 2, -2, 1, 1]);
        target.Answer = async http =>
        {
            http.Response.ContentType = Protobuf;
            await http.Response.Body.WriteAsync(body);
        };
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(
            static arguments => arguments with { Format = arguments.Format with { ScrapeNativeHistograms = true } }, target.With());

        CollectedBatch native = await scrape.ScrapeAsync();
        await scrape.ApplyAsync(static arguments => arguments with { Format = arguments.Format with { NativeHistogramBucketLimit = 3 } });
        CollectedBatch reduced = await scrape.ScrapeAsync();
        await scrape.ApplyAsync(static arguments => arguments with { Format = arguments.Format with { NativeHistogramBucketLimit = 0, NativeHistogramMinBucketFactor = 2 } });
        CollectedBatch wide = await scrape.ScrapeAsync();
        await scrape.ApplyAsync(static arguments => arguments with { Format = new ScrapeFormatOptions() });
        CollectedBatch classic = await scrape.ScrapeAsync();

        Assert.StartsWith("application/vnd.google.protobuf;", target.Requests[0].Headers["Accept"], StringComparison.Ordinal);
        Assert.StartsWith("application/openmetrics-text;", target.Requests[3].Headers["Accept"], StringComparison.Ordinal);
        Assert.Equal((3, 6), (native.Histograms[0].Head.Schema, native.Histograms[0].Buckets));
        Assert.Empty(native.Scraped);
        Assert.Equal(1, native.Of("scrape_samples_scraped").Value);
        Assert.True(reduced.IsUp);
        Assert.InRange(reduced.Histograms[0].Buckets, 1, 3);
        Assert.Equal(native.Histograms[0].Head.Count, reduced.Histograms[0].Head.Count);
        Assert.Equal(0, wide.Histograms[0].Head.Schema);
        Assert.Empty(classic.Histograms);
        Assert.Equal(3, classic.Scraped.Count(static sample => sample.Name.StartsWith("latency_", StringComparison.Ordinal)));
        Assert.True(classic.Of("latency").IsStale);
    }

    [Fact]
    public async Task Classic_histograms_become_native_ones_when_asked_for()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync(
            "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 3\na_sum 7\na_count 3\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(
            static arguments => arguments with { Format = arguments.Format with { ConvertClassicHistograms = true } }, target.With());

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.Equal(HistogramHead.CustomBuckets, batch.Histograms[0].Head.Schema);
        Assert.Equal(7, batch.Histograms[0].Head.Sum);
        Assert.Empty(batch.Scraped);
    }

    [Fact]
    public async Task Type_and_unit_become_labels_when_asked_for()
    {
        await using MetricsTarget target = await OpenAsync("# TYPE a_seconds counter\n# UNIT a_seconds seconds\na_seconds_total 5\n# TYPE b unknown\nb 1\n# EOF\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(static arguments => arguments with { EnableTypeAndUnitLabels = true }, target.With());

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.Equal(("counter", "seconds"), (batch.Of("a_seconds_total").Labels["__type__"], batch.Of("a_seconds_total").Labels["__unit__"]));
        Assert.False(batch.Of("b").Labels.Contains("__type__"));
    }

    [Fact]
    public async Task The_request_is_what_the_configuration_says()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(
            static arguments => arguments with
            {
                MetricsPath = "/probe",
                Params = new([KeyValuePair.Create<string, ValueList<string>>("target", ["grafana.com", "b c"]), KeyValuePair.Create<string, ValueList<string>>("module", ["http_2xx"])]),
                JobName = "blackbox",
                EnableCompression = false,
                Http = new HttpClientOptions { BearerToken = new Secret("t0ken"), EnableHttp2 = false },
            }, target.With(("__param_module", "tcp"), ("__scrape_timeout__", "5s500ms")));

        CollectedBatch batch = await scrape.ScrapeAsync();

        (string path, IReadOnlyDictionary<string, string> headers) = target.Requests[0];
        Assert.Equal("/probe?module=tcp&target=grafana.com&target=b+c", path);
        Assert.Equal("Bearer t0ken", headers["Authorization"]);
        Assert.Equal("identity", headers["Accept-Encoding"]);
        Assert.Equal("5.5", headers["X-Prometheus-Scrape-Timeout-Seconds"]);
        Assert.Equal(
            "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
            + "text/plain;version=1.0.0;escaping=underscores;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", headers["Accept"]);
        Assert.Equal("blackbox", batch.Of("a").Labels["job"]);
    }

    [Fact]
    public async Task Repeated_and_far_future_samples_are_counted_and_left_out()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\na 2\nb 1 4102444800000\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.Equal(1, batch.Of("a").Value);
        Assert.False(batch.Has("b"));
        Assert.Equal(3, batch.Of("scrape_samples_post_metric_relabeling").Value);
        Assert.Equal(1, scrape.Metric("prometheus_target_scrapes_sample_duplicate_timestamp_total"));
        Assert.Equal(1, scrape.Metric("prometheus_target_scrapes_sample_out_of_bounds_total"));
    }

    [Fact]
    public async Task A_series_that_is_spelled_otherwise_goes_on()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a{x=\"1\",y=\"2\"} 1\nb 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        await scrape.ScrapeAsync();
        target.Text = "a{y=\"2\",x=\"1\"} 2\n";

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.Equal(2, batch.Of("a").Value);
        Assert.True(batch.Of("b").IsStale);
    }

    private static async Task<MetricsTarget> OpenAsync(string text)
    {
        MetricsTarget target = await MetricsTarget.StartAsync(text);
        target.ContentType = OpenMetrics;
        return target;
    }

    /// <summary>A native histogram of schema 3 with one run of buckets, and one classic bucket.</summary>
    private static byte[] Histogram(string name, int[] deltas)
    {
        using var family = new GrowableBuffer();
        var writer = new ProtobufWriter(family);
        writer.WriteString(1, Encoding.UTF8.GetBytes(name));
        writer.WriteUInt64(3, 4);
        ProtobufMark metric = writer.BeginMessage(4);
        ProtobufMark histogram = writer.BeginMessage(7);
        int count = 0;
        int total = 0;
        foreach (int delta in deltas)
        {
            count += delta;
            total += count;
        }
        writer.WriteUInt64(1, (ulong)total);
        writer.WriteDouble(2, 1.5);
        writer.WriteSInt64(5, 3);
        writer.WriteDouble(6, 0.001);
        ProtobufMark span = writer.BeginMessage(12);
        writer.WriteSInt64(1, -2);
        writer.WriteUInt64(2, (ulong)deltas.Length);
        writer.EndMessage(span);
        writer.WriteBytes(13, [.. deltas.Select(static delta => (byte)Varint.ZigZag(delta))]);
        writer.EndMessage(histogram);
        writer.EndMessage(metric);
        byte[] length = new byte[Varint.MaxLength];
        return [.. length[..Varint.Write(length, (uint)family.Length)], .. family.Written];
    }
}
