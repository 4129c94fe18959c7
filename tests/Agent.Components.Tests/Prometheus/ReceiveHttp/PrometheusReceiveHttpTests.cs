using System.Net;
using Agent.Components.Common.Http;
using Agent.Components.Prometheus.ReceiveHttp;
using Agent.Components.Tests.Decoding;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using Agent.Wire.RemoteWrite;
using Series = Agent.Telemetry.Metrics.MetricSeries;

namespace Agent.Components.Tests.Prometheus.ReceiveHttp;

#pragma warning disable CA1001 // The test runner ends it through IAsyncLifetime.
public sealed class PrometheusReceiveHttpTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly Series Up = TestSeries.Of("up", ("job", "a"));

    private readonly FakeTimeProvider _time = new();
    private readonly MetricCollector _collector = new();
    private readonly HttpClient _client = new();
    private readonly CancellationTokenSource _stop = new();
    private TestComponentContext _context = null!;
    private PrometheusReceiveHttp _component = null!;
    private Task _run = Task.CompletedTask;

    public Task InitializeAsync()
    {
        _context = new TestComponentContext("prometheus.receive_http.test", _time);
        _component = new PrometheusReceiveHttp(_context);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _component.DisposeAsync();
        _client.Dispose();
        _stop.Dispose();
        _context.Dispose();
    }

    [Theory]
    [InlineData("application/x-protobuf", "snappy")]
    [InlineData("application/x-protobuf;proto=prometheus.WriteRequest", "snappy")]
    [InlineData("", "")]
    public async Task Version_1_is_taken(string type, string encoding)
    {
        await StartAsync(Arguments);

        Reply reply = await PostAsync(V1, type, encoding);

        Assert.Equal((HttpStatusCode.NoContent, "", null), (reply.Status, reply.Text, reply.Written));
        CollectedSample sample = Assert.Single(_collector.Samples);
        Assert.Equal((Up.Labels, 100, 1.5), (sample.Labels, sample.Timestamp, sample.Value));
        Assert.Equal(1, Counter("prometheus_forwarded_samples_total"));
    }

    [Fact]
    public async Task Version_2_is_taken_where_it_is_accepted_and_told_what_was_written()
    {
        await StartAsync(Both);
        byte[] body = Compressed(WriteRequests.V2(static batch =>
        {
            batch.AddSample(Up, 1.5, 100);
            batch.AddSample(Up, 2.5, 200);
            batch.AddHistogram(TestSeries.Of("h"), WriteRequests.Histogram, new HistogramTimes(100, 0));
            batch.AddExemplar(new MetricExemplar(Up, LabelBlock.Of(LabelSet.Empty.With("trace", "t")), 2, 500));
        }));

        Reply reply = await PostAsync(body, WriteProtocol.ContentTypeV2, "snappy");

        Assert.Equal((HttpStatusCode.NoContent, "2 1 1"), (reply.Status, reply.Written));
        Assert.Equal((2, 1, 1), (_collector.Samples.Count, _collector.Histograms.Count, _collector.Exemplars.Count));
    }

    [Fact]
    public async Task A_bad_series_of_version_2_is_refused_and_the_others_are_written()
    {
        await StartAsync(Both);
        byte[] body = Compressed(WriteRequests.V2(static batch =>
        {
            batch.AddSample(new Series(LabelSet.Empty.With("a", "b")), 1, 1);
            batch.AddSample(Up, 1, 1);
        }));

        Reply reply = await PostAsync(body, WriteProtocol.ContentTypeV2, "snappy");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid metric name or labels, got {a=\"b\"}", "1 0 0"), (reply.Status, reply.Text, reply.Written));
        Assert.Equal(1, Counter("prometheus_api_remote_write_invalid_labels_samples_total"));
    }

    [Theory]
    [InlineData("text/plain", "snappy", "cannot read the request: Content-Type \"text/plain\" is not supported")]
    [InlineData("application/x-protobuf;proto=other", "snappy", "cannot read the request: Content-Type \"application/x-protobuf;proto=other\" is not supported")]
    [InlineData(WriteProtocol.ContentTypeV2, "snappy", "io.prometheus.write.v2.Request protobuf message is not accepted by this server; only accepts prometheus.WriteRequest")]
    [InlineData("application/x-protobuf", "gzip", "gzip encoding (compression) is not accepted by this server; only snappy is acceptable")]
    public async Task Other_types_and_encodings_are_refused(string type, string encoding, string message)
    {
        await StartAsync(Arguments);
        Reply reply = await PostAsync(V1, type, encoding);
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, message), (reply.Status, reply.Text));
        Assert.Empty(_collector.Samples);
    }

    [Fact]
    public async Task Malformed_requests_are_refused_with_a_message()
    {
        await StartAsync(Both);
        Reply raw = await PostAsync("not snappy at all"u8.ToArray(), "", "");
        Assert.Equal((HttpStatusCode.BadRequest, "cannot read the request: it is no snappy block"), (raw.Status, raw.Text));
        foreach (string type in new[] { WriteProtocol.ContentTypeV1, WriteProtocol.ContentTypeV2 })
        {
            Reply cut = await PostAsync(Compressed([0x0A, 200, 1]), type, "snappy");
            Assert.Equal((HttpStatusCode.BadRequest, type == WriteProtocol.ContentTypeV1 ? null : "0 0 0"), (cut.Status, cut.Written));
            Assert.StartsWith("cannot read the request: ", cut.Text, StringComparison.Ordinal);
        }
        Assert.Empty(_collector.Samples);
    }

    [Fact]
    public async Task Requests_that_are_too_long_or_expand_too_far_are_refused()
    {
        await StartAsync(Arguments);
        Reply reply = await PostAsync(Compressed(new byte[ReceiveSettings.MaxMessage + 1]), "", "snappy");
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, $"cannot take a request of more than {ReceiveSettings.MaxMessage} bytes"), (reply.Status, reply.Text));
        // So that the answer comes before the body goes.
        _client.DefaultRequestHeaders.ExpectContinue = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(new byte[ReceiveSettings.MaxMessage + 1], "", "snappy")).Status);
    }

    [Fact]
    public async Task Other_paths_and_methods_are_refused()
    {
        await StartAsync(Arguments);
        using HttpResponseMessage get = await _client.GetAsync(Url("/api/v1/metrics/write"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
        using HttpResponseMessage other = await _client.GetAsync(Url("/api/v1/push"));
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task An_answer_waits_for_the_receivers_and_comes_as_503_when_the_component_stops()
    {
        var blocked = new BlockedConsumer();
        await StartAsync(Arguments with { ForwardTo = [blocked] });
        Task<Reply> posted = PostAsync(V1, "", "snappy");
        await blocked.Called;
        Assert.False(posted.IsCompleted);
        Assert.Equal(1, Gauge("prometheus_receive_http_tcp_connections"));

        await _stop.CancelAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await posted).Status);
        Assert.Equal(0, Counter("prometheus_forwarded_samples_total"));
    }

    [Fact]
    public async Task A_request_that_waits_longer_than_the_write_timeout_is_sent_back()
    {
        var blocked = new BlockedConsumer();
        await StartAsync(Both with { ForwardTo = [blocked] });
        Task<Reply> posted = PostAsync(Compressed(WriteRequests.V2(static batch => batch.AddSample(Up, 1, 1))), WriteProtocol.ContentTypeV2, "snappy");
        await blocked.Called;

        _time.Advance(TimeSpan.FromSeconds(30));

        Reply reply = await posted;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "0 0 0"), (reply.Status, reply.Written));
    }

    [Fact]
    public async Task New_receivers_count_without_a_restart()
    {
        await StartAsync(Arguments);
        int port = _component.ListenPort;
        var other = new MetricCollector();
        await _component.ApplyAsync(Arguments with { ForwardTo = [other] }, default);

        await PostAsync(V1, "", "snappy");

        Assert.Equal((port, 0, 1), (_component.ListenPort, _collector.Samples.Count, other.Samples.Count));
    }

    [Fact]
    public async Task A_series_is_the_same_instance_in_every_request()
    {
        await StartAsync(Arguments);
        await PostAsync(V1, "", "snappy");
        await PostAsync(V1, "", "snappy");
        Assert.Same(_collector.Samples[0].Series, _collector.Samples[1].Series);
    }

    [Fact]
    public void The_accepted_messages_are_checked()
    {
        Assert.Equal("accepted_remote_write_protobuf_messages must not be empty", Assert.Single(ErrorsOf()));
        Assert.Equal(
            "unsupported protocol version \"v3\": valid values are \"prometheus.WriteRequest\" and \"io.prometheus.write.v2.Request\"",
            Assert.Single(ErrorsOf("v3")));
        Assert.Empty(ErrorsOf("prometheus.WriteRequest", "io.prometheus.write.v2.Request"));
    }

    private static byte[] V1 => Compressed(WriteRequests.V1(static batch => batch.AddSample(Up, 1.5, 100)));

    private PrometheusReceiveHttp.Arguments Arguments => new()
    {
        ForwardTo = [_collector],
        Http = new HttpServerOptions { ListenAddress = "127.0.0.1", ListenPort = 0 },
    };

    private PrometheusReceiveHttp.Arguments Both => Arguments with
    {
        AcceptedRemoteWriteProtobufMessages = ["prometheus.WriteRequest", "io.prometheus.write.v2.Request"],
    };

    private static byte[] Compressed(byte[] message) => WriteRequests.Compress(message);

    private static IReadOnlyList<string> ErrorsOf(params string[] messages) => TestComponent.Errors(Config.Block(
        "prometheus.receive_http",
        Config.Set("forward_to", Config.List()),
        Config.Set("accepted_remote_write_protobuf_messages", Config.List([.. messages.Select(Agent.Syntax.Values.Value.Of)]))));

    private Uri Url(string path) => new($"http://127.0.0.1:{_component.ListenPort}{path}");

    private long Counter(string name) => ((Counter)Instrument(name)).Value;

    private double Gauge(string name) => ((Gauge)Instrument(name)).Value;

    private Instrument Instrument(string name) => _context.Registry.Families().Single(family => family.Name == name).Series.Single().Instrument;

    [Fact]
    public async Task While_memory_is_short_senders_are_told_to_try_again_later()
    {
        await StartAsync(Arguments);
        _context.Memory.Close();
        Reply refused = await PostAsync(V1, "", "snappy");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "cannot take the data now: memory is short, try again later"), (refused.Status, refused.Text));
        Assert.Empty(_collector.Samples);
        Assert.Equal(1, _context.Metrics.Counter("prometheus_receive_http_refused_requests_total", "", ("reason", "memory")).Value);
        _context.Memory.Open();
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(V1, "", "snappy")).Status);
        Assert.Single(_collector.Samples);
    }

    private async Task StartAsync(PrometheusReceiveHttp.Arguments arguments)
    {
        await _component.ApplyAsync(arguments, default);
        _run = Task.Run(() => _component.RunAsync(_stop.Token));
        await Eventually.TrueAsync(() => _component.ListenPort != 0 || _run.IsCompleted);
    }

    private async Task<Reply> PostAsync(byte[] body, string type, string encoding)
    {
        using var content = new ByteArrayContent(body);
        if (type.Length > 0)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }
        if (encoding.Length > 0)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }
        using HttpResponseMessage response = await _client.PostAsync(Url("/api/v1/metrics/write"), content);
        string[] kinds = ["Samples", "Histograms", "Exemplars"];
        string? written = response.Headers.Contains("X-Prometheus-Remote-Write-Samples-Written")
            ? string.Join(' ', kinds.Select(kind => response.Headers.GetValues($"X-Prometheus-Remote-Write-{kind}-Written").Single()))
            : null;
        return new Reply(response.StatusCode, await response.Content.ReadAsStringAsync(), written);
    }

    private sealed record Reply(HttpStatusCode Status, string Text, string? Written);

    private sealed class BlockedConsumer : IMetricConsumer
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Called => _called.Task;

        public async ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
        {
            _called.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        }
    }
}
