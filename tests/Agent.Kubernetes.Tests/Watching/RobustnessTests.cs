using Agent.Kubernetes.Watching;
using Agent.Testing.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Agent.Kubernetes.Tests.Watching;

public sealed class RobustnessTests : IAsyncLifetime
{
    private WatchFixture _fixture = null!;

    private FakeApiServer Server => _fixture.Server;

    private ResourceWatch<TestPod> Watch => _fixture.Watch;

    public async Task InitializeAsync() => _fixture = await WatchFixture.StartAsync();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Items_that_are_no_pods_are_skipped_and_counted()
    {
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("good"));
        foreach (string odd in (string[])["null", "7", "[{}]", "{}", """{"metadata":null}""", """{"kind":"Secret","metadata":{"name":"s"}}""", """{"metadata":{"name":null},"spec":[]}"""])
        {
            Server.AddRawItem(WatchFixture.Pods, odd);
        }

        await Watch.FirstList;

        Assert.Equal(["shop/good"], Watch.Objects.Keys);
        Assert.Equal(new SkippedObjects(0, 3, 1), Watch.Status.Skipped);
        Assert.Contains(_fixture.Log.Lines, static line => line.Level == LogLevel.Warning && line.Text.Contains("without a name", StringComparison.Ordinal));
        Assert.True(Watch.Status.IsHealthy);
    }

    [Fact]
    public async Task Objects_over_the_limit_are_skipped_with_a_warning_in_lists_and_events()
    {
        _fixture.Settings = _fixture.Settings with { LargestObject = 100_000 };
        string large = WatchFixture.Pod("large", more: $$""","annotations":{"x":"{{new string('x', 200_000)}}"}""");
        Server.Put(WatchFixture.Pods, large);
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("small"));
        await Watch.FirstList;
        Assert.Equal(["shop/small"], Watch.Objects.Keys);

        Server.Put(WatchFixture.Pods, large);
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("after"));
        await WatchFixture.StillUntilAsync(() => Watch.Objects.ContainsKey("shop/after"), "the next event has come");

        Assert.Equal(2, Watch.Status.Skipped.TooLarge);
        Assert.Contains(_fixture.Log.Lines, static line => line.Text.Contains("the limit is 100000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_annotation_of_a_megabyte_comes_through()
    {
        string large = new('x', 1024 * 1024);
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("a", more: $$""","annotations":{"x":"{{large}}"}"""));
        await Watch.FirstList;
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("b", more: $$""","annotations":{"x":"{{large}}"}"""));
        await WatchFixture.StillUntilAsync(_fixture.IsCaughtUp, "the event has come");
        Assert.All(Watch.Objects.Values, pod => Assert.Equal(large, pod.Metadata.Annotations["x"]));
    }

    [Fact]
    public async Task A_list_that_breaks_off_is_taken_again_and_nothing_of_it_is_shown()
    {
        for (int i = 0; i < 50; i++)
        {
            Server.Put(WatchFixture.Pods, WatchFixture.Pod($"pod-{i}"));
        }
        Server.TruncateNext("list", 3000);
        _ = Watch;
        await WatchFixture.StillUntilAsync(() => Server.CountOf("list", "pods") == 1 && _fixture.Time.ArmedTimers > 0 && Watch.Status.Lists == 0, "the first list has failed");
        Assert.Empty(Watch.Objects);
        await _fixture.CaughtUpAsync();
        Assert.Equal(1, Watch.Status.Lists);
        Assert.Equal(2, Server.CountOf("list", "pods"));
    }

    [Fact]
    public async Task A_compressed_list_that_breaks_off_or_is_damaged_is_taken_again()
    {
        byte[] list = """{"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a","namespace":"shop","resourceVersion":"7"}}]}"""u8.ToArray();
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(list);
        }
        byte[] whole = packed.ToArray();
        using HttpMessageInvoker http = new CannedAnswers()
            .Then(System.Net.HttpStatusCode.OK, () => new MemoryStream(whole[..^30]), encoding: "gzip")
            .Then(System.Net.HttpStatusCode.OK, () => new MemoryStream(list), encoding: "gzip")
            .Then(System.Net.HttpStatusCode.OK, () => new MemoryStream(whole), encoding: "gzip")
            .Then(System.Net.HttpStatusCode.OK, () => new PiecewiseStream([], static () => 1, staysOpen: true))
            .ToInvoker();
        await using var watch = new ResourceWatch<TestPod>(
            new KubernetesClient(http, new Uri("http://server"), _fixture.Time), TestPod.Kind, new WatchScope(), _fixture.Settings);

        await _fixture.UntilAsync(() => watch.FirstList.IsCompleted, "the list has been taken");

        Assert.Equal(["shop/a"], watch.Objects.Keys);
        Assert.Equal(1, watch.Status.Lists);
        Assert.InRange(watch.Status.BytesRead, list.Length, list.Length * 2);
    }

    [Fact]
    public async Task Half_an_event_is_no_event_and_the_watch_resumes_before_it()
    {
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("a"));
        Server.TruncateNext("watch", 150);
        await OpenAsync();
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("b"));
        await _fixture.CaughtUpAsync();
        Assert.Equal(1, Watch.Status.Lists);
        Assert.True(Watch.Status.Resumes >= 1);
    }

    [Fact]
    public async Task Text_between_events_is_refused_and_the_watch_resumes()
    {
        await OpenAsync();
        Server.SendRaw(WatchFixture.Pods, "<html>gateway</html>\n");
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("a"));
        await _fixture.CaughtUpAsync();
        Assert.True(Watch.Status.IsHealthy);
    }

    [Fact]
    public async Task Events_of_unknown_type_or_shape_are_passed_over()
    {
        await OpenAsync();
        foreach (string odd in (string[])["""{"type":"NEWS","object":{"kind":"Pod","metadata":{"name":"x"}}}""", """{"type":"ADDED"}""", """{"type":"ADDED","object":null}""",
            """{"object":{"metadata":{"name":"late","namespace":"shop","resourceVersion":"1"}},"type":"ADDED"}""", "{}"])
        {
            Server.SendRaw(WatchFixture.Pods, odd + "\n");
        }
        await WatchFixture.StillUntilAsync(() => Watch.Objects.ContainsKey("shop/late"), "an event with its type at the end is one");
        Assert.Single(Watch.Objects);
        Assert.Equal(0, Watch.Status.Resumes);
    }

    [Fact]
    public async Task A_server_that_answers_HTML_makes_the_watch_unhealthy_and_what_is_known_stays()
    {
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("a"));
        await OpenAsync();
        Server.ServesHtml = true;
        Server.EndWatches();
        Server.DropConnections();
        await _fixture.UntilAsync(() => !Watch.Status.IsHealthy, "the watch is unhealthy");
        Assert.Contains("with text/html instead of JSON", Watch.Status.Message, StringComparison.Ordinal);
        Assert.Single(Watch.Objects);

        Server.ServesHtml = false;
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("b"));
        await _fixture.CaughtUpAsync();
        await _fixture.UntilAsync(() => Watch.Status.IsHealthy, "the watch is healthy");
        Assert.Contains(_fixture.Log.Lines, static line => line.Text.EndsWith("it works again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_right_that_is_taken_away_is_named_at_once_and_nothing_is_listed_when_it_comes_back()
    {
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("a"));
        await OpenAsync();
        bool heard = false;
        using IDisposable subscription = Watch.Subscribe(change => heard |= change is { Before: null, After: null } && !Watch.Status.IsHealthy);
        Server.Deny("pods", "watch");
        Server.Deny("pods", "list");
        Server.DropConnections();
        await _fixture.UntilAsync(() => !Watch.Status.IsHealthy, "the watch is unhealthy");
        Assert.Contains("apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"watch\"] for the whole cluster (ClusterRole)", Watch.Status.Message, StringComparison.Ordinal);
        Assert.Single(Watch.Objects);
        Assert.True(heard);

        Server.AllowAll();
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("b"));
        await _fixture.CaughtUpAsync();
        await _fixture.UntilAsync(() => Watch.Status.IsHealthy, "the watch is healthy");
        Assert.Equal(1, Watch.Status.Lists);
    }

    [Fact]
    public async Task A_server_that_is_gone_for_a_moment_leaves_the_watch_healthy_and_for_longer_does_not()
    {
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("a"));
        await OpenAsync();
        await Server.GoDownAsync();
        await _fixture.UntilAsync(() => !Watch.Status.IsHealthy, "the watch is unhealthy");
        Assert.Single(Watch.Objects);
        await Server.ComeUpAsync();
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("b"));
        await _fixture.CaughtUpAsync();
        await _fixture.UntilAsync(() => Watch.Status.IsHealthy, "the watch is healthy");
        Assert.Equal(1, Watch.Status.Lists);
        Assert.DoesNotContain(_fixture.Changes, static change => change.After is null);
    }

    [Fact]
    public async Task A_partition_ends_without_a_list_and_without_a_gap()
    {
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("a"));
        await OpenAsync();
        Server.Partition();
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("b"));
        _fixture.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(Watch.Objects);
        Server.Heal();
        await WatchFixture.StillUntilAsync(_fixture.IsCaughtUp, "the change has come");
        Assert.Equal(1, Watch.Status.Lists);
    }

    [Fact]
    public async Task A_silent_watch_is_opened_again_and_a_bookmark_is_no_silence()
    {
        await OpenAsync();
        _fixture.Time.Advance(TimeSpan.FromMinutes(4));
        Server.SendBookmark(WatchFixture.Pods);
        long read = Watch.Status.BytesRead;
        await WatchFixture.StillUntilAsync(() => Watch.Status.BytesRead > read, "the bookmark has come");
        _fixture.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(1, Server.CountOf("watch", "pods"));
        _fixture.Time.Advance(TimeSpan.FromMinutes(2));
        await WatchFixture.StillUntilAsync(() => Server.CountOf("watch", "pods") == 2, "the watch is opened again");
        Assert.Equal(1, Watch.Status.Lists);
        Assert.True(Watch.Status.IsHealthy);
    }

    [Fact]
    public async Task Bookmarks_move_the_version_so_that_a_quiet_watch_does_not_expire()
    {
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("a"));
        await OpenAsync();
        Server.Put("v1/nodes", """{"metadata":{"name":"node-a"}}""");
        Server.ExpireHistory();
        Server.SendBookmark(WatchFixture.Pods);
        long read = Watch.Status.BytesRead;
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("b"));
        await WatchFixture.StillUntilAsync(_fixture.IsCaughtUp, "the change has come");
        Server.DropConnections();
        await _fixture.UntilAsync(() => Watch.Status.Resumes == 1, "the watch resumes");
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("c"));
        await _fixture.CaughtUpAsync();
        Assert.Equal(1, Watch.Status.Lists);
        Assert.True(Watch.Status.BytesRead > read);
    }

    [Fact]
    public async Task Chunks_that_expire_halfway_are_followed_by_one_whole_list()
    {
        _fixture.Settings = _fixture.Settings with { ChunkSize = 10 };
        for (int i = 0; i < 35; i++)
        {
            Server.Put(WatchFixture.Pods, WatchFixture.Pod($"pod-{i:00}"));
        }
        Server.Partition();
        _ = Watch;
        await WatchFixture.StillUntilAsync(() => Server.CountOf("list", "pods") == 1, "the first chunk is asked for");
        Server.ExpireContinues(next: 1);
        Server.Heal();
        await Watch.FirstList;
        Assert.Equal(35, Watch.Objects.Count);
        string[] lists = [.. Server.Requests.Where(static request => request.Verb == "list").Select(static request => request.Path)];
        Assert.Contains("limit=10", lists[0], StringComparison.Ordinal);
        Assert.Contains("continue=", lists[1], StringComparison.Ordinal);
        Assert.DoesNotContain("limit", lists[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_refused_and_then_taken_leaves_no_trace()
    {
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("a"));
        await OpenAsync();
        Server.FailNext(401, "Unauthorized", "Unauthorized");
        Server.DropConnections();
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("b"));
        await _fixture.CaughtUpAsync();
        Assert.Equal(1, Watch.Status.Lists);
        Assert.DoesNotContain(_fixture.Log.Lines, static line => line.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task Selectors_and_namespace_go_to_the_server()
    {
        _fixture.Scope = new WatchScope("shop", "app in (web,api),!old", "spec.nodeName=node-a");
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("in", more: ""","labels":{"app":"web"}"""));
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("old", more: ""","labels":{"app":"web","old":"1"}"""));
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("elsewhere", "other", more: ""","labels":{"app":"web"}"""));
        await Watch.FirstList;
        Assert.Equal(["shop/in"], Watch.Objects.Keys);

        Server.Put(WatchFixture.Pods, WatchFixture.Pod("old", more: ""","labels":{"app":"api"}"""));
        Server.Put(WatchFixture.Pods, WatchFixture.Pod("in", more: ""","labels":{"app":"db"}"""));
        await WatchFixture.StillUntilAsync(() => Watch.Objects.Keys.SequenceEqual(["shop/old"]), "one came into the selection, one left it");
    }

    [Fact]
    public async Task The_first_list_takes_what_the_server_has_at_hand_and_one_after_expiry_asks_for_the_newest()
    {
        await OpenAsync();
        Server.ExpireHistory();
        Server.DropConnections();
        await _fixture.UntilAsync(() => Watch.Status.Lists == 2, "it is listed again");
        string[] lists = [.. Server.Requests.Where(static request => request.Verb == "list").Select(static request => request.Path)];
        Assert.Equal(["/api/v1/pods?resourceVersion=0&resourceVersionMatch=NotOlderThan&limit=500", "/api/v1/pods?limit=500"], lists);
        Assert.Matches(@"^/api/v1/pods\?watch=1&allowWatchBookmarks=true&resourceVersion=\d+&timeoutSeconds=450$",
            Server.Requests.First(static request => request.Verb == "watch").Path);
    }

    [Fact]
    public async Task Disposing_ends_the_requests_and_the_wait_for_the_first_list()
    {
        Server.Partition();
        Task first = Watch.FirstList;
        await WatchFixture.StillUntilAsync(() => Server.CountOf("list", "pods") == 1, "the list is asked for");
        await Watch.DisposeAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => first);
    }

    private async Task OpenAsync()
    {
        await Watch.FirstList;
        await WatchFixture.StillUntilAsync(() => Server.CountOf("watch", "pods") == 1 && Watch.Status.Message == "watching", "the watch is open");
    }
}
