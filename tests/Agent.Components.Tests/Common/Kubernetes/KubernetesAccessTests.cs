using System.Buffers;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Common.Kubernetes;
using Agent.Kubernetes.Watching;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;
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
        string page = Page(context);
        Assert.Contains("kubernetes_watch_objects{resource=\"pods\",namespace=\"\",label_selector=\"\",field_selector=\"\"} 1", page, StringComparison.Ordinal);
        Assert.Contains("reason=\"too_large\"", page, StringComparison.Ordinal);
        await watch.DisposeAsync();
        Assert.DoesNotContain("kubernetes_watch_objects{", Page(context), StringComparison.Ordinal);
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
        await time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => !watch.Resource.Status.IsHealthy);
        Assert.Contains("401 Unauthorized", watch.Resource.Status.Message, StringComparison.Ordinal);
        _fixture.SetToken("second one");
        _fixture.Put("b");
        await time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => watch.Resource.Objects.Count == 1 && watch.Resource.Status.IsHealthy);

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
        await Eventually.TrueAsync(() => secondPods.Resource.Objects.Count == 1);
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
        await time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => !watch.Resource.Status.IsHealthy);
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

    private static string Page(TestComponentContext context)
    {
        var page = new ArrayBufferWriter<byte>();
        var writer = new MetricTextWriter(page);
        foreach (MetricFamily family in context.Registry.Families())
        {
            writer.Write(family);
        }
        return Encoding.UTF8.GetString(page.WrittenSpan);
    }
}
