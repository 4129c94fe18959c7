using Agent.Components.Discovery;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Syntax;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Discovery;

public sealed class DiscoveryHttpTests : IAsyncDisposable
{
    private const string Two = """[{"targets": ["a:80", "b:80"], "labels": {"job": "x", "__address__": "no"}}, {"targets": []}]""";

    private readonly DiscoveryRun<DiscoveryHttp.Arguments> _run = new(
        "discovery.http", static context => new DiscoveryHttp(context), static exports => ((DiscoveryHttp.Exports)exports).Targets);

    private volatile RequestDelegate _answer = static http => FakeHttpServer.JsonAsync(http, Two);
    private FakeHttpServer? _server;

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Targets_have_the_labels_of_their_group_and_the_url_that_they_come_from()
    {
        string? interval = null;
        _answer = http =>
        {
            interval = http.Request.Headers["X-Prometheus-Refresh-Interval-Seconds"];
            return FakeHttpServer.JsonAsync(http, Two);
        };
        await StartAsync();
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        Assert.Equal("a:80 b:80", _run.Addresses);
        Assert.Equal("x", _run.Targets[0]["job"]);
        Assert.Equal(_server!.Url + "/targets", _run.Targets[0]["__meta_url"]);
        Assert.Equal("60", interval);
        await _run.UntilAsync(() => _run.Context.Health == HealthState.Healthy);
    }

    [Fact]
    public async Task Targets_are_asked_for_again_after_the_interval()
    {
        await StartAsync();
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        _answer = static http => FakeHttpServer.JsonAsync(http, """[{"targets": ["c:80"]}]""");
        _run.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Single(_server!.Requests);
        await _run.AdvanceUntilAsync(() => _run.Addresses == "c:80");
    }

    [Theory]
    [InlineData(500, "application/json", "[]", "server returned HTTP status 500")]
    [InlineData(204, "application/json", "", "server returned HTTP status 204")]
    [InlineData(200, "text/html", "[]", "unsupported content type \"text/html\"")]
    [InlineData(200, "application/json; charset=latin1", "[]", "unsupported content type")]
    [InlineData(200, "application/json", "[{\"targets\": [", "cannot read target groups: ")]
    [InlineData(200, "application/json", "{}", "the whole is not a list of target groups")]
    [InlineData(200, "application/json", "[null]", "target group 0 is not an object")]
    [InlineData(200, "application/json", "[{\"target\": []}]", "target group 0 has an unknown field \"target\"")]
    [InlineData(200, "application/json", "[{\"targets\": [1]}]", "a target of target group 0 is not a string")]
    [InlineData(200, "application/json", "[{\"labels\": {\"a\": 1}}]", "the label \"a\" of target group 0 is not a string")]
    public async Task A_bad_answer_keeps_the_last_targets_and_says_why(int status, string type, string body, string reason)
    {
        await StartAsync();
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        _answer = async http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = type;
            if (body.Length > 0)
            {
                await http.Response.WriteAsync(body);
            }
        };
        await _run.AdvanceUntilAsync(() => _run.Context.Health == HealthState.Unhealthy);

        Assert.Contains(reason, _run.Context.HealthMessage, StringComparison.Ordinal);
        Assert.Equal("a:80 b:80", _run.Addresses);
        Assert.True(_run.Metric("prometheus_sd_http_failures_total") >= 1);
        Assert.True(_run.Metric("prometheus_sd_refresh_failures_total") >= 1);

        _answer = static http => FakeHttpServer.JsonAsync(http, "[]");
        await _run.AdvanceUntilAsync(() => _run.Context.Health == HealthState.Healthy);
        Assert.Empty(_run.Targets);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_after_the_interval()
    {
        _answer = static http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        await StartAsync();
        await _run.UntilAsync(() => _server!.Requests.Count == 1);

        await _run.AdvanceUntilAsync(() => _run.Context.Health == HealthState.Unhealthy);

        Assert.Equal("cannot refresh: no answer within 1m0s", _run.Context.HealthMessage);
        _answer = static http => FakeHttpServer.JsonAsync(http, Two);
        await _run.AdvanceUntilAsync(() => _run.Targets.Count == 2);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        byte[] spaces = new byte[1024 * 1024];
        Array.Fill(spaces, (byte)' ');
        _answer = async http =>
        {
            http.Response.ContentType = "application/json";
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(spaces, http.RequestAborted);
            }
        };
        await StartAsync();

        await _run.UntilAsync(() => _run.Context.Health == HealthState.Unhealthy);

        Assert.Contains("longer than", _run.Context.HealthMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_url_counts_at_once_even_while_the_former_one_hangs()
    {
        _answer = static http => http.Request.Path == "/targets"
            ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted)
            : FakeHttpServer.JsonAsync(http, Two);
        await StartAsync();
        await _run.UntilAsync(() => _server!.Requests.Count == 1);

        await _run.ApplyAsync(Arguments("/other"));
        await _run.UntilAsync(() => _run.Targets.Count == 2);
    }

    [Fact]
    public void Arguments_that_cannot_work_are_refused()
    {
        Assert.Contains("must be greater than 0", Errors(Config.Set("url", "http://x/"), Config.Set("refresh_interval", "0s")), StringComparison.Ordinal);
        Assert.Contains("no http or https URL", Errors(Config.Set("url", "ftp://x/")), StringComparison.Ordinal);
        Assert.Equal("", Errors(Config.Set("url", "http://x/"), Config.Set("bearer_token", "t")));
    }

    private static string Errors(params object[] parts)
    {
        var diagnostics = new DiagnosticBag();
        Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "discovery.http").Decode(Config.Block("discovery.http", parts), diagnostics);
        return string.Join("; ", diagnostics.Select(static found => found.Message));
    }

    private DiscoveryHttp.Arguments Arguments(string path) => new() { Url = new Uri(_server!.Url + path) };

    private async Task StartAsync()
    {
        _server = await FakeHttpServer.StartAsync(http => _answer(http));
        await _run.StartAsync(Arguments("/targets"));
    }
}
