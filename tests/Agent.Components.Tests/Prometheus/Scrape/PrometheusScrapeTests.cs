using Agent.Telemetry.Metrics;

namespace Agent.Components.Tests.Prometheus.Scrape;

public sealed class PrometheusScrapeTests
{
    [Fact]
    public async Task Samples_get_the_labels_of_their_target_and_the_scraper_tells_how_it_went()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("# TYPE a counter\n# HELP a Number of things.\na{x=\"1\"} 5\na{x=\"2\"} 6\nb 7.5\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With(("pod", "p")));

        CollectedBatch batch = await scrape.ScrapeAsync();

        CollectedSample b = batch.Of("b");
        Assert.Equal(7.5, b.Value);
        Assert.Equal($"{{instance=\"{target.Address}\", job=\"prometheus.scrape.test\", pod=\"p\"}}", b.Labels.ToString());
        Assert.Equal(["1", "2"], batch.Samples.Where(static s => s.Name == "a").Select(static s => s.Labels["x"]));
        Assert.All(batch.Samples, sample => Assert.Equal(b.Timestamp, sample.Timestamp));
        Assert.Equal(1, batch.Of("up").Value);
        Assert.Equal(3, batch.Of("scrape_samples_scraped").Value);
        Assert.Equal(3, batch.Of("scrape_samples_post_metric_relabeling").Value);
        Assert.Equal(3, batch.Of("scrape_series_added").Value);
        Assert.True(batch.Has("scrape_duration_seconds"));
        Assert.False(batch.Has("scrape_timeout_seconds"));
        Assert.Equal(b.Labels, batch.Of("up").Labels);
        Assert.Contains(new MetricMetadata("a", MetricType.Counter, "Number of things."), batch.Metadata);
        Assert.Equal("Number of things.", batch.Samples[0].Metadata!.Help);
        Assert.Equal(8, scrape.Metric("prometheus_forwarded_samples_total"));

        CollectedBatch second = await scrape.ScrapeAsync();

        Assert.Equal(60_000, second.Of("b").Timestamp - b.Timestamp);
        Assert.Equal(0, second.Of("scrape_series_added").Value);
        Assert.Empty(second.Metadata);
        Assert.Equal("/metrics", target.Requests[0].Path);
    }

