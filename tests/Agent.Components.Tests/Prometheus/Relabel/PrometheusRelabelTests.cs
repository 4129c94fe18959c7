using Agent.Components.Common.Relabel;
using Agent.Components.Prometheus.Relabel;
using Agent.Components.Tests.Decoding;
using Agent.Sdk.Metrics;
using Agent.Sdk.Patterns;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using Series = Agent.Telemetry.Metrics.MetricSeries;
using Type = Agent.Telemetry.Metrics.MetricType;

namespace Agent.Components.Tests.Prometheus.Relabel;

public sealed class PrometheusRelabelTests : IDisposable
{
    private static readonly RelabelRule DropDb = new() { SourceLabels = ["app"], Regex = Anchored("db"), Action = RelabelAction.Drop };
    private static readonly RelabelRule SetJob = new() { TargetLabel = "job", Replacement = "metrics" };

    private readonly FakeTimeProvider _time = new();
    private readonly TestComponentContext _context;
    private readonly MetricCollector _collector = new();
    private readonly Series _web = TestSeries.Of("up", ("app", "web"));
    private readonly Series _db = TestSeries.Of("up", ("app", "db"));

    public PrometheusRelabelTests() => _context = new TestComponentContext("prometheus.relabel.default", _time);

    [Fact]
    public async Task Samples_get_new_labels_and_dropped_ones_go()
    {
        PrometheusRelabel component = await StartAsync(DropDb, SetJob);
        using var batch = new MetricBatch();
        batch.Add(_web, 1, 10, startTimestamp: 5);
        batch.Add(_db, 1, 20);
        batch.Add(_web, 2, 11);

        await component.ConsumeAsync(batch, default);

        Assert.Equal([(1, 10.0, 5), (2, 11.0, 0)], _collector.Samples.Select(static s => (s.Timestamp, s.Value, s.StartTimestamp)));
        Assert.All(_collector.Samples, sample => Assert.Equal(_web.Labels.With("job", "metrics"), sample.Labels));
        Assert.Same(_collector.Samples[0].Series, _collector.Samples[1].Series);
        Assert.Equal((3, 2), (Count("metrics_processed"), Count("metrics_written")));
        Assert.Equal((2, 1, 2.0), (Count("cache_misses"), Count("cache_hits"), CacheSize()));
        Assert.Equal(2, ((Counter)Instrument("prometheus_forwarded_samples_total")).Value);
    }

    [Fact]
    public async Task Each_rule_counts_the_series_that_it_matched_and_dropped_since_it_was_loaded()
    {
        PrometheusRelabel component = await StartAsync(DropDb, SetJob);
        await SendAsync(component, _web);
        await SendAsync(component, _web);
        await SendAsync(component, _db);
        await SendAsync(component, TestSeries.Of("up", ("app", "other")));

        Assert.Equal([new(0, 1), new(2, 0)], component.RuleCounts);
        Assert.Equal([null], component.Trace(_db.Labels));
        await component.ApplyAsync(new() { ForwardTo = [], Rule = [DropDb, SetJob] }, default);
        Assert.Equal([new(0, 1), new(2, 0)], component.RuleCounts);
        await component.ApplyAsync(new() { ForwardTo = [], Rule = [SetJob] }, default);
        Assert.Equal([new(0, 0)], component.RuleCounts);
    }

    [Fact]
    public async Task Histograms_and_exemplars_follow_their_series()
    {
        PrometheusRelabel component = await StartAsync(DropDb, SetJob);
        using var batch = new MetricBatch();
        foreach (Series series in new[] { _db, _web })
        {
            batch.AddHistogram(new HistogramSample(series, 3), new HistogramView { Head = new HistogramHead { Count = 4 }, PositiveDeltas = [4], PositiveSpans = [new BucketSpan(0, 1)] });
            batch.AddExemplar(new MetricExemplar(series, new byte[] { 1 }, 0.5, 9));
        }

        await component.ConsumeAsync(batch, default);

        CollectedHistogram histogram = Assert.Single(_collector.Histograms);
        Assert.Equal((_web.Labels.With("job", "metrics"), 3, 4UL), (histogram.Labels, histogram.Timestamp, histogram.Head.Count));
        Assert.Equal([4], histogram.PositiveDeltas);
        CollectedExemplar exemplar = Assert.Single(_collector.Exemplars);
        Assert.Same(histogram.Series, exemplar.Series);
        Assert.Equal((0.5, 9), (exemplar.Value, exemplar.Timestamp));
        Assert.Equal((4, 1), (Count("metrics_processed"), Count("metrics_written")));
    }

