using Agent.Components.Common.Kubernetes;
using Agent.Components.Remote.Kubernetes;
using Agent.Sdk;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Components.Tests.Remote;

public sealed class RemoteKubernetesTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly TestComponentContext _context;
    private readonly CancellationTokenSource _stop = new();
    private FakeApiServer? _server;
    private Task _run = Task.CompletedTask;

    public RemoteKubernetesTests() => _context = new TestComponentContext("remote.kubernetes.test", _time);

    [Fact]
    public async Task A_secret_is_decoded_and_all_of_it_is_secret()
    {
        _server = await FakeApiServer.StartAsync();
        _server.Put("v1/secrets", """{"metadata":{"name":"creds","namespace":"mon"},"data":{"user":"YWRtaW4=","password":"aHVzaA=="}}""");
        await using var component = new RemoteKubernetesSecret(_context);
        await component.ApplyAsync(new RemoteKubernetesSecret.Arguments { Namespace = "mon", Name = "creds", Options = Options }, CancellationToken.None);

        Assert.Equal(
            new RemoteKubernetesSecret.Exports(new ValueMap<OptionalSecret>(
                [new("password", new OptionalSecret("hush", true)), new("user", new OptionalSecret("admin", true))])),
            _context.LastExports);
        Assert.Equal((HealthState.Healthy, "got secret"), (_context.Health, _context.HealthMessage));
    }

    [Fact]
    public async Task A_config_map_is_followed_and_what_it_held_stays_while_it_cannot_be_read()
    {
        _server = await FakeApiServer.StartAsync();
        Put("one");
        var component = new RemoteKubernetesConfigmap(_context);
        await component.ApplyAsync(new RemoteKubernetesConfigmap.Arguments { Namespace = "mon", Name = "creds", Options = Options }, CancellationToken.None);
        Assert.Equal(new OptionalSecret("one", false), Data["url"]);
        _run = component.RunAsync(_stop.Token);

        Put("two");
        await AdvanceUntilAsync(() => Data["url"].Value == "two");

        _server.Deny("configmaps", "get");
        // The clock goes on while a poll is under way, which may take it for one that is not answered.
        await AdvanceUntilAsync(() => _context.HealthMessage.StartsWith("polling failed: cannot get configmaps: 403", StringComparison.Ordinal));
        Assert.Equal(HealthState.Unhealthy, _context.Health);
        Assert.Equal("two", Data["url"].Value);

        _server.AllowAll();
        _server.ServesHtml = true;
        await AdvanceUntilAsync(() => _context.HealthMessage.Contains("cannot understand", StringComparison.Ordinal));
        Assert.Equal("two", Data["url"].Value);

        _server.ServesHtml = false;
        Put("three");
        await AdvanceUntilAsync(() => Data["url"].Value == "three" && _context.Health == HealthState.Healthy);
        await _stop.CancelAsync();
        await _run;
        await component.DisposeAsync();
        Assert.Equal(0, _context.Shared.Count);
    }

    [Fact]
    public async Task An_object_that_is_not_there_fails_the_evaluation()
    {
        _server = await FakeApiServer.StartAsync();
        await using var component = new RemoteKubernetesSecret(_context);
        ComponentException failure = await Assert.ThrowsAsync<ComponentException>(
            () => component.ApplyAsync(new RemoteKubernetesSecret.Arguments { Namespace = "mon", Name = "creds", Options = Options }, CancellationToken.None).AsTask());
        Assert.StartsWith("polling failed: cannot get secrets: 404", failure.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _context.Dispose();
        _stop.Dispose();
    }

    private ObjectOptions Options => new() { Client = new KubernetesClientOptions { ApiServer = _server!.Url } };

    private ValueMap<OptionalSecret> Data => ((RemoteKubernetesConfigmap.Exports)_context.LastExports!).Data;

    private void Put(string url) => _server!.Put("v1/configmaps", $$"""{"metadata":{"name":"creds","namespace":"mon"},"data":{"url":"{{url}}"} }""");

    private Task AdvanceUntilAsync(Func<bool> condition) => _time.AdvanceUntilAsync(TimeSpan.FromSeconds(5), condition);
}
