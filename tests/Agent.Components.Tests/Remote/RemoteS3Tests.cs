using Agent.Components.Common.Http.Cloud;
using Agent.Components.Remote.S3;
using Agent.Components.Tests.Discovery;
using Agent.Sdk;
using Agent.Testing;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Remote;

public sealed class RemoteS3Tests : IAsyncDisposable
{
    private static readonly AwsCredentials Example = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    private readonly FakeTimeProvider _time = new();
    private readonly TestComponentContext _context;
    private readonly CancellationTokenSource _stop = new();
    private readonly RemoteS3 _component;
    private Task _run = Task.CompletedTask;
    private int _status = 200;
    private int _unchanged;
    private string _body = "one\n";
    private string _authorization = "";

    public RemoteS3Tests()
    {
        _context = new TestComponentContext("remote.s3.test", _time);
        _component = new RemoteS3(_context);
    }

    private string? Content => (_context.LastExports as RemoteS3.Exports)?.Content.Value;

    private double Accessed => _context.Metrics.Gauge("remote_s3_timestamp_last_accessed_unix_seconds", "").Value;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _component.DisposeAsync();
        _context.Dispose();
        _stop.Dispose();
    }

    /// <summary>The first is an example that AWS publishes; the others come from another implementation.</summary>
    [Theory]
    [InlineData("https://examplebucket.s3.amazonaws.com/?lifecycle", "us-east-1", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("path", "us-east-1", "d079ff59796977fc830cf53a58900090640a82d5a7093e6e19f655caea939142")]
    [InlineData("host", "eu-west-1", "31bb8196c3b324402fed63d5d990aee8ec1ec1faffeb3a284c4decbcd7f5e65d")]
    public void A_request_is_signed_as_S3_wants_it(string url, string region, string signature)
    {
        S3Location location = S3Location.Parse("s3://monitoring/a b/../c+d.json")!;
        var style = new S3ClientOptions { Endpoint = url == "path" ? "http://minio.local:9000" : "", UsePathStyle = url == "path" };
        Uri asked = url is "path" or "host" ? location.UrlIn(style, region) : new Uri(url);
        using var request = new HttpRequestMessage(HttpMethod.Get, asked);
        SigV4.Sign(request, [], Example, new SigV4Scope(region, "s3", new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(
            $"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/{region}/s3/aws4_request, "
            + $"SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}",
            request.Headers.GetValues("Authorization").Single());
    }

    [Theory]
    [InlineData("eu-west-1", "", false, false, "https://b.s3.eu-west-1.amazonaws.com/k")]
    [InlineData("cn-north-1", "", false, true, "https://s3.cn-north-1.amazonaws.com.cn/b/k")]
    [InlineData("us-east-1", "", true, false, "http://b.s3.us-east-1.amazonaws.com/k")]
    [InlineData("us-east-1", "https://store.example.com:8443/base/", false, false, "https://b.store.example.com:8443/base/k")]
    [InlineData("us-east-1", "store:9000", true, true, "http://store:9000/b/k")]
    [InlineData("us-east-1", "http://10.0.0.1:9000", false, false, "http://10.0.0.1:9000/b/k")]
    public void The_options_say_where_the_object_is(string region, string endpoint, bool plain, bool path, string url)
    {
        var options = new S3ClientOptions { Endpoint = endpoint, DisableSsl = plain, UsePathStyle = path };
        Assert.Equal(url, new S3Location("b", "k").UrlIn(options, region).ToString());
    }

    [Theory]
    [InlineData("s3://bucket/a/b.txt", true)]
    [InlineData("s3://bucket/folder/", false)]
    [InlineData("s3://bucket", false)]
    [InlineData("s3:///key", false)]
    [InlineData("https://bucket/key", false)]
    public void A_path_names_a_bucket_and_a_key(string path, bool isGood) => Assert.Equal(isGood, S3Location.Parse(path) is not null);

    [Fact]
    public async Task The_content_is_read_signed_and_only_again_where_it_has_changed()
    {
        await using FakeHttpServer server = await ServeAsync();
        await ApplyAsync(server);
        Assert.Equal(new RemoteS3.Exports(new OptionalSecret("one\n", IsSecret: true)), _context.LastExports);
        Assert.Equal((HealthState.Healthy, "s3 file updated"), (_context.Health, _context.HealthMessage));
        Assert.Equal("/bucket/dir/a%20b.txt", Assert.Single(server.Requests));

        using var same = new HttpRequestMessage(HttpMethod.Get, $"{server.Url}/bucket/dir/a%20b.txt");
        SigV4.Sign(same, [], new AwsCredentials("key", "secret"), new SigV4Scope("eu-central-1", "s3", _time.GetUtcNow()));
        Assert.Equal(same.Headers.GetValues("Authorization").Single(), _authorization);

        _run = _component.RunAsync(_stop.Token);
        await SettledAsync();
        _time.Advance(TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(() => _unchanged == 1 && (long)Accessed == _time.GetUtcNow().ToUnixTimeSeconds());
        Assert.Equal("one\n", Content);

        _body = "two";
        await SettledAsync();
        _time.Advance(TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(() => Content == "two");
    }

    [Fact]
    public async Task A_failing_poll_keeps_the_content_and_says_why()
    {
        await using FakeHttpServer server = await ServeAsync();
        await ApplyAsync(server);
        _run = _component.RunAsync(_stop.Token);
        (_status, _body) = (403, "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message><Key>k</Key></Error>");
        await SettledAsync();
        _time.Advance(TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(() => _context.Health == HealthState.Unhealthy);
        Assert.Equal(
            "polling failed: cannot read s3://bucket/dir/a b.txt: unexpected status code 403 Forbidden: AccessDenied: Access Denied",
            _context.HealthMessage);
        Assert.Equal("one\n", Content);
        Assert.Equal(1, _context.Metrics.Counter("remote_s3_errors_total", "").Value);
    }

    [Fact]
    public async Task A_failure_of_the_server_is_tried_again_before_it_counts()
    {
        await using FakeHttpServer server = await ServeAsync();
        (_status, _body) = (503, "busy");
        Task apply = ApplyAsync(server);
        await _time.AdvanceUntilAsync(TimeSpan.FromMilliseconds(100), () => apply.IsCompleted);
        ComponentException failure = await Assert.ThrowsAsync<ComponentException>(() => apply);
        Assert.Equal("polling failed: cannot read s3://bucket/dir/a b.txt: unexpected status code 503 Service Unavailable", failure.Message);
        Assert.Equal(3, server.Requests.Count);
    }

    /// <summary>Until nothing but the loop's own timer runs.</summary>
    private Task SettledAsync() => Eventually.TrueAsync(() => _time.ArmedTimers == 1);

    private Task<FakeHttpServer> ServeAsync() => FakeHttpServer.StartAsync(http =>
    {
        _authorization = http.Request.Headers.Authorization.ToString();
        string tag = $"\"{_body.Length}\"";
        if (_status == 200 && http.Request.Headers.IfNoneMatch == tag)
        {
            _unchanged++;
            http.Response.StatusCode = 304;
            return Task.CompletedTask;
        }
        http.Response.StatusCode = _status;
        http.Response.Headers.ETag = tag;
        return http.Response.WriteAsync(_body);
    });

    private Task ApplyAsync(FakeHttpServer server) => _component.ApplyAsync(
        new RemoteS3.Arguments
        {
            Path = "s3://bucket/dir/a b.txt",
            IsSecret = true,
            Client = new S3ClientOptions
            {
                Endpoint = server.Url, Key = "key", Secret = new Secret("secret"), UsePathStyle = true, Region = "eu-west-1", SigningRegion = "eu-central-1",
            },
        },
        CancellationToken.None).AsTask();
}
