using System.Collections.Concurrent;
using Agent.Kubernetes.Watching;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Kubernetes.Tests.Watching;

/// <summary>A fake server, a client and one watch of pods, on a clock that the test moves.</summary>
internal sealed class WatchFixture : IAsyncDisposable
{
    public const string Pods = "v1/pods";

    private readonly HttpMessageInvoker _http;
    private ResourceWatch<TestPod>? _watch;

    private WatchFixture(FakeApiServer server)
    {
        Server = server;
        _http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) });
        Client = new KubernetesClient(_http, server.Url, Time);
        Settings = new WatchSettings { Time = Time, Logger = Log, Jitter = static () => 0.5 };
    }

    public FakeTimeProvider Time { get; } = new();

    public LineLogger Log { get; } = new();

    public FakeApiServer Server { get; }

    public KubernetesClient Client { get; }

    public WatchSettings Settings { get; set; }

    public WatchScope Scope { get; set; } = new();

    /// <summary>Begins when it is first asked for.</summary>
    public ResourceWatch<TestPod> Watch => _watch ??= Start();

    /// <summary>All changes of objects, in order.</summary>
    public ConcurrentQueue<ResourceChange<TestPod>> Changes { get; } = [];

    public static async Task<WatchFixture> StartAsync() => new(await FakeApiServer.StartAsync());

    public static string Pod(string name, string ns = "shop", string phase = "Running", string more = "") =>
        $$$"""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}"{{{more}}}},"spec":{"nodeName":"node-a"},"status":{"phase":"{{{phase}}}"}}""";

    /// <summary>Until what the watch has is what the server has, and a watch is open.</summary>
    public Task CaughtUpAsync() => UntilAsync(IsCaughtUp, "the watch has the server's objects");

    /// <summary>Until the condition holds; the clock goes on meanwhile.</summary>
    public Task UntilAsync(Func<bool> condition, string what) => Time.AdvanceUntilAsync(TimeSpan.FromMilliseconds(200), condition, what);

    /// <summary>Until the condition holds, with the clock standing still.</summary>
    public static Task StillUntilAsync(Func<bool> condition, string what) => Eventually.TrueAsync(condition, what);

    public bool IsCaughtUp()
    {
        var theirs = Server.Objects(Pods);
        var ours = Watch.Objects;
        return ours.Count == theirs.Count && theirs.All(pair =>
            ours.TryGetValue(pair.Key, out TestPod? pod) && pod.Metadata.ResourceVersion == (string?)pair.Value["metadata"]!["resourceVersion"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }
        await Server.DisposeAsync();
        _http.Dispose();
    }

    private ResourceWatch<TestPod> Start()
    {
        var watch = new ResourceWatch<TestPod>(Client, TestPod.Kind, Scope, Settings);
        watch.Subscribe(change =>
        {
            if (change.Before is not null || change.After is not null)
            {
                Changes.Enqueue(change);
            }
        });
        return watch;
    }
}
