using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Common.Relabel;
using Agent.Components.Loki.SourceApi;
using Agent.Components.Loki.Write;
using Agent.Components.Tests.Loki.Write;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;
using Agent.Wire;
using Agent.Wire.LokiPush;
using Agent.Wire.Snappy;

namespace Agent.Components.Tests.Loki.SourceApi;

#pragma warning disable CA1001 // The test runner ends it through IAsyncLifetime.
public sealed class LokiSourceApiTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string Json = """
        {"streams":[{"stream":{"app":"x","__internal":"y"},"values":[["7","one",{"trace":"t"}],["8","two"]]}]}
        """;

    private readonly FakeTimeProvider _time = new();
    private readonly LogCollector _collector = new();
    private readonly HttpClient _client = new();
    private readonly CancellationTokenSource _stop = new();
    private TestComponentContext _context = null!;
    private LokiSourceApi _api = null!;
    private Task _run = Task.CompletedTask;

    public Task InitializeAsync()
    {
        _context = new TestComponentContext("loki.source.api.test", _time);
        _api = new LokiSourceApi(_context);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _api.DisposeAsync();
        _client.Dispose();
        _stop.Dispose();
        _context.Dispose();
    }

    [Fact]
    public async Task Json_is_taken_with_metadata_and_without_internal_labels()
    {
        await StartAsync(Arguments with { UseIncomingTimestamp = true });
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync("/loki/api/v1/push", Json, "application/json; charset=utf-8"));
        Assert.Equal(["one", "two"], _collector.Lines);
        CollectedEntry entry = _collector.Entries[0];
        Assert.Equal("{app=\"x\"}", entry.Labels.ToString());
        Assert.Equal(7, entry.Timestamp);
        Assert.Equal(new("trace", "t"), Assert.Single(entry.Metadata));
    }

    [Fact]
    public async Task Entries_get_the_time_of_arrival_unless_told_otherwise()
    {
        await StartAsync(Arguments);
        await PostAsync("/api/v1/push", Json, "application/json");
        Assert.All(_collector.Entries, entry => Assert.Equal(_time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000, entry.Timestamp));
    }

    [Theory]
    [InlineData("")]
    [InlineData("snappy")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Protobuf_is_taken_in_each_content_encoding(string encoding)
    {
        await StartAsync(Arguments with { UseIncomingTimestamp = true });
        byte[] body = Push(("{app=\"x\"}", "line"));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync("/loki/api/v1/push", Wrap(body, encoding), "application/x-protobuf", encoding));
        Assert.Equal((5, "line"), (_collector.Entries[0].Timestamp, _collector.Entries[0].Line));
    }

    [Fact]
    public async Task The_tenant_of_a_request_becomes_a_label()
    {
        await StartAsync(Arguments);
        _client.DefaultRequestHeaders.Add("X-Scope-OrgID", "team");
        await PostAsync("/loki/api/v1/push", Json, "application/json");
        Assert.Equal("{__tenant_id__=\"team\", app=\"x\"}", _collector.Entries[0].Labels.ToString());
    }

    [Fact]
    public async Task Configured_labels_win_and_rules_see_all_labels()
    {
        await StartAsync(Arguments with
        {
            Labels = new ValueMap<string>([new("app", "fixed")]),
            RelabelRules = new RelabelRules([new RelabelRule { SourceLabels = ["__internal"], TargetLabel = "seen" }]),
        });
        await PostAsync("/loki/api/v1/push", Json, "application/json");
        Assert.Equal("{app=\"fixed\", seen=\"y\"}", _collector.Entries[0].Labels.ToString());
    }

    [Fact]
    public async Task Rules_can_drop_a_stream()
    {
        await StartAsync(Arguments with { RelabelRules = new RelabelRules([new RelabelRule { SourceLabels = ["app"], Action = RelabelAction.Drop }]) });
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync("/loki/api/v1/push", Json, "application/json"));
        Assert.Empty(_collector.Entries);
    }

    [Fact]
    public async Task Plain_lines_get_the_configured_labels_only()
    {
        await StartAsync(Arguments with { Labels = new ValueMap<string>([new("a", "b")]), UseIncomingTimestamp = true });
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync("/loki/api/v1/raw", "one\r\n\ntwo\nthree", "text/plain"));
        Assert.Equal(["one", "two", "three"], _collector.Lines);
        Assert.All(_collector.Entries, static entry => Assert.Equal("{a=\"b\"}", entry.Labels.ToString()));
    }

    [Theory]
    [InlineData("/loki/api/v1/push", "{", "application/json")]
    [InlineData("/loki/api/v1/push", "{\"streams\":[{\"stream\":{},\"values\":[[1,\"x\"]]}]}", "application/json")]
    [InlineData("/loki/api/v1/push", "not snappy at all", "application/x-protobuf")]
    [InlineData("/loki/api/v1/push", "", "application/x-protobuf")]
    public async Task Bad_requests_are_refused_with_a_message(string path, string body, string type)
    {
        await StartAsync(Arguments);
        using var content = new StringContent(body, Encoding.UTF8, type);
        using HttpResponseMessage response = await _client.PostAsync(Url(path), content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.StartsWith("cannot read", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(_collector.Entries);
    }

    [Fact]
    public async Task A_bad_stream_is_refused_but_the_others_are_forwarded()
    {
        await StartAsync(Arguments);
        byte[] body = Push(("{app=}", "bad"), ("{app=\"y\"}", "good"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("/loki/api/v1/push", body, "application/x-protobuf", ""));
        Assert.Equal(["good"], _collector.Lines);
    }

    [Fact]
    public async Task Requests_that_are_too_long_or_expand_too_far_are_refused()
    {
        await StartAsync(Arguments with { MaxSendMessageSize = new ByteSize(1000) });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync("/loki/api/v1/raw", new string('x', 1001), "text/plain"));
        byte[] bomb = Wrap(Encoding.UTF8.GetBytes(new string('x', 100_000)), "gzip");
        Assert.True(bomb.Length < 1000);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync("/loki/api/v1/raw", bomb, "text/plain", "gzip"));
        byte[] snappy = Push(("{app=\"x\"}", new string('x', 5000)));
        Assert.True(snappy.Length < 1000);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync("/loki/api/v1/push", snappy, "application/x-protobuf", ""));
        Assert.Empty(_collector.Entries);
    }

    [Fact]
    public async Task Broken_compression_and_unknown_encodings_are_refused()
    {
        await StartAsync(Arguments);
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("/loki/api/v1/raw", "no gzip"u8.ToArray(), "text/plain", "gzip"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("/loki/api/v1/raw", "x"u8.ToArray(), "text/plain", "br"));
    }

    [Fact]
    public async Task Other_paths_and_methods_are_refused_and_ready_answers()
    {
        await StartAsync(Arguments);
        Assert.Equal("ready", await _client.GetStringAsync(Url("/ready")));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync("/other", "", "text/plain"));
        using HttpResponseMessage response = await _client.GetAsync(Url("/loki/api/v1/push"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task A_request_waits_for_its_receivers_and_is_sent_back_when_the_component_stops()
    {
        var blocked = new BlockedConsumer();
        await StartAsync(Arguments with { ForwardTo = [blocked] });
        Task<HttpStatusCode> posted = PostAsync("/loki/api/v1/raw", "line", "text/plain");
        await blocked.Called;
        Assert.False(posted.IsCompleted);
        await _stop.CancelAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await posted);
    }

    [Fact]
    public async Task A_request_that_waits_longer_than_the_write_timeout_is_sent_back()
    {
        var blocked = new BlockedConsumer();
        await StartAsync(Arguments with { ForwardTo = [blocked] });
        Task<HttpStatusCode> posted = PostAsync("/loki/api/v1/raw", "line", "text/plain");
        await blocked.Called;
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await posted);
    }

    [Fact]
    public async Task New_labels_count_without_a_restart_and_a_new_limit_restarts_the_server()
    {
        await StartAsync(Arguments);
        int port = _api.ListenPort;
        await _api.ApplyAsync(Arguments with { Labels = new ValueMap<string>([new("a", "b")]) }, CancellationToken.None);
        Assert.Equal(port, _api.ListenPort);
        await PostAsync("/loki/api/v1/raw", "line", "text/plain");
        Assert.Equal("{a=\"b\"}", _collector.Entries[0].Labels.ToString());
        await _api.ApplyAsync(Arguments with { MaxSendMessageSize = new ByteSize(3) }, CancellationToken.None);
        await Eventually.TrueAsync(() => _api.ListenPort != port && _api.ListenPort != 0);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync("/loki/api/v1/raw", "line", "text/plain"));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_matter_of_circumstances()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await _api.ApplyAsync(Arguments with { Http = new HttpServerOptions { ListenAddress = "127.0.0.1", ListenPort = port } }, CancellationToken.None);
        ComponentException failed = await Assert.ThrowsAsync<ComponentException>(() => _api.RunAsync(_stop.Token));
        Assert.Contains($"127.0.0.1:{port}", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_loki_write_sends_arrives()
    {
        await StartAsync(Arguments with { UseIncomingTimestamp = true });
        EndpointOptions endpoint = new() { Url = Url("/loki/api/v1/push"), TenantId = "t", RemoteTimeout = TimeSpan.FromDays(1) };
        await using WriteFixture write = await WriteFixture.StartAsync(_time, endpoint);
        LabelSet labels = WriteFixture.Labels(("app", "x"), ("odd", "a\"\\\n\u0001é"));
        await write.SendAsync(labels, "one", "", "drei ü");
        await write.StopAsync();
        Assert.Equal(["one", "", "drei ü"], _collector.Lines);
        Assert.All(_collector.Entries, entry => Assert.Equal(labels.With("__tenant_id__", "t"), entry.Labels));
        Assert.All(_collector.Entries, static entry => Assert.Equal(1_700_000_000_000_000_001, entry.Timestamp));
    }

    private LokiSourceApi.Arguments Arguments => new()
    {
        ForwardTo = [_collector],
        Http = new HttpServerOptions { ListenAddress = "127.0.0.1", ListenPort = 0 },
    };

    private static byte[] Push(params (string Labels, string Line)[] entries)
    {
        using var push = new LokiPushBatch();
        foreach ((string labels, string line) in entries)
        {
            push.Append(push.AddStream(Encoding.UTF8.GetBytes(labels)), 5, Encoding.UTF8.GetBytes(line));
        }
        using var body = new GrowableBuffer();
        push.Compress(new SnappyEncoder(), body);
        return body.Written.ToArray();
    }

    private static byte[] Wrap(byte[] body, string encoding)
    {
        if (encoding is not ("gzip" or "deflate"))
        {
            return body;
        }
        using var wrapped = new MemoryStream();
        using (Stream target = encoding == "gzip" ? new GZipStream(wrapped, CompressionLevel.Fastest) : new DeflateStream(wrapped, CompressionLevel.Fastest))
        {
            target.Write(body);
        }
        return wrapped.ToArray();
    }

    [Fact]
    public async Task While_memory_is_short_senders_are_told_to_try_again_later()
    {
        await StartAsync(Arguments);
        _context.Memory.Close();
        using var content = new StringContent(Json, Encoding.UTF8, "application/json");
        using HttpResponseMessage refused = await _client.PostAsync(Url("/loki/api/v1/push"), content);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(5)), (refused.StatusCode, refused.Headers.RetryAfter?.Delta));
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(Url("/ready"))).StatusCode);
        Assert.Empty(_collector.Entries);
        Assert.Equal(1, _context.Metrics.Counter("loki_source_api_refused_requests_total", "", ("reason", "memory")).Value);
        _context.Memory.Open();
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync("/loki/api/v1/push", Json, "application/json"));
        Assert.Equal(["one", "two"], _collector.Lines);
    }

    private Uri Url(string path) => new($"http://127.0.0.1:{_api.ListenPort}{path}");

    private async Task StartAsync(LokiSourceApi.Arguments arguments)
    {
        await _api.ApplyAsync(arguments, CancellationToken.None);
        _run = Task.Run(() => _api.RunAsync(_stop.Token));
        await Eventually.TrueAsync(() => _api.ListenPort != 0 || _run.IsCompleted);
    }

    private Task<HttpStatusCode> PostAsync(string path, string body, string type) => PostAsync(path, Encoding.UTF8.GetBytes(body), type, "");

    private async Task<HttpStatusCode> PostAsync(string path, byte[] body, string type, string encoding)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (encoding.Length > 0)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }
        using HttpResponseMessage response = await _client.PostAsync(Url(path), content);
        return response.StatusCode;
    }

    private sealed class BlockedConsumer : ILogConsumer
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Called => _called.Task;

        public async ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
        {
            _called.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        }
    }
}
