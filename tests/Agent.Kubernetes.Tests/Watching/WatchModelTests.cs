using System.Collections.Concurrent;
using Agent.Kubernetes.Watching;

namespace Agent.Kubernetes.Tests.Watching;

/// <summary>Random changes and random failures: in the end the watch has what the server has, and in between nothing was shown that was never there.</summary>
public sealed class WatchModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Whatever_fails_the_objects_are_the_servers_in_the_end(int seed)
    {
        var random = new Random(seed);
        await using WatchFixture fixture = await WatchFixture.StartAsync();
        fixture.Settings = fixture.Settings with { ChunkSize = 7 };
        var model = new Model(fixture);
        for (int i = 0; i < 30; i++)
        {
            model.Change(random);
        }
        await fixture.Watch.FirstList;
        int expiries = 0;
        for (int round = 0; round < 60; round++)
        {
            for (int i = random.Next(8); i > 0; i--)
            {
                model.Change(random);
            }
            expiries += await FailAsync(fixture, random);
            fixture.Time.Advance(TimeSpan.FromMilliseconds(random.Next(3000)));
            if (random.Next(3) == 0)
            {
                await fixture.CaughtUpAsync();
            }
        }
        await fixture.CaughtUpAsync();
        await fixture.UntilAsync(() => fixture.Watch.Status.IsHealthy, "the watch is healthy");

        model.CheckChanges();
        // A list for each expiry at most (and one to begin with): nothing else costs one.
        Assert.InRange(fixture.Watch.Status.Lists, 1, expiries + 1);
    }

    /// <summary>Gives 1 where the failure may cost a list.</summary>
    private static async Task<int> FailAsync(WatchFixture fixture, Random random)
    {
        switch (random.Next(9))
        {
            case 0 or 1:
                fixture.Server.DropConnections();
                return 0;
            case 2:
                fixture.Server.EndWatches();
                return 0;
            case 3:
                fixture.Server.TruncateNext("watch", random.Next(1, 1500));
                fixture.Server.DropConnections();
                return 0;
            case 4:
                fixture.Server.Partition();
                fixture.Time.Advance(TimeSpan.FromSeconds(10));
                fixture.Server.Heal();
                return 0;
            case 5:
                fixture.Server.FailNext(503, "ServiceUnavailable", "starting");
                fixture.Server.DropConnections();
                return 0;
            case 6:
                await fixture.Server.GoDownAsync();
                await fixture.Server.ComeUpAsync();
                return 0;
            case 7:
                fixture.Server.SendBookmark(WatchFixture.Pods);
                return 0;
            default:
                fixture.Server.ExpireHistory();
                fixture.Server.DropConnections();
                return 1;
        }
    }

    private sealed class Model
    {
        private readonly WatchFixture _fixture;
        private readonly ConcurrentDictionary<string, byte> _written = [];
        private readonly ConcurrentDictionary<string, int> _deletions = [];

        public Model(WatchFixture fixture) => _fixture = fixture;

        public void Change(Random random)
        {
            string name = $"pod-{random.Next(40):00}";
            if (random.Next(4) == 0)
            {
                if (_fixture.Server.Objects(WatchFixture.Pods).ContainsKey("shop/" + name))
                {
                    _deletions.AddOrUpdate(name, 1, static (_, count) => count + 1);
                    _fixture.Server.Delete(WatchFixture.Pods, "shop/" + name);
                }
                return;
            }
            _written[_fixture.Server.Put(WatchFixture.Pods, WatchFixture.Pod(name, phase: $"phase-{random.Next(5)}"))] = 0;
        }

        /// <summary>Every change is one that there was: no object went that was not deleted, none came twice, versions only rise.</summary>
        public void CheckChanges()
        {
            var last = new Dictionary<string, TestPod?>();
            var gone = new Dictionary<string, int>();
            foreach (ResourceChange<TestPod> change in _fixture.Changes)
            {
                string name = (change.After ?? change.Before)!.Metadata.Name;
                if (last.TryGetValue(name, out TestPod? before))
                {
                    Assert.Same(before, change.Before);
                }
                last[name] = change.After;
                if (change.After is null)
                {
                    gone[name] = gone.GetValueOrDefault(name) + 1;
                    continue;
                }
                Assert.True(_written.ContainsKey(change.After.Metadata.ResourceVersion));
                if (change.Before is not null)
                {
                    Assert.True(Version(change.Before) < Version(change.After));
                }
            }
            Assert.All(gone, pair => Assert.True(pair.Value <= _deletions.GetValueOrDefault(pair.Key), $"{pair.Key} went more often than it was deleted"));
        }

        private static long Version(TestPod pod) => long.Parse(pod.Metadata.ResourceVersion);
    }
}
