using System.Text.Json.Nodes;
using Agent.Kubernetes.Leadership;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Kubernetes.Tests.Leadership;

public sealed class LeaderElectionTests : IAsyncLifetime
{
    private const string Leases = "coordination.k8s.io/v1/leases";
    private readonly FakeTimeProvider _time = new();
    private readonly List<HttpMessageInvoker> _clients = [];
    private FakeApiServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeApiServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task The_first_candidate_creates_the_lease_and_leads()
    {
        await using LeaderElection election = Stand("a");
        CancellationToken term = await election.WhenLeadingAsync(default).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.False(term.IsCancellationRequested);
        Assert.True(election.IsLeader);
        JsonObject spec = Spec();
        Assert.Equal("a", (string?)spec["holderIdentity"]);
        Assert.Equal(15, (int)spec["leaseDurationSeconds"]!);
        Assert.Equal(0, (int)spec["leaseTransitions"]!);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", (string?)spec["renewTime"]);
    }

    [Fact]
    public async Task A_leader_renews_and_its_rival_waits()
    {
        await using LeaderElection first = Stand("a");
        CancellationToken term = await first.WhenLeadingAsync(default);
        await using LeaderElection second = Stand("b");
        string began = (string)Spec()["renewTime"]!;

        await UntilAsync(() => _server.CountOf("update", "leases") >= 20 && second.Status.Holder == "a", "the lease is renewed often");

        Assert.NotEqual(began, (string)Spec()["renewTime"]!);
        Assert.False(second.IsLeader);
        Assert.False(term.IsCancellationRequested);
    }

    [Fact]
    public async Task A_leader_that_goes_gives_the_lease_up_and_the_next_takes_it_at_once()
    {
        LeaderElection first = Stand("a");
        CancellationToken term = await first.WhenLeadingAsync(default);
        await using LeaderElection second = Stand("b");
        await Eventually.TrueAsync(() => second.Status.Holder == "a", "the second has seen the first");

        await first.DisposeAsync();
        Assert.True(term.IsCancellationRequested);
        Assert.Equal("", (string?)Spec()["holderIdentity"]);
        DateTimeOffset released = _time.GetUtcNow();
        await UntilAsync(() => second.IsLeader, "the second leads");

        Assert.True(_time.GetUtcNow() - released < TimeSpan.FromSeconds(5));
        Assert.Equal(1, (int)Spec()["leaseTransitions"]!);
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_steps_down_before_another_may_lead()
    {
        await using LeaderElection election = Stand("a");
        CancellationToken term = await election.WhenLeadingAsync(default);
        DateTimeOffset began = _time.GetUtcNow();

        _server.Partition();
        await UntilAsync(() => term.IsCancellationRequested, "the term has ended");

        Assert.False(election.IsLeader);
        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(15));
        _server.Heal();
        await UntilAsync(() => election.IsLeader, "it leads again");
        Assert.True(election.Status.IsHealthy);
        Assert.False((await election.WhenLeadingAsync(default)).IsCancellationRequested);
    }

    [Theory]
    [InlineData("1999-01-01T00:00:00.000000Z")]
    [InlineData("2999-01-01T00:00:00.000000Z")]
    public async Task A_holder_whose_clock_is_wrong_keeps_the_lease_for_its_duration_and_no_longer(string itsTime)
    {
        Put("other", itsTime);
        DateTimeOffset began = _time.GetUtcNow();
        await using LeaderElection election = Stand("a");
        await UntilAsync(() => election.IsLeader, "the lease has run out");
        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(19));
        Assert.Equal(4, (int)Spec()["leaseTransitions"]!);
    }

    [Fact]
    public async Task A_lease_that_another_takes_ends_the_term()
    {
        await using LeaderElection election = Stand("a");
        CancellationToken term = await election.WhenLeadingAsync(default);
        Put("thief", "2026-01-01T00:00:00.000000Z");
        await UntilAsync(() => term.IsCancellationRequested, "the term has ended");
        Assert.False(election.IsLeader);
        Assert.Equal("thief", election.Status.Holder);
    }

    [Fact]
    public async Task What_others_wrote_into_the_lease_stays()
    {
        _server.Put(Leases, """{"metadata":{"name":"events","namespace":"m","labels":{"team":"x"},"ownerReferences":[{"kind":"Deployment","name":"d","uid":"1"}]},"spec":{}}""");
        await using LeaderElection election = Stand("a");
        await election.WhenLeadingAsync(default);
        JsonObject metadata = (JsonObject)_server.Objects(Leases)["m/events"]["metadata"]!;
        Assert.Equal("x", (string?)metadata["labels"]!["team"]);
        Assert.Equal("d", (string?)metadata["ownerReferences"]![0]!["name"]);
    }

    [Fact]
    public async Task Without_the_right_the_missing_rule_is_named()
    {
        _server.Deny("leases", "get");
        await using LeaderElection election = Stand("a");
        await Eventually.TrueAsync(() => !election.Status.IsHealthy, "it is unhealthy");
        Assert.Contains("apiGroups: [\"coordination.k8s.io\"], resources: [\"leases\"], verbs: [\"get\"] in the namespace \"m\"", election.Status.Message, StringComparison.Ordinal);
        _server.AllowAll();
        await UntilAsync(() => election.IsLeader, "it leads");
        Assert.True(election.Status.IsHealthy);
    }

    [Fact]
    public async Task Of_several_candidates_never_two_lead_at_once()
    {
        LeaderElection[] candidates = [Stand("a"), Stand("b"), Stand("c")];
        var random = new Random(5);
        for (int round = 0; round < 12; round++)
        {
            await UntilAsync(() => candidates.Any(static one => one.IsLeader), "somebody leads");
            Assert.Single(candidates, static one => one.IsLeader);
            int gone = random.Next(3);
            switch (random.Next(3))
            {
                case 0:
                    await candidates[gone].DisposeAsync();
                    candidates[gone] = Stand($"{gone}-{round}");
                    break;
                case 1:
                    _server.DropConnections();
                    break;
                default:
                    _server.FailNext(500, "InternalError", "etcd is away");
                    break;
            }
        }
        foreach (LeaderElection candidate in candidates)
        {
            await candidate.DisposeAsync();
        }
    }

    private LeaderElection Stand(string identity)
    {
        var http = new HttpMessageInvoker(new SocketsHttpHandler());
        _clients.Add(http);
        return new LeaderElection(new KubernetesClient(http, _server.Url, _time), new LeaderElectionSettings
        {
            Namespace = "m",
            Name = "events",
            Identity = identity,
            Time = _time,
            Jitter = static () => 0.5,
        });
    }

    private void Put(string holder, string time) => _server.Put(
        Leases,
        $$$"""{"metadata":{"name":"events","namespace":"m"},"spec":{"holderIdentity":"{{{holder}}}","leaseDurationSeconds":15,"renewTime":"{{{time}}}","leaseTransitions":3}}""");

    private JsonObject Spec() => (JsonObject)_server.Objects(Leases)["m/events"]["spec"]!;

    private Task UntilAsync(Func<bool> condition, string what) => _time.AdvanceUntilAsync(TimeSpan.FromMilliseconds(100), condition, what);
}