    [Fact]
    public async Task Without_a_rule_that_fits_the_batch_itself_is_passed_on()
    {
        var seen = new MetricBatchSpy();
        var component = new PrometheusRelabel(_context);
        await component.ApplyAsync(new() { ForwardTo = [seen], Rule = [DropDb] }, default);
        using var batch = new MetricBatch();
        batch.Add(_web, 1, 1);
        batch.AddHistogram(new HistogramSample(_web, 1), default);
        batch.AddMetadata(new MetricMetadata("up", Type.Gauge));

        await component.ConsumeAsync(batch, default);

        Assert.Same(batch, seen.Last);
    }

    [Fact]
    public async Task The_receipt_travels_with_the_new_batch()
    {
        var seen = new MetricBatchSpy();
        var component = new PrometheusRelabel(_context);
        await component.ApplyAsync(new() { ForwardTo = [seen], Rule = [SetJob] }, default);
        using var batch = new MetricBatch { Receipt = new NoReceipt() };
        batch.Add(_web, 1, 1);

        await component.ConsumeAsync(batch, default);

        Assert.NotSame(batch, seen.Last);
        Assert.Same(batch.Receipt, seen.LastReceipt);
    }

    [Fact]
    public async Task Series_left_without_labels_go()
    {
        PrometheusRelabel component = await StartAsync(new RelabelRule { Regex = Anchored(".*"), Action = RelabelAction.LabelDrop });
        using var batch = new MetricBatch();
        batch.Add(_web, 1, 1);

        await component.ConsumeAsync(batch, default);

        Assert.Equal(0, _collector.Batches);
    }

    [Fact]
    public async Task A_stale_marker_goes_on_and_its_series_is_forgotten()
    {
        PrometheusRelabel component = await StartAsync(DropDb, SetJob);
        using var batch = new MetricBatch();
        batch.Add(_web, 1, 1);
        batch.Add(_db, 1, 1);
        await component.ConsumeAsync(batch, default);
        batch.Clear();
        batch.Add(_web, 2, StaleMarker.Value);
        batch.Add(_db, 2, StaleMarker.Value);

        await component.ConsumeAsync(batch, default);

        Assert.True(_collector.Samples[1].IsStale);
        Assert.Same(_collector.Samples[0].Series, _collector.Samples[1].Series);
        Assert.Equal((2, 2, 0.0), (_collector.Samples.Count, Count("cache_deletes"), CacheSize()));
    }

    [Fact]
    public async Task Metadata_follows_a_metric_to_its_new_name()
    {
        PrometheusRelabel component = await StartAsync(
            new RelabelRule { SourceLabels = ["__name__"], Regex = Anchored("old(.*)"), TargetLabel = "__name__", Replacement = "new$1" });
        Series bucket = TestSeries.Of("old_seconds_bucket");
        var metadata = new MetricMetadata("old_seconds", Type.Histogram, "Time.");
        using var batch = new MetricBatch();
        batch.Add(bucket, 1, 1);
        await component.ConsumeAsync(batch, default);
        Assert.Null(_collector.Samples[0].Series.Metadata);

        bucket.Metadata = metadata;
        batch.AddMetadata(metadata);
        batch.AddMetadata(new MetricMetadata("other", Type.Gauge));
        await component.ConsumeAsync(batch, default);

        Assert.Equal(metadata with { Family = "new_seconds" }, _collector.Samples[1].Series.Metadata);
        Assert.Equal(["new_seconds", "other"], _collector.Metadata.Select(static m => m.Family));
    }

    [Fact]
    public async Task The_cache_holds_no_more_than_it_may_and_keeps_what_is_used()
    {
        PrometheusRelabel component = await StartAsync(new PrometheusRelabel.Arguments { ForwardTo = [_collector], Rule = [SetJob], MaxCacheSize = 2 });
        Series other = TestSeries.Of("other");
        foreach (Series series in new[] { _web, _db, _web, other, _web })
        {
            await SendAsync(component, series);
        }

        Assert.Equal((3, 2, 2.0), (Count("cache_misses"), Count("cache_hits"), CacheSize()));

        await component.ApplyAsync(new() { ForwardTo = [_collector], Rule = [SetJob], MaxCacheSize = 1 }, default);
        Assert.Equal(1, CacheSize());
        await component.ApplyAsync(new() { ForwardTo = [_collector], Rule = [DropDb], MaxCacheSize = 1 }, default);
        Assert.Equal(0, CacheSize());
    }

