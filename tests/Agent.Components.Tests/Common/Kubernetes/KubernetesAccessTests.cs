using System.Diagnostics;
using Agent.Components.Common.Http;
using Agent.Components.Common.Kubernetes;
using Agent.Kubernetes.Watching;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Sharing;
using Agent.Syntax;
using Agent.Testing;

namespace Agent.Components.Tests.Common.Kubernetes;

public sealed class KubernetesAccessTests : IAsyncLifetime
{
    private AccessFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await AccessFixture.StartAsync();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task In_a_pod_the_service_account_is_used_over_HTTP_2()
    {
        _fixture.Put("a");
        using TestComponentContext context = _fixture.Context("a.b.c");
        await using KubernetesAccess access = KubernetesAccess.Open(context, new KubernetesClientOptions(), _fixture.Surroundings);
        await using SharedLease<IResourceWatch<AnyObject>> watch = access.Watch(AnyObject.Pods, new WatchScope());
        await watch.Resource.FirstList.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(["shop/a"], watch.Resource.Objects.Keys);
        Assert.Equal("monitoring", access.OwnNamespace);
        Assert.Equal("HTTP/2", _fixture.Server.LastProtocol);
    }

    [Fact]
    public async Task A_token_that_is_exchanged_is_read_again_and_nothing_is_listed_again()
    {
        var time = new FakeTimeProvider();
        using TestComponentContext context = _fixture.Context("a.b.c", time);
        await using KubernetesAccess access = KubernetesAccess.Open(context, new KubernetesClientOptions(), _fixture.Surroundings);
        await using SharedLease<IResourceWatch<AnyObject>> watch = access.Watch(AnyObject.Pods, new WatchScope());
        await watch.Resource.FirstList.WaitAsync(TimeSpan.FromSeconds(30));

        _fixture.Server.RequiredToken = "second one";
        _fixture.Server.DropConnections();
        await UntilAsync(() => !watch.Resource.Status.IsHealthy, () => time.Advance(TimeSpan.FromSeconds(1)));
        Assert.Contains("401 Unauthorized", watch.Resource.Status.Message, StringComparison.Ordinal);
        _fixture.SetToken("second one");
        _fixture.Put("b");
        await UntilAsync(() => watch.Resource.Objects.Count == 1 && watch.Resource.Status.IsHealthy, () => time.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal(1, watch.Resource.Status.Lists);
    }

    [Fact]
    public async Task Components_with_equal_options_share_one_watch_for_as_long_as_one_needs_it()
    {
        using TestComponentContext one = _fixture.Context("a.b.one");
        using TestComponentContext other = _fixture.Context("a.b.other");
        KubernetesAccess first = KubernetesAccess.Open(one, new KubernetesClientOptions(), _fixture.Surroundings);
        KubernetesAccess second = KubernetesAccess.Open(other, new KubernetesClientOptions(), _fixture.Surroundings with { });
        SharedLease<IResourceWatch<AnyObject>> firstPods = first.Watch(AnyObject.Pods, new WatchScope("shop"));
        SharedLease<IResourceWatch<AnyObject>> secondPods = second.Watch(AnyObject.Pods, new WatchScope("shop"));
        SharedLease<IResourceWatch<AnyObject>> allPods = second.Watch(AnyObject.Pods, new WatchScope());

        Assert.Same(first.Client, second.Client);
        Assert.Same(firstPods.Resource, secondPods.Resource);
        Assert.NotSame(firstPods.Resource, allPods.Resource);
        await firstPods.Resource.FirstList.WaitAsync(TimeSpan.FromSeconds(30));
        await allPods.Resource.FirstList.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, _fixture.Server.CountOf("list", "pods"));
        Assert.Equal(3, _fixture.Shared.Count);

        await allPods.DisposeAsync();
        await firstPods.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
        _fixture.Put("late");
        await UntilAsync(() => secondPods.Resource.Objects.Count == 1, static () => { });
        await secondPods.DisposeAsync();
        Assert.Equal(0, _fixture.Shared.Count);
    }

    [Fact]
    public async Task An_authority_that_did_not_sign_the_servers_certificate_is_told()
    {
        using var stranger = new Http.TestAuthority();
        File.WriteAllText(_fixture.PathOf("ca.crt"), stranger.Pem);
        var time = new FakeTimeProvider();
        using TestComponentContext context = _fixture.Context("a.b.c", time);
        await using KubernetesAccess access = KubernetesAccess.Open(context, new KubernetesClientOptions(), _fixture.Surroundings);
        await using SharedLease<IResourceWatch<AnyObject>> watch = access.Watch(AnyObject.Pods, new WatchScope());
        await UntilAsync(() => !watch.Resource.Status.IsHealthy, () => time.Advance(TimeSpan.FromSeconds(1)));
        Assert.Contains("SSL", watch.Resource.Status.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Server.Requests);
    }

    [Fact]
    public void Outside_of_a_cluster_it_is_said_what_is_missing()
    {
        using TestComponentContext context = _fixture.Context("a.b.c");
        ComponentException outside = Assert.Throws<ComponentException>(
            () => KubernetesAccess.Open(context, new KubernetesClientOptions(), new ClusterSurroundings("", "", _fixture.Folder)));
        Assert.Contains("set api_server or kubeconfig_file", outside.Message, StringComparison.Ordinal);
        ComponentException unmounted = Assert.Throws<ComponentException>(
            () => KubernetesAccess.Open(context, new KubernetesClientOptions(), _fixture.Surroundings with { Folder = "/nowhere" }));
        Assert.Contains("automountServiceAccountToken", unmounted.Message, StringComparison.Ordinal);
        Assert.Equal(0, _fixture.Shared.Count);
    }

    [Fact]
    public void Addresses_of_IPv6_stand_in_brackets()
    {
        ClusterAddress address = ClusterAddress.Of(new KubernetesClientOptions(), new ClusterSurroundings("fd00:10:96::1", "443", _fixture.Folder));
        Assert.Equal("https://[fd00:10:96::1]/", address.Server.ToString());
    }

    [Theory]
    [InlineData(true, true, false, "only one of api_server and kubeconfig_file")]
    [InlineData(false, true, true, "beside kubeconfig_file")]
    [InlineData(false, false, true, "without api_server")]
    [InlineData(true, false, true, "")]
    [InlineData(false, true, false, "")]
    [InlineData(false, false, false, "")]
    public void Settings_that_contradict_each_other_are_refused(bool server, bool file, bool http, string problem)
    {
        var options = new KubernetesClientOptions
        {
            ApiServer = server ? new Uri("https://api.example:6443") : null,
            KubeconfigFile = file ? "/etc/kubeconfig" : "",
            Http = http ? new HttpClientOptions { BearerTokenFile = "/token" } : new HttpClientOptions(),
        };
        var found = new DiagnosticBag();
        options.Validate(new ValidationContext(new BlockValue("client", null, default, [], []), found));
        Assert.Equal(problem.Length > 0 ? 1 : 0, found.Count);
        Assert.Contains(problem, string.Concat(found.Select(static one => one.Message)), StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> condition, Action step)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "it did not come about");
            step();
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }
    }
}
