using System.Text;
using Agent.Components.Prometheus.Scrape;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.Scrape;

public sealed class ScrapeFailureTests
{
    [Fact]
    public async Task Scrapes_go_on_while_reading_pauses_and_are_left_out_and_counted_when_memory_is_about_to_run_out()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        scrape.Context.Memory.Close();
        Assert.Equal(1, (await scrape.ScrapeAsync()).Of("up").Value);
        scrape.Context.Memory.StopsScrapes = true;
        CollectedBatch skipped = await scrape.ScrapeAsync();
        Assert.Equal(0, skipped.Of("up").Value);
        Assert.True(skipped.Of("a").IsStale);
        Assert.Equal(1, scrape.Metric("prometheus_target_scrapes_skipped_total"));
        Assert.Single(target.Requests);
        Assert.Equal("skipped: the agent is about to run out of memory", Assert.Single(scrape.Component.ActiveTargets()).Last?.Error);
        scrape.Context.Memory.StopsScrapes = false;
        Assert.Equal(1, (await scrape.ScrapeAsync()).Of("up").Value);
    }

    [Fact]
    public async Task A_status_other_than_200_is_the_reason()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync();
        target.Answer = static http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());

        Assert.False((await scrape.ScrapeAsync()).IsUp);
        Assert.Equal("server returned HTTP status 503 Service Unavailable", LastError(scrape));
        Assert.Equal(1, scrape.Metric("prometheus_scrape_targets_down"));
    }

    [Fact]
    public async Task A_target_that_nobody_listens_on_is_down_and_the_others_go_on()
    {
        MetricsTarget gone = await MetricsTarget.StartAsync();
        Target dead = gone.With();
        await gone.DisposeAsync();
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(
            dead, new Target(LabelSet.From([new("__address__", "no host at all")])), target.With());

        IReadOnlyList<CollectedBatch> batches = await scrape.IntervalAsync();

        Assert.Single(batches, static batch => batch.IsUp && batch.Has("a"));
        Assert.Equal(2, batches.Count(static batch => !batch.IsUp));
        Assert.Contains("it is no valid URL", string.Concat(Errors(scrape)), StringComparison.Ordinal);
        Assert.Contains("refused", string.Concat(Errors(scrape)), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_target_that_does_not_answer_in_time_is_down_and_the_others_go_on()
    {
        await using MetricsTarget slow = await MetricsTarget.StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        slow.Answer = async http =>
        {
            await http.Response.Body.WriteAsync("a 1\n"u8.ToArray());
            await http.Response.Body.FlushAsync();
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        await using MetricsTarget target = await MetricsTarget.StartAsync("b 2\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(
            static arguments => arguments with { ScrapeTimeout = TimeSpan.FromMinutes(1) }, slow.With(), target.With());
        scrape.Time.Advance(TimeSpan.FromMinutes(1));
        await asked.Task;
        await Eventually.TrueAsync(() => scrape.Sink.Batches.Any(static batch => batch.Has("b")));
        Assert.DoesNotContain(scrape.Sink.Batches, static batch => !batch.IsUp);

        scrape.Time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => scrape.Sink.Batches.Any(static batch => !batch.IsUp));

        Assert.Contains(scrape.Sink.Batches, static batch => batch.IsUp && batch.Has("b"));
        Assert.Contains(scrape.Sink.Batches, static batch => !batch.IsUp && !batch.Has("a"));
        Assert.Contains(Errors(scrape), static error => error.EndsWith("no answer within the scrape timeout of 1m", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("application/json", "", "received unsupported Content-Type \"application/json\" and no fallback_scrape_protocol specified for target")]
    [InlineData(null, "", "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target")]
    [InlineData("application/json", "PrometheusText0.0.4", "")]
    public async Task Unknown_content_types_need_a_fallback(string? contentType, string fallback, string error)
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        target.ContentType = contentType;
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(
            arguments => arguments with { Format = arguments.Format with { ScrapeFallbackProtocol = fallback } }, target.With());

        Assert.Equal(error.Length == 0, (await scrape.ScrapeAsync()).IsUp);
        Assert.Equal(error, LastError(scrape));
    }

    [Fact]
    public async Task Damaged_metrics_fail_the_scrape_with_their_place()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\nb{x=\"1\" 2\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.False(batch.IsUp);
        Assert.Empty(batch.Scraped);
        Assert.StartsWith("cannot read metrics at line 2,", LastError(scrape), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gzip_is_asked_for_and_unpacked()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync();
        target.Answer = static http => Gzipped(http, MetricsTarget.Gzip("a 1\n"u8.ToArray()));
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());

        Assert.Equal(1, (await scrape.ScrapeAsync()).Of("a").Value);
        Assert.Equal("gzip", target.Requests[0].Headers["Accept-Encoding"]);
    }

    [Fact]
    public async Task Damaged_gzip_is_the_reason()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync();
        byte[] whole = MetricsTarget.Gzip(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(static i => $"a{i * 7919} {i}\n"))));
        int answers = 0;
        target.Answer = http => Gzipped(http, answers++ == 0 ? "this is no gzip"u8.ToArray() : whole[..(whole.Length / 2)]);
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());

        Assert.False((await scrape.ScrapeAsync()).IsUp);
        Assert.StartsWith("cannot scrape http://", LastError(scrape), StringComparison.Ordinal);
        Assert.False((await scrape.ScrapeAsync()).IsUp);
        Assert.StartsWith("cannot scrape http://", LastError(scrape), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_is_unpacked_no_further_than_the_limit()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync();
        byte[] bomb = MetricsTarget.Gzip(new byte[64 << 20]);
        target.Answer = http => Gzipped(http, bomb);
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(
            static arguments => arguments with { ExtraMetrics = true, Limits = new ScrapeLimitOptions { BodySizeLimit = new ByteSize(10_000) } }, target.With());

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.False(batch.IsUp);
        Assert.Equal(-1, batch.Of("scrape_body_size_bytes").Value);
        Assert.Equal("body size limit exceeded (limit: 10000 bytes)", LastError(scrape));
        Assert.Equal(1, scrape.Metric("prometheus_target_scrapes_exceeded_body_size_limit_total"));
    }

    [Fact]
    public async Task An_answer_may_be_as_large_as_the_limit()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("abcde 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(
            static arguments => arguments with { ExtraMetrics = true, Limits = new ScrapeLimitOptions { BodySizeLimit = new ByteSize(8) } }, target.With());

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.True(batch.IsUp);
        Assert.Equal(8, batch.Of("scrape_body_size_bytes").Value);
        Assert.Equal(10, batch.Of("scrape_timeout_seconds").Value);
        Assert.Equal(0, batch.Of("scrape_sample_limit").Value);
    }

    [Theory]
    [InlineData("sample", "sample limit exceeded")]
    [InlineData("labels", "label_limit exceeded (metric: a, number of labels: 4, limit: 3)")]
    [InlineData("name", "label_name_length_limit exceeded (metric: a, label name: rather_long, length: 11, limit: 8)")]
    [InlineData("value", "label_value_length_limit exceeded (metric: a, label name: job, value: \"prometheus.scrape.test\", length: 22, limit: 21)")]
    [InlineData("targets", "target_limit exceeded (number of targets: 2, limit: 1)")]
    public async Task A_limit_fails_the_scrape_as_a_whole(string limit, string error)
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("b 1\na{rather_long=\"x\"} 1\nc 2\n");
        ScrapeLimitOptions limits = limit switch
        {
            "sample" => new() { SampleLimit = 2 },
            "labels" => new() { LabelLimit = 3 },
            "name" => new() { LabelNameLengthLimit = 8 },
            "value" => new() { LabelValueLengthLimit = 21 },
            _ => new() { TargetLimit = 1 },
        };
        Target[] targets = limit == "targets" ? [target.With(), target.With(("x", "y"))] : [target.With()];
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(arguments => arguments with { Limits = limits }, targets);

        CollectedBatch batch = (await scrape.IntervalAsync())[0];

        Assert.False(batch.IsUp);
        Assert.Empty(batch.Scraped);
        Assert.Contains(limit == "value" ? error.Replace("metric: a", "metric: b", StringComparison.Ordinal) : error, LastError(scrape), StringComparison.Ordinal);
        if (limit == "sample")
        {
            Assert.Equal(3, batch.Of("scrape_samples_scraped").Value);
            Assert.Equal(1, scrape.Metric("prometheus_target_scrapes_exceeded_sample_limit_total"));
        }
    }

    [Fact]
    public async Task Names_are_checked_by_the_scheme()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("{\"a.b\",\"x.y\"=\"1\"} 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());

        Assert.False((await scrape.ScrapeAsync()).IsUp);
        Assert.StartsWith("invalid metric name or label names: ", LastError(scrape), StringComparison.Ordinal);
        await scrape.ApplyAsync(static arguments => arguments with { Format = arguments.Format with { MetricNameValidationScheme = NameValidation.Utf8 } });
        Assert.Equal("1", (await scrape.ScrapeAsync()).Of("a.b").Labels["x.y"]);
    }

    [Fact]
    public async Task Failures_are_appended_to_the_file()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("broken");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        string path = Path.Combine(scrape.Context.StoragePath, "failures.json");
        await scrape.ApplyAsync(arguments => arguments with { ScrapeFailureLogFile = path });

        await scrape.ScrapeAsync();
        await scrape.ScrapeAsync();

        string[] lines = File.ReadAllLines(path);
        Assert.Equal(2, lines.Length);
        Assert.Contains($"\"target\":\"http://{target.Address}/metrics\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("cannot read metrics", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_consumer_that_waits_leaves_scrapes_out_and_loses_none_it_has()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(
            static arguments => arguments with { ScrapeTimeout = TimeSpan.FromMinutes(1) }, target.With());
        var gate = new TaskCompletionSource();
        scrape.Sink.Gate = gate.Task;
        scrape.Time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => target.Requests.Count == 1);
        scrape.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, scrape.Metric("prometheus_target_scrapes_missed_total"));

        gate.SetResult();

        await Eventually.TrueAsync(() => scrape.Sink.Batches.Count == 1);
    }

    [Fact]
    public async Task A_consumer_that_throws_fails_the_component()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        scrape.Sink.Gate = Task.FromException(new IOException("disk full"));

        await scrape.IntervalAsync();

        IOException failed = await Assert.ThrowsAsync<IOException>(() => scrape.Ended);
        Assert.Equal("disk full", failed.Message);
    }

    private static async Task Gzipped(Microsoft.AspNetCore.Http.HttpContext http, byte[] body)
    {
        http.Response.ContentType = "text/plain";
        http.Response.Headers.ContentEncoding = "gzip";
        await http.Response.Body.WriteAsync(body);
    }

    private static string LastError(ScrapeHarness scrape) => Errors(scrape)[0];

    private static List<string> Errors(ScrapeHarness scrape)
    {
        var state = (ObjectValue)scrape.Component.DebugState();
        return [.. ((ArrayValue)state["target"]).Select(static target => ((StringValue)((ObjectValue)target)["last_error"]).Text)];
    }
}
