using Agent.Components.Common.Relabel;
using Agent.Components.Prometheus.RemoteWrite;
using Agent.Components.Tests.Loki.Write;
using Agent.Sdk;
using Agent.Sdk.Patterns;
using Agent.Telemetry.Metrics;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

/// <summary>What is sent, and in which form.</summary>
public sealed class PrometheusRemoteWriteTests
{
    private const long Then = RemoteFixture.Then;
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Samples_arrive_as_they_came_with_the_headers_of_the_protocol()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        await using RemoteFixture write = await RemoteFixture.StartAsync(
            WithLimit(sink, 3) with { Headers = new ValueMap<string>([new("X-Scope-OrgID", "team")]) });
        await write.SendAsync(("up", 1, Then), ("load", -0.25, Then + 1), ("up", StaleMarker.Value, Then + 2));
        await sink.WaitForAsync(3);
        SinkRequest request = Assert.Single(sink.Requests);
        Assert.Equal(["{__name__=up}", "{__name__=load}", "{__name__=up}"], request.Samples.Select(static s => s.Labels));
        Assert.Equal([Then, Then + 1, Then + 2], request.Samples.Select(static s => s.Timestamp));
        Assert.Equal(-0.25, request.Samples[1].Value);
        Assert.True(StaleMarker.Is(request.Samples[2].Value));
        Assert.Equal("application/x-protobuf", request.Headers["Content-Type"]);
        Assert.Equal("snappy", request.Headers["Content-Encoding"]);
        Assert.Equal("0.1.0", request.Headers["X-Prometheus-Remote-Write-Version"]);
        Assert.Equal("team", request.Headers["X-Scope-OrgID"]);
        Assert.StartsWith("Invar/", request.Headers["User-Agent"], StringComparison.Ordinal);
        await Eventually.TrueAsync(() => write.Count("prometheus_remote_storage_samples_total") == 3);
        Assert.Equal(3, write.Count("prometheus_remote_storage_samples_in_total"));
        Assert.Equal(3, write.Count("prometheus_remote_write_wal_samples_appended_total"));
        Assert.True(write.Count("prometheus_remote_storage_bytes_total") > 0);
        Assert.Equal((Then + 2) / 1000.0, write.Gauge("prometheus_remote_storage_queue_highest_sent_timestamp_seconds"));
        Assert.Equal((Then + 2) / 1000.0, write.Gauge("prometheus_remote_storage_highest_timestamp_in_seconds"));
        Assert.Equal(2, write.Gauge("prometheus_remote_write_wal_storage_active_series"));
    }

    [Fact]
    public async Task A_request_that_is_not_full_goes_at_its_deadline()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        await using RemoteFixture write = await RemoteFixture.StartAsync(_time, Arguments(WithLimit(sink, 100)));
        await write.SendAsync(("a", 1, Then), ("b", 2, Then));
        Assert.Empty(sink.Requests);
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => sink.Requests.Count == 1);
        Assert.Equal(["{__name__=a}", "{__name__=b}"], sink.Samples.Select(static s => s.Labels));
    }

    [Fact]
    public async Task External_labels_count_where_a_series_lacks_them_and_rules_run_after_that()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        PrometheusRemoteWrite.Arguments arguments = Arguments(RemoteFixture.To(sink) with
        {
            WriteRelabelConfig =
            [
                new RelabelRule { SourceLabels = ["cluster"], TargetLabel = "place", Replacement = "in $1" },
                new RelabelRule { SourceLabels = ["__name__"], Regex = Pattern.Parse("secret", PatternOptions.Anchored), Action = RelabelAction.Drop },
            ],
        }) with { ExternalLabels = new ValueMap<string>([new("cluster", "west"), new("__replica__", "a"), new("__tmp", "x")]) };
        await using RemoteFixture write = await RemoteFixture.StartAsync(TimeProvider.System, arguments);
        using var batch = new MetricBatch();
        MetricSeries known = RemoteFixture.Series("up");
        batch.Add(known, Then, 1);
        batch.Add(RemoteFixture.Series("up", ("cluster", "own")), Then, 2);
        batch.Add(RemoteFixture.Series("secret"), Then, 3);
        batch.Add(known, Then + 1, 4);
        await write.Component.ConsumeAsync(batch, CancellationToken.None);
        await sink.WaitForAsync(3);
        Assert.Equal(
            [
                "{__name__=up,__replica__=a,cluster=west,place=in west} 1 1700000000000",
                "{__name__=up,__replica__=a,cluster=own,place=in own} 2 1700000000000",
                "{__name__=up,__replica__=a,cluster=west,place=in west} 4 1700000000001",
            ],
            sink.Texts);
        Assert.Equal(1, write.Count("prometheus_remote_storage_samples_dropped_total", "reason", "dropped_series"));
    }

    [Fact]
    public async Task Endpoints_with_different_rules_get_what_their_rules_leave()
    {
        await using RemoteSink all = await RemoteSink.StartAsync();
        await using RemoteSink some = await RemoteSink.StartAsync();
        await using RemoteSink copy = await RemoteSink.StartAsync();
        EndpointOptions only = RemoteFixture.To(some) with
        {
            WriteRelabelConfig = [new RelabelRule { SourceLabels = ["__name__"], Regex = Pattern.Parse("up|a.*", PatternOptions.Anchored), Action = RelabelAction.Keep }],
        };
        await using RemoteFixture write = await RemoteFixture.StartAsync(RemoteFixture.To(all), only, only with { Url = new Uri(copy.Url) });
        await write.SendAsync(("up", 1, Then), ("down", 2, Then), ("abc", 3, Then));
        await all.WaitForAsync(3);
        await some.WaitForAsync(2);
        await copy.WaitForAsync(2);
        Assert.Equal(["{__name__=up}", "{__name__=down}", "{__name__=abc}"], all.Samples.Select(static s => s.Labels));
        Assert.Equal(["{__name__=up}", "{__name__=abc}"], some.Samples.Select(static s => s.Labels));
        Assert.Equal(some.Texts, copy.Texts);
    }

    [Fact]
    public async Task Histograms_and_exemplars_are_sent_where_the_user_says_so()
    {
        await using RemoteSink rich = await RemoteSink.StartAsync();
        await using RemoteSink plain = await RemoteSink.StartAsync();
        await using RemoteFixture write = await RemoteFixture.StartAsync(
            WithLimit(rich, 3) with { SendNativeHistograms = true },
            WithLimit(plain, 1) with { SendExemplars = false });
        await write.Component.ConsumeAsync(Mixed(), CancellationToken.None);
        await rich.WaitForAsync(1);
        await plain.WaitForAsync(1);
        SinkRequest request = Assert.Single(rich.Requests);
        Assert.Equal(["{__name__=latency} schema 3 count 4 sum 2.5 1700000000000"], request.Histograms);
        Assert.Equal(["{__name__=requests_total} {trace_id=abc} 0.5"], request.Exemplars);
        Assert.Empty(plain.Requests[0].Histograms);
        Assert.Empty(plain.Requests[0].Exemplars);
        await Eventually.TrueAsync(() => write.Count("prometheus_remote_storage_histograms_total") == 1);
        Assert.Equal(1, write.Count("prometheus_remote_storage_exemplars_total"));
    }

    [Fact]
    public async Task The_first_version_repeats_metadata_now_and_then()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        await using RemoteFixture write = await RemoteFixture.StartAsync(
            _time, Arguments(WithLimit(sink, 1000) with { MetadataConfig = new MetadataOptions { MaxSamplesPerSend = 2 } }));
        using MetricBatch batch = Mixed();
        batch.AddMetadata(new MetricMetadata("a", MetricType.Counter, "Says a."));
        batch.AddMetadata(new MetricMetadata("b", MetricType.Gauge));
        batch.AddMetadata(new MetricMetadata("c", MetricType.Summary, "Says\nc."));
        await write.Component.ConsumeAsync(batch, CancellationToken.None);
        string[] all = ["a Counter Says a.", "b Gauge ", "c Summary Says\nc."];
        await Advance(() => sink.Requests.SelectMany(static r => r.Metadata).Count() == 3);
        Assert.Equal(all, sink.Requests.SelectMany(static r => r.Metadata));
        Assert.Equal([2, 1], sink.Requests.Select(static r => r.Metadata.Count).Where(static count => count > 0));
        batch.Clear();
        await write.SendAsync(("up", 1, Then));
        await Advance(() => sink.Requests.SelectMany(static r => r.Metadata).Count() == 6);
        Assert.Equal([.. all, .. all], sink.Requests.SelectMany(static r => r.Metadata));
        await Eventually.TrueAsync(() => write.Count("prometheus_remote_storage_metadata_total") == 6);
        Assert.True(write.Count("prometheus_remote_storage_metadata_bytes_total") > 0);
    }

    [Fact]
    public async Task The_second_version_has_metadata_with_each_series()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        PrometheusRemoteWrite.Arguments arguments = Arguments(
            WithLimit(sink, 3) with { ProtobufMessage = WriteMessage.V2, MetadataConfig = new MetadataOptions(), SendNativeHistograms = true });
        await using RemoteFixture write = await RemoteFixture.StartAsync(
            TimeProvider.System, arguments with { ExternalLabels = new ValueMap<string>([new("cluster", "west")]) });
        await write.Component.ConsumeAsync(Mixed(), CancellationToken.None);
        await sink.WaitForAsync(1);
        SinkRequest request = Assert.Single(sink.Requests);
        Assert.Equal("application/x-protobuf;proto=io.prometheus.write.v2.Request", request.Headers["Content-Type"].Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("2.0.0", request.Headers["X-Prometheus-Remote-Write-Version"]);
        Assert.Equal(["{__name__=requests_total,cluster=west} 7 1700000000000"], request.Texts);
        Assert.Contains("{__name__=requests_total,cluster=west} Counter All of them.", request.Metadata);
        Assert.Equal(["{__name__=requests_total,cluster=west} {trace_id=abc} 0.5"], request.Exemplars);
        Assert.Single(request.Histograms);
    }

    [Fact]
    public async Task Samples_that_are_too_old_are_dropped_and_counted()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        EndpointOptions endpoint = RemoteFixture.To(sink);
        await using RemoteFixture write = await RemoteFixture.StartAsync(
            endpoint with { QueueConfig = endpoint.QueueConfig with { SampleAgeLimit = TimeSpan.FromHours(1) } });
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await write.SendAsync(("a", 1, Then), ("b", 2, now));
        await sink.WaitForAsync(1);
        Assert.Equal("{__name__=b}", Assert.Single(sink.Samples).Labels);
        Assert.Equal(1, write.Count("prometheus_remote_storage_samples_dropped_total", "reason", "too_old"));
    }

    [Fact]
    public async Task A_receipt_is_settled_once_its_samples_are_delivered()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        var release = new TaskCompletionSource();
        sink.Answer = async (_, _) =>
        {
            await release.Task;
            return 200;
        };
        await using RemoteFixture write = await RemoteFixture.StartAsync(RemoteFixture.To(sink));
        using MetricBatch batch = Mixed();
        var receipt = new TestReceipt();
        batch.Receipt = receipt;
        await write.Component.ConsumeAsync(batch, CancellationToken.None);
        receipt.Settle();
        Assert.False(receipt.IsSettled);
        release.SetResult();
        await Eventually.TrueAsync(() => receipt.IsSettled);
    }

    [Fact]
    public async Task A_series_keeps_its_order_whatever_lane_it_has()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        EndpointOptions endpoint = RemoteFixture.To(sink);
        await using RemoteFixture write = await RemoteFixture.StartAsync(
            endpoint with { QueueConfig = endpoint.QueueConfig with { MaxShards = 50, MaxSamplesPerSend = 3 } });
        Assert.Equal(4, write.Gauge("prometheus_remote_storage_shards"));
        for (int i = 0; i < 50; i++)
        {
            await write.SendAsync([.. Enumerable.Range(0, 20).Select(series => ($"series_{series}", (double)i, Then + i))]);
        }
        await write.StopAsync();
        Assert.Equal(1000, sink.Samples.Count());
        foreach (IGrouping<string, SinkSample> series in sink.Samples.GroupBy(static sample => sample.Labels))
        {
            Assert.Equal(Enumerable.Range(0, 50).Select(static i => (double)i), series.Select(static sample => sample.Value));
        }
    }

    [Fact]
    public async Task Without_an_endpoint_what_comes_is_counted_as_dropped()
    {
        await using RemoteFixture write = await RemoteFixture.StartAsync();
        await write.SendAsync(("a", 1, Then));
        Assert.Equal(1, write.Count("prometheus_remote_storage_samples_dropped_total", "reason", "no_endpoint"));
    }

    internal static PrometheusRemoteWrite.Arguments Arguments(params EndpointOptions[] endpoints) => new() { Endpoint = [.. endpoints] };

    internal static EndpointOptions WithLimit(RemoteSink sink, int samples)
    {
        EndpointOptions endpoint = RemoteFixture.To(sink);
        return endpoint with { QueueConfig = endpoint.QueueConfig with { MaxSamplesPerSend = samples } };
    }

    /// <summary>A counter with an exemplar, and a native histogram.</summary>
    internal static MetricBatch Mixed()
    {
        var batch = new MetricBatch();
        MetricSeries counter = RemoteFixture.Series("requests_total");
        counter.Metadata = new MetricMetadata("requests_total", MetricType.Counter, "All of them.");
        batch.Add(counter, Then, 7);
        byte[] labels = LabelBlock.Of(Telemetry.LabelSet.From([KeyValuePair.Create("trace_id", "abc")]));
        batch.AddExemplar(new MetricExemplar(counter, labels, 0.5, Then));
        var histogram = new HistogramBuffer { Head = new HistogramHead { Schema = 3, Count = 4, Sum = 2.5 } };
        histogram.AddSpan(negative: false, new BucketSpan(1, 2));
        histogram.AddDelta(negative: false, 1);
        histogram.AddDelta(negative: false, 2);
        batch.AddHistogram(new HistogramSample(RemoteFixture.Series("latency"), Then), histogram.View);
        return batch;
    }

    private Task Advance(Func<bool> until) => _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), until);
}
