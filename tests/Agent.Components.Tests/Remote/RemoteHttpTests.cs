using System.Text;
using Agent.Components.Remote;
using Agent.Components.Tests.Discovery;
using Agent.Sdk;
using Agent.Testing;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Remote;

public sealed class RemoteHttpTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly TestComponentContext _context;
    private readonly CancellationTokenSource _stop = new();
    private readonly RemoteHttp _component;
    private Task _run = Task.CompletedTask;
    private int _status = 200;
    private string _body = " one\n";

    public RemoteHttpTests()
    {
        _context = new TestComponentContext("remote.http.test", _time);
        _component = new RemoteHttp(_context);
    }

    private string? Content => (_context.LastExports as RemoteHttp.Exports)?.Content.Value;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _component.DisposeAsync();
        _context.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task The_answer_is_there_once_the_arguments_are_and_follows_the_server()
    {
        await using FakeHttpServer server = await ServeAsync();
        await ApplyAsync(server);
        Assert.Equal(new RemoteHttp.Exports(new OptionalSecret("one", IsSecret: false)), _context.LastExports);
        Assert.Equal((HealthState.Healthy, "polled endpoint"), (_context.Health, _context.HealthMessage));

        _run = _component.RunAsync(_stop.Token);
        _body = "two";
        await AdvanceUntilAsync(() => Content == "two");
    }

    [Fact]
    public async Task A_failing_poll_keeps_the_content_and_says_why()
    {
        await using FakeHttpServer server = await ServeAsync();
        await ApplyAsync(server);
        _run = _component.RunAsync(_stop.Token);

        _status = 503;
        // The clock goes on while a poll is under way, which may take it for one that is not answered.
        await AdvanceUntilAsync(() => _context.HealthMessage == "polling failed: unexpected status code 503 Service Unavailable");
        Assert.Equal(HealthState.Unhealthy, _context.Health);
        Assert.Equal("one", Content);

        _status = 200;
        await AdvanceUntilAsync(() => _context.Health == HealthState.Healthy);
    }

    [Fact]
    public async Task A_first_poll_that_fails_fails_the_evaluation_and_exports_nothing()
    {
        await using FakeHttpServer server = await ServeAsync();
        _status = 404;
        ComponentException failure = await Assert.ThrowsAsync<ComponentException>(() => ApplyAsync(server));
        Assert.Equal("polling failed: unexpected status code 404 Not Found", failure.Message);
        Assert.Null(_context.LastExports);

        // It is tried again.
        _status = 200;
        await ApplyAsync(server);
        Assert.Equal("one", Content);
    }

    [Fact]
    public async Task Method_headers_and_body_are_sent_and_the_content_can_be_secret()
    {
        string seen = "";
        await using FakeHttpServer server = await FakeHttpServer.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
            seen = $"{http.Request.Method} {http.Request.Headers["X-Key"]} {http.Request.ContentType} {await reader.ReadToEndAsync()}";
            await http.Response.WriteAsync("hush");
        });
        await _component.ApplyAsync(
            new RemoteHttp.Arguments
            {
                Url = new Uri(server.Url),
                Method = "POST",
                Body = "{}",
                IsSecret = true,
                Headers = new ValueMap<string>([new("X-Key", "k"), new("Content-Type", "application/json")]),
            },
            CancellationToken.None);

        Assert.Equal("POST k application/json {}", seen);
        Assert.Equal(new RemoteHttp.Exports(new OptionalSecret("hush", IsSecret: true)), _context.LastExports);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_in_time()
    {
        await using FakeHttpServer server = await FakeHttpServer.StartAsync(static http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));
        Task apply = ApplyAsync(server);
        await AdvanceUntilAsync(() => apply.IsCompleted);
        ComponentException failure = await Assert.ThrowsAsync<ComponentException>(() => apply);
        Assert.Equal("polling failed: no answer within 10s", failure.Message);
    }

    private Task<FakeHttpServer> ServeAsync() => FakeHttpServer.StartAsync(http =>
    {
        http.Response.StatusCode = _status;
        return http.Response.WriteAsync(_body);
    });

    private Task ApplyAsync(FakeHttpServer server) =>
        _component.ApplyAsync(new RemoteHttp.Arguments { Url = new Uri(server.Url) }, CancellationToken.None).AsTask();

    private Task AdvanceUntilAsync(Func<bool> condition) => _time.AdvanceUntilAsync(TimeSpan.FromSeconds(5), condition);
}