    [Fact]
    public async Task A_series_that_is_gone_is_marked_as_ended_once()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\nb 2\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        await scrape.ScrapeAsync();
        target.Text = "b 3\nc 4\n";

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.True(batch.Of("a").IsStale);
        Assert.Equal(3, batch.Of("b").Value);
        Assert.Equal(4, batch.Of("c").Value);
        Assert.Equal(batch.Of("b").Timestamp, batch.Of("a").Timestamp);
        Assert.False((await scrape.ScrapeAsync()).Has("a"));
    }

    [Fact]
    public async Task A_series_that_comes_back_was_added()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\nb 2\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        await scrape.ScrapeAsync();
        target.Text = "b 3\n";
        await scrape.ScrapeAsync();
        target.Text = "a 4\nb 5\n";

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.Equal(4, batch.Of("a").Value);
        Assert.Equal(1, batch.Of("scrape_series_added").Value);
        target.Text = "b 6\n";
        Assert.True((await scrape.ScrapeAsync()).Of("a").IsStale);
    }

    [Fact]
    public async Task A_failed_scrape_ends_all_series_and_the_next_one_brings_them_back()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\nb 2\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        await scrape.ScrapeAsync();
        target.Text = "b 3\nthis is no metric\n";

        CollectedBatch failed = await scrape.ScrapeAsync();
        target.Text = "a 5\nb 6\n";
        CollectedBatch back = await scrape.ScrapeAsync();

        Assert.False(failed.IsUp);
        Assert.Equal(["a", "b"], failed.Scraped.Select(static s => s.Name).Order());
        Assert.All(failed.Scraped, static sample => Assert.True(sample.IsStale));
        Assert.Equal(1, back.Of("up").Value);
        Assert.Equal(5, back.Of("a").Value);
        Assert.Equal(0, back.Of("scrape_series_added").Value);
    }

    [Fact]
    public async Task A_target_that_was_taken_away_ends_when_it_would_have_been_scraped_next()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With(), target.With(("instance", "other")));
        await scrape.IntervalAsync();
        await scrape.ApplyAsync(arguments => arguments with { Targets = [target.With()] });

        IReadOnlyList<CollectedBatch> batches = await scrape.IntervalAsync();

        CollectedBatch ended = batches.Single(static batch => batch.Of("up").IsStale);
        Assert.Equal("other", ended.Of("up").Labels["instance"]);
        Assert.Equal(6, ended.Samples.Count);
        Assert.All(ended.Samples, static sample => Assert.True(sample.IsStale));
        Assert.Single(await scrape.IntervalAsync());
    }

    [Fact]
    public async Task A_target_that_comes_back_in_time_goes_on()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        await scrape.ScrapeAsync();
        await scrape.ApplyAsync(static arguments => arguments with { Targets = [] });
        await scrape.ApplyAsync(arguments => arguments with { Targets = [target.With()] });

        CollectedBatch batch = await scrape.ScrapeAsync();

        Assert.Equal(1, batch.Of("a").Value);
        Assert.Equal(0, batch.Of("scrape_series_added").Value);
    }

    [Fact]
    public async Task The_end_of_the_component_ends_all_series()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        await scrape.ScrapeAsync();

        await scrape.StopAsync();

        Assert.Equal(2, scrape.Sink.Batches.Count);
        Assert.Equal(6, scrape.Sink.Batches[1].Samples.Count);
        Assert.All(scrape.Sink.Batches[1].Samples, static sample => Assert.True(sample.IsStale));
    }

    [Fact]
    public async Task Equal_targets_are_scraped_once()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With(), target.With(("__meta_x", "y")), target.With(("x", "y")));

        await scrape.IntervalAsync();

        Assert.Equal(2, target.Requests.Count);
        Assert.Equal(1, scrape.Metric("prometheus_scrape_targets_duplicate"));
        Assert.Equal(3, scrape.Metric("prometheus_scrape_targets_gauge"));
    }

    [Fact]
    public async Task Labels_that_both_have_are_renamed_or_honoured()
    {
        const string Text = "a{job=\"own\",exported_job=\"taken\",pod=\"x\",empty=\"\"} 1\n";
        await using MetricsTarget target = await MetricsTarget.StartAsync(Text);
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With(("pod", "p"), ("empty", "e"), ("instance", "i")));

        CollectedBatch renamed = await scrape.ScrapeAsync();
        await scrape.ApplyAsync(static arguments => arguments with { HonorLabels = true });
        CollectedBatch honoured = await scrape.ScrapeAsync();

        Assert.Equal(
            "{empty=\"e\", exported_exported_job=\"own\", exported_job=\"taken\", exported_pod=\"x\", instance=\"i\", job=\"prometheus.scrape.test\", pod=\"p\"}",
            renamed.Of("a").Labels.ToString());
        Assert.Equal(["{exported_job=\"taken\", instance=\"i\", job=\"own\", pod=\"x\"}"], honoured.Samples
            .Where(static sample => sample.Name == "a" && !sample.IsStale).Select(static sample => sample.Labels.ToString()));
        Assert.Equal(renamed.Of("a").Labels, honoured.Samples.Single(static sample => sample.Name == "a" && sample.IsStale).Labels);
    }

    [Fact]
    public async Task Timestamps_of_the_target_are_honoured_and_not_tracked_unless_asked_for()
    {
        await using MetricsTarget target = await MetricsTarget.StartAsync("a 1 1714979280123\nb 2\n");
        await using ScrapeHarness scrape = await ScrapeHarness.StartAsync(target.With());
        CollectedBatch first = await scrape.ScrapeAsync();
        target.Text = "b 2\n";
        CollectedBatch second = await scrape.ScrapeAsync();
        await scrape.ApplyAsync(static arguments => arguments with { TrackTimestampsStaleness = true });
        target.Text = "a 1 1714979280123\nb 2\n";
        await scrape.ScrapeAsync();
        target.Text = "b 2\n";
        CollectedBatch tracked = await scrape.ScrapeAsync();
        await scrape.ApplyAsync(static arguments => arguments with { HonorTimestamps = false });
        target.Text = "a 1 1714979280123\nb 2\n";
        CollectedBatch own = await scrape.ScrapeAsync();

        Assert.Equal(1714979280123, first.Of("a").Timestamp);
        Assert.False(second.Has("a"));
        Assert.True(tracked.Of("a").IsStale);
        Assert.Equal(own.Of("b").Timestamp, own.Of("a").Timestamp);
    }
}
