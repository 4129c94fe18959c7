using Agent.Components.Prometheus.RemoteWrite;
using Agent.Sdk;
using Agent.Testing;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

/// <summary>What becomes of blocks that an endpoint does not take at once.</summary>
public sealed class RemoteDeliveryTests : IDisposable
{
    private const long Then = RemoteFixture.Then;
    private readonly FakeTimeProvider _time = new();
    private readonly string _storage = Directory.CreateTempSubdirectory("invar-remote-").FullName;

    public void Dispose() => Directory.Delete(_storage, recursive: true);

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(429)]
    public async Task A_block_is_sent_again_after_a_failure_that_may_pass(int status)
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        sink.Answer = (number, _) => Task.FromResult(number <= 2 ? status : 204);
        await using RemoteFixture write = await RemoteFixture.StartAsync(RemoteFixture.To(sink));
        await write.SendAsync(("a", 1, Then), ("b", 2, Then));
        await Eventually.TrueAsync(() => write.Count("prometheus_remote_storage_samples_total") == 2);
        Assert.Equal(["{__name__=a}", "{__name__=a}", "{__name__=a}", "{__name__=b}"], sink.Samples.Select(static s => s.Labels));
        Assert.Equal(2, write.Count("prometheus_remote_storage_samples_retried_total"));
        Assert.Equal(0, write.Count("prometheus_remote_storage_samples_failed_total"));
    }

    [Theory]
    [InlineData(400, "http_400")]
    [InlineData(401, "http_401")]
    [InlineData(404, "http_404")]
    [InlineData(413, "http_413")]
    [InlineData(302, "http_302")]
    [InlineData(415, "http_415")]
    public async Task A_refused_block_is_not_sent_again_but_counted(int status, string reason)
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        sink.Answer = (number, _) => Task.FromResult(number == 1 ? status : 204);
        await using RemoteFixture write = await RemoteFixture.StartAsync(RemoteFixture.To(sink));
        await write.SendAsync(("a", 1, Then), ("b", 2, Then));
        await Eventually.TrueAsync(() => write.Count("prometheus_remote_storage_samples_total") == 1);
        Assert.Equal(["{__name__=a}", "{__name__=b}"], sink.Samples.Select(static s => s.Labels));
        Assert.Equal(1, write.Count("prometheus_remote_storage_samples_failed_total"));
        Assert.Equal(1, write.Count("prometheus_remote_storage_samples_dropped_total", "reason", reason));
        Assert.Equal(0, write.Count("prometheus_remote_storage_samples_retried_total"));
    }

    [Fact]
    public async Task A_429_is_not_retried_where_the_user_says_so()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(429);
        EndpointOptions endpoint = RemoteFixture.To(sink);
        await using RemoteFixture write = await RemoteFixture.StartAsync(
            endpoint with { QueueConfig = endpoint.QueueConfig with { RetryOnHttp429 = false } });
        await write.SendAsync(("a", 1, Then));
        await Eventually.TrueAsync(() => write.Count("prometheus_remote_storage_samples_dropped_total", "reason", "rate_limited") == 1);
        Assert.Single(sink.Requests);
    }

    [Fact]
    public async Task A_retry_waits_as_long_as_the_server_asks_even_beyond_the_longest_backoff()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        sink.Answer = (number, http) =>
        {
            http.Response.Headers.RetryAfter = "100";
            return Task.FromResult(number == 1 ? 429 : 204);
        };
        await using RemoteFixture write = await RemoteFixture.StartAsync(_time, PrometheusRemoteWriteTests.Arguments(RemoteFixture.To(sink)));
        await write.SendAsync(("a", 1, Then));
        await Eventually.TrueAsync(() => write.Count("prometheus_remote_storage_samples_retried_total") == 1 && _time.ArmedTimers > 0);
        _time.Advance(TimeSpan.FromSeconds(99));
        Assert.Single(sink.Requests);
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => sink.Requests.Count == 2);
    }

    [Theory]
    [InlineData(415)]
    [InlineData(200)]
    public async Task An_endpoint_that_does_not_know_the_second_version_gets_the_first_and_nothing_is_lost(int status)
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        sink.KnowsSecond = false;
        sink.Answer = (number, _) => Task.FromResult(sink.Requests[number - 1].Version == WriteVersion.V2 ? status : 204);
        EndpointOptions endpoint = PrometheusRemoteWriteTests.WithLimit(sink, 3) with
        {
            ProtobufMessage = WriteMessage.V2,
            SendNativeHistograms = true,
        };
        await using RemoteFixture write = await RemoteFixture.StartAsync(endpoint);
        await write.Component.ConsumeAsync(PrometheusRemoteWriteTests.Mixed(), CancellationToken.None);
        await Eventually.TrueAsync(() => write.Count("prometheus_remote_storage_samples_total") == 1);
        await write.SendAsync(("a", 1, Then), ("b", 1, Then), ("c", 1, Then));
        await Eventually.TrueAsync(() => write.Count("prometheus_remote_storage_samples_total") == 4);
        Assert.Equal([WriteVersion.V2, WriteVersion.V1, WriteVersion.V1], sink.Requests.Select(static r => r.Version));
        Assert.Equal(sink.Requests[0].Texts, sink.Requests[1].Texts);
        Assert.Equal(sink.Requests[0].Histograms, sink.Requests[1].Histograms);
        Assert.Equal(sink.Requests[0].Exemplars, sink.Requests[1].Exemplars);
        Assert.Equal("0.1.0", sink.Requests[1].Headers["X-Prometheus-Remote-Write-Version"]);
        Assert.Equal(0, write.Count("prometheus_remote_storage_samples_failed_total"));
        Assert.Equal(HealthState.Healthy, write.Context.Health);
    }

    [Fact]
    public async Task What_an_endpoint_has_not_taken_survives_a_restart_and_comes_once_and_in_order()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(503);
        EndpointOptions endpoint = RemoteFixture.To(sink);
        endpoint = endpoint with { QueueConfig = endpoint.QueueConfig with { MaxShards = 4 } };
        PrometheusRemoteWrite.Arguments arguments = PrometheusRemoteWriteTests.Arguments(endpoint);
        await using (RemoteFixture first = await RemoteFixture.StartAsync(TimeProvider.System, arguments, _storage))
        {
            for (int i = 0; i < 10; i++)
            {
                await first.SendAsync([.. Enumerable.Range(0, 7).Select(series => ($"series_{series}", (double)i, Then + i))]);
            }
            await Eventually.TrueAsync(() => first.Context.Health == HealthState.Unhealthy);
            await first.StopAsync();
            Assert.Equal(0, first.Count("prometheus_remote_storage_samples_dropped_total"));
        }
        sink.Answer = static (_, _) => Task.FromResult(204);
        int before = sink.Requests.Count;
        await using RemoteFixture second = await RemoteFixture.StartAsync(TimeProvider.System, arguments, _storage);
        await second.SendAsync([.. Enumerable.Range(0, 7).Select(series => ($"series_{series}", 10.0, Then + 10))]);
        await Eventually.TrueAsync(() => second.Count("prometheus_remote_storage_samples_total") == 77);
        await second.StopAsync();
        foreach (IGrouping<string, SinkSample> series in sink.Requests.Skip(before).SelectMany(static r => r.Samples).GroupBy(static s => s.Labels))
        {
            Assert.Equal(Enumerable.Range(0, 11).Select(static i => (double)i), series.Select(static s => s.Value));
        }
        Assert.Equal(0, second.Gauge("prometheus_remote_storage_samples_pending"));
    }

    [Fact]
    public async Task A_dead_endpoint_holds_up_no_other_and_gets_everything_when_it_is_back()
    {
        await using RemoteSink quick = await RemoteSink.StartAsync();
        await using RemoteSink dead = await RemoteSink.StartAsync();
        bool isBack = false;
        dead.Answer = (_, _) => Task.FromResult(Volatile.Read(ref isBack) ? 204 : 503);
        await using RemoteFixture write = await RemoteFixture.StartAsync(RemoteFixture.To(quick), RemoteFixture.To(dead));
        for (int i = 0; i < 100; i++)
        {
            await write.SendAsync(("a", i, Then + i));
        }
        await quick.WaitForAsync(100);
        await Eventually.TrueAsync(() => write.Context.Health == HealthState.Unhealthy);
        Assert.Contains("503", write.Context.HealthMessage, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => write.Gauge("prometheus_remote_write_queue_disk_bytes") > 0);
        Volatile.Write(ref isBack, true);
        await Eventually.TrueAsync(() => dead.Samples.Any(static s => s.Timestamp == Then + 99));
        await write.StopAsync();
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => (double)i), dead.Samples.Select(static s => s.Value).Distinct());
        Assert.Equal(100, quick.Samples.Count());
        Assert.Equal(0, write.Count("prometheus_remote_storage_samples_dropped_total"));
    }

    [Fact]
    public async Task A_full_disk_drops_the_oldest_and_counts_it()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(503);
        EndpointOptions endpoint = RemoteFixture.To(sink);
        PrometheusRemoteWrite.Arguments arguments = PrometheusRemoteWriteTests.Arguments(
            endpoint with { QueueConfig = endpoint.QueueConfig with { Capacity = 1 } });
        arguments = arguments with { Wal = new WalOptions { MaxSize = new ByteSize(64 << 10) } };
        await using RemoteFixture write = await RemoteFixture.StartAsync(TimeProvider.System, arguments);
        for (int i = 0; i < 3000; i++)
        {
            await write.SendAsync(("a", i, Then + i));
        }
        long dropped = write.Count("prometheus_remote_storage_samples_dropped_total", "reason", "queue_is_full");
        Assert.InRange(dropped, 100, 2999);
        Assert.InRange(write.Gauge("prometheus_remote_write_queue_disk_bytes"), 1, 64 << 10);
        Assert.InRange(write.Gauge("prometheus_remote_storage_samples_pending"), 1, 3000 - dropped);
    }

    [Fact]
    public async Task Samples_that_grow_too_old_while_they_wait_are_dropped_and_counted()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(503);
        EndpointOptions endpoint = RemoteFixture.To(sink);
        await using RemoteFixture write = await RemoteFixture.StartAsync(_time, PrometheusRemoteWriteTests.Arguments(
            endpoint with { QueueConfig = endpoint.QueueConfig with { SampleAgeLimit = TimeSpan.FromMinutes(1) } }));
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await write.SendAsync(("a", 1, now), ("b", 2, now));
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(5), () => write.Count("prometheus_remote_storage_samples_dropped_total", "reason", "too_old") == 2);
        Assert.Equal(0, write.Count("prometheus_remote_storage_samples_failed_total"));
    }

    [Fact]
    public async Task Rules_may_change_while_samples_wait()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        EndpointOptions endpoint = PrometheusRemoteWriteTests.WithLimit(sink, 100);
        await using RemoteFixture write = await RemoteFixture.StartAsync(endpoint);
        await write.SendAsync(("a", 1, Then));
        await write.Component.ApplyAsync(
            PrometheusRemoteWriteTests.Arguments(endpoint) with { ExternalLabels = new ValueMap<string>([new("cluster", "west")]) },
            CancellationToken.None);
        await write.SendAsync(("a", 2, Then + 1));
        await write.StopAsync();
        Assert.Equal(["{__name__=a} 1 1700000000000", "{__name__=a,cluster=west} 2 1700000000001"], sink.Texts);
    }

    [Theory]
    [InlineData(RawAnswer.Nonsense)]
    [InlineData(RawAnswer.Reset)]
    [InlineData(RawAnswer.Close)]
    [InlineData(RawAnswer.HalfAHead)]
    [InlineData(RawAnswer.HalfABody)]
    [InlineData(RawAnswer.Nothing)]
    [InlineData(RawAnswer.EndlessError)]
    public async Task A_receiver_that_misbehaves_is_asked_again(RawAnswer answer)
    {
        await using var receiver = new RawReceiver(answer, times: 3);
        EndpointOptions endpoint = new()
        {
            Url = new Uri(receiver.Url),
            RemoteTimeout = TimeSpan.FromSeconds(10),
            QueueConfig = new QueueOptions { MaxSamplesPerSend = 1, MaxShards = 1 },
        };
        await using RemoteFixture write = await RemoteFixture.StartAsync(_time, PrometheusRemoteWriteTests.Arguments(endpoint));
        await write.SendAsync(("a", 1, Then));
        await _time.AdvanceUntilAsync(TimeSpan.FromMilliseconds(500), () => write.Count("prometheus_remote_storage_samples_total") == 1);
        Assert.Equal(0, write.Count("prometheus_remote_storage_samples_failed_total"));
        Assert.True(write.Count("prometheus_remote_storage_samples_retried_total") >= 3);
    }
}
