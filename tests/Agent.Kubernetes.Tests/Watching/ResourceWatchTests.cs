using Agent.Kubernetes.Watching;

namespace Agent.Kubernetes.Tests.Watching;

public sealed class ResourceWatchTests : IAsyncLifetime
{
    private WatchFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await WatchFixture.StartAsync();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task It_lists_in_chunks_and_then_follows_every_change()
    {
        _fixture.Settings = _fixture.Settings with { ChunkSize = 3 };
        for (int i = 0; i < 8; i++)
        {
            _fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod($"pod-{i}"));
        }

        await _fixture.Watch.FirstList;
        Assert.Equal(8, _fixture.Watch.Objects.Count);
        Assert.Equal(3, _fixture.Server.CountOf("list", "pods"));

        _fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod("pod-8"));
        _fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod("pod-1", phase: "Failed"));
        _fixture.Server.Delete(WatchFixture.Pods, "shop/pod-2");
        await WatchFixture.StillUntilAsync(_fixture.IsCaughtUp, "three changes have come");

        Assert.Equal("Failed", _fixture.Watch.Objects["shop/pod-1"].Phase);
        ResourceChange<TestPod>[] last = [.. _fixture.Changes.TakeLast(3)];
        Assert.Null(last[0].Before);
        Assert.Equal("pod-8", last[0].After!.Metadata.Name);
        Assert.Equal("Running", last[1].Before!.Phase);
        Assert.Null(last[2].After);
        Assert.Equal(1, _fixture.Watch.Status.Lists);
        Assert.True(_fixture.Watch.Status.IsHealthy);
    }

    [Fact]
    public async Task A_snapshot_does_not_change_under_its_reader()
    {
        _fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod("a"));
        await _fixture.Watch.FirstList;
        var before = _fixture.Watch.Objects;

        _fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod("b"));
        await WatchFixture.StillUntilAsync(() => _fixture.Watch.Objects.Count == 2, "the second pod has come");

        Assert.Equal(["shop/a"], before.Keys);
    }

    [Fact]
    public async Task A_broken_connection_resumes_without_a_list()
    {
        _fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod("a"));
        await _fixture.Watch.FirstList;
        await WatchFixture.StillUntilAsync(() => _fixture.Server.CountOf("watch", "pods") == 1, "the watch is open");

        _fixture.Server.DropConnections();
        _fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod("b"));
        await _fixture.CaughtUpAsync();

        Assert.Equal(1, _fixture.Watch.Status.Lists);
        Assert.True(_fixture.Watch.Status.Resumes >= 1);
        Assert.DoesNotContain(_fixture.Changes, static change => change.After is null);
    }

    [Fact]
    public async Task An_expired_version_is_listed_again_and_nothing_flaps()
    {
        _fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod("stays"));
        _fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod("goes"));
        await _fixture.Watch.FirstList;
        await WatchFixture.StillUntilAsync(() => _fixture.Server.CountOf("watch", "pods") == 1, "the watch is open");
        _fixture.Changes.Clear();

        _fixture.Server.Partition();
        _fixture.Server.DropConnections();
        _fixture.Server.Delete(WatchFixture.Pods, "shop/goes");
        _fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod("comes"));
        _fixture.Server.ExpireHistory();
        _fixture.Server.Heal();
        await _fixture.CaughtUpAsync();

        Assert.Equal(2, _fixture.Watch.Status.Lists);
        Assert.Equal(["comes", "goes"], _fixture.Changes.Select(static change => (change.After ?? change.Before)!.Metadata.Name).Order());
    }
}
