using System.Net;
using System.Text.Json;
using Agent.Kubernetes.Watching;
using Agent.Testing;

namespace Agent.Kubernetes.Tests.Watching;

public sealed class ConformanceTests
{
    private readonly FakeTimeProvider _time = new();

    [ConformanceFact]
    public async Task Recorded_chunks_make_the_recorded_list_and_the_recorded_watch_changes_it()
    {
        using var answers = new CannedAnswers()
            .Then(HttpStatusCode.OK, Capture("pods_chunk_1.json"))
            .Then(HttpStatusCode.OK, Capture("pods_chunk_2.json"))
            .Then(HttpStatusCode.OK, Capture("pods_chunk_3.json"))
            .Then(HttpStatusCode.OK, Open("pods_watch.ndjson"));
        using HttpMessageInvoker http = answers.ToInvoker();
        await using ResourceWatch<TestPod> watch = Start(http, new WatchSettings { Time = _time, ChunkSize = 12 });
        await watch.FirstList;
        await Eventually.TrueAsync(() => !watch.Objects.ContainsKey("shop/app-4-7c9d0004-x0004"), "the recorded deletion has come");

        using JsonDocument list = Conformance.Load("kubernetes/pods_list.json");
        string[] expected = [.. list.RootElement.GetProperty("items").EnumerateArray()
            .Select(static item => item.GetProperty("metadata"))
            .Select(static meta => $"{meta.GetProperty("namespace")}/{meta.GetProperty("name")}")
            .Where(static key => key != "shop/app-4-7c9d0004-x0004").Order(StringComparer.Ordinal)];
        Assert.Equal(expected, watch.Objects.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("325", watch.Objects["shop/app-0-7c9d0000-x0000"].Metadata.ResourceVersion);
        string[] asked = [.. answers.Asked.Select(static request => request.PathAndQuery)];
        Assert.EndsWith("&limit=12", asked[0], StringComparison.Ordinal);
        Assert.Matches("^/api/v1/pods\\?continue=[^&]+&limit=12$", asked[1]);
        Assert.Contains("&resourceVersion=321&", asked[3], StringComparison.Ordinal);
        Assert.Equal(4, asked.Length);
    }

    [ConformanceFact]
    public async Task The_recorded_bookmark_is_where_the_next_watch_begins()
    {
        using var answers = new CannedAnswers()
            .Then(HttpStatusCode.OK, Capture("pods_list.json"))
            .Then(HttpStatusCode.OK, Capture("pods_watch.ndjson"))
            .Then(HttpStatusCode.OK, Open("pods_watch.ndjson"));
        using HttpMessageInvoker http = answers.ToInvoker();
        await using ResourceWatch<TestPod> watch = Start(http, new WatchSettings { Time = _time });
        await Eventually.TrueAsync(() => answers.Asked.Count == 3, "the second watch is open");
        Assert.Contains("&resourceVersion=327&", answers.Asked.Last().PathAndQuery, StringComparison.Ordinal);
    }

    [ConformanceFact]
    public async Task A_recorded_expiry_leads_to_a_list_of_the_newest_state()
    {
        using var answers = new CannedAnswers()
            .Then(HttpStatusCode.OK, Capture("pods_list.json"))
            .Then(HttpStatusCode.OK, Capture("watch_expired_410.ndjson"))
            .Then(HttpStatusCode.OK, Capture("pods_list.json"))
            .Then(HttpStatusCode.OK, Open("pods_watch.ndjson"));
        using HttpMessageInvoker http = answers.ToInvoker();
        await using ResourceWatch<TestPod> watch = Start(http, new WatchSettings { Time = _time });
        var gone = new List<string>();
        using IDisposable subscription = watch.Subscribe(change => gone.AddRange(change is { Before: { } before, After: null } ? [before.Metadata.Name] : []));
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => watch.Status.Lists == 2, "it is listed again");
        Assert.Equal("/api/v1/pods?limit=500", answers.Asked.ElementAt(2).PathAndQuery);
        Assert.True(watch.Status.IsHealthy);
        Assert.All(gone, static name => Assert.Equal("app-4-7c9d0004-x0004", name));
    }

    [ConformanceFact]
    public async Task A_recorded_error_within_the_watch_makes_it_unhealthy_and_nothing_is_listed_again()
    {
        using var answers = new CannedAnswers()
            .Then(HttpStatusCode.OK, Capture("pods_list.json"))
            .Then(HttpStatusCode.OK, Capture("pods_watchlist.ndjson"));
        using HttpMessageInvoker http = answers.ToInvoker();
        await using ResourceWatch<TestPod> watch = Start(http, new WatchSettings { Time = _time });
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => !watch.Status.IsHealthy, "it is unhealthy");
        Assert.Contains("RequestWatchProgress is disabled", watch.Status.Message, StringComparison.Ordinal);
        int asked = answers.Asked.Count;
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(5), () => answers.Asked.Count > asked + 3, "it is tried again");
        Assert.False(watch.Status.IsHealthy);
        Assert.Equal(1, watch.Status.Lists);
        Assert.Equal(30, watch.Objects.Count);
    }

    private static ResourceWatch<TestPod> Start(HttpMessageInvoker http, WatchSettings settings) =>
        new(new KubernetesClient(http, new Uri("http://localhost/")), TestPod.Kind, new WatchScope(), settings with { Jitter = static () => 0.5 });

    private static byte[] Capture(string name) => File.ReadAllBytes(Conformance.PathOf("kubernetes/" + name)!);

    private static Func<Stream> Open(string name) => () => new PiecewiseStream(Capture(name), static () => 1000, staysOpen: true);
}