    [Fact]
    public async Task With_a_time_to_live_only_series_that_no_longer_come_are_forgotten()
    {
        var component = await StartAsync(new PrometheusRelabel.Arguments { ForwardTo = [_collector], Rule = [SetJob], MaxCacheSize = 0, CacheTtl = TimeSpan.FromMinutes(4) });
        using var stop = new CancellationTokenSource();
        Task run = component.RunAsync(stop.Token);
        await SendAsync(component, _web);
        await SendAsync(component, _db);
        for (int minute = 0; minute < 5; minute++)
        {
            await SendAsync(component, _web);
            await Eventually.TrueAsync(() => _time.ArmedTimers == 1);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await Eventually.TrueAsync(() => CacheSize() == 1);
        Assert.Equal(1, Count("cache_ttl_evictions"));
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Known_series_allocate_nothing()
    {
        PrometheusRelabel component = await StartAsync(new PrometheusRelabel.Arguments { ForwardTo = [new MetricBatchSpy()], Rule = [DropDb, SetJob] });
        Series named = TestSeries.Of("n");
        named.Metadata = new MetricMetadata("n", Type.Gauge);
        using var batch = new MetricBatch();
        for (int i = 0; i < 100; i++)
        {
            batch.Add(_web, i, i);
            batch.Add(_db, i, i);
            batch.Add(named, i, i);
            batch.AddHistogram(new HistogramSample(_web, i), new HistogramView { PositiveDeltas = [1], PositiveSpans = [new BucketSpan(0, 1)] });
        }
        await component.ConsumeAsync(batch, default);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            await component.ConsumeAsync(batch, default);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Producers_that_come_at_once_do_not_mix_their_samples()
    {
        PrometheusRelabel component = await StartAsync(new PrometheusRelabel.Arguments { ForwardTo = [_collector], Rule = [DropDb, SetJob], MaxCacheSize = 5 });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(producer => Task.Run(async () =>
        {
            Series series = TestSeries.Of("up", ("producer", $"{producer}"));
            for (int i = 0; i < 200; i++)
            {
                using var batch = new MetricBatch();
                batch.Add(series, i, producer);
                batch.Add(_db, i, -1);
                await component.ConsumeAsync(batch, default);
            }
        })));

        Assert.Equal(1600, _collector.Samples.Count);
        Assert.All(_collector.Samples, static sample => Assert.Equal($"{sample.Value}", sample.Labels["producer"]));
        Assert.InRange(CacheSize(), 1, 5);
    }

    [Theory]
    [InlineData(-1, 0, "max_cache_size must be >= 0; got -1")]
    [InlineData(0, -60, "cache_ttl must be >= 0; got -1m0s")]
    [InlineData(5, 60, "max_cache_size and cache_ttl are mutually exclusive")]
    [InlineData(0, 0, "one of max_cache_size or cache_ttl must be set")]
    [InlineData(0, 59, "cache_ttl must be at least 1m0s when set; got 59s")]
    public void Bad_cache_settings_are_refused(int size, int seconds, string message) =>
        Assert.Equal(message, Assert.Single(TestComponent.Errors(Config.Block(
            "prometheus.relabel", Config.Set("forward_to", Config.List()), Config.Set("max_cache_size", size), Config.Set("cache_ttl", $"{seconds}s")))));

    public void Dispose() => _context.Dispose();

    private static Pattern Anchored(string text) => Pattern.Parse(text, PatternOptions.Anchored);

    private Task<PrometheusRelabel> StartAsync(params RelabelRule[] rules) => StartAsync(new PrometheusRelabel.Arguments { ForwardTo = [_collector], Rule = [.. rules] });

    private async Task<PrometheusRelabel> StartAsync(PrometheusRelabel.Arguments arguments)
    {
        var component = new PrometheusRelabel(_context);
        await component.ApplyAsync(arguments, default);
        return component;
    }

    private async Task SendAsync(PrometheusRelabel component, Series series)
    {
        _time.Advance(TimeSpan.FromMilliseconds(1));
        using var batch = new MetricBatch();
        batch.Add(series, 1, 1);
        await component.ConsumeAsync(batch, default);
    }

    private long Count(string name) => ((Counter)Instrument("alloy_prometheus_relabel_" + name)).Value;

    private double CacheSize() => ((ObservedValue)Instrument("alloy_prometheus_relabel_cache_size")).Read();

    private Instrument Instrument(string name) => _context.Registry.Families().Single(family => family.Name == name).Series.Single().Instrument;

    private sealed class NoReceipt : Receipt
    {
        protected override void OnSettled()
        {
        }
    }
}
