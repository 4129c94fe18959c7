using Agent.Components.Discovery.Kubelet;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Syntax;
using Microsoft.AspNetCore.Http;
using static Agent.Components.Tests.Discovery.Kubernetes.ClusterObjects;

namespace Agent.Components.Tests.Discovery.Kubelet;

public sealed class DiscoveryKubeletTests : IAsyncDisposable
{
    private readonly DiscoveryRun<DiscoveryKubelet.Arguments> _run = new(
        "discovery.kubelet", static context => new DiscoveryKubelet(context), static exports => ((DiscoveryKubelet.Exports)exports).Targets);

    private volatile RequestDelegate _answer = static http => FakeHttpServer.JsonAsync(http, List(Pod("a"), Pod("b", "shop")));
    private FakeHttpServer? _server;

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_port_of_every_container_is_a_target_with_the_labels_of_its_pod()
    {
        await StartAsync();
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        Assert.Equal($"{AddressOf("a")}:8080 {AddressOf("b")}:8080", _run.Addresses);
        Assert.Equal("/pods", Assert.Single(_server!.Requests));
        Agent.Telemetry.Target pod = _run.Targets[1];
        Assert.Equal("shop", pod["__meta_kubernetes_namespace"]);
        Assert.Equal("b", pod["__meta_kubernetes_pod_name"]);
        Assert.Equal("uid-b", pod["__meta_kubernetes_pod_uid"]);
        Assert.Equal("main", pod["__meta_kubernetes_pod_container_name"]);
        Assert.Equal("containerd://b", pod["__meta_kubernetes_pod_container_id"]);
        Assert.Equal("img:1", pod["__meta_kubernetes_pod_container_image"]);
        Assert.Equal("false", pod["__meta_kubernetes_pod_container_init"]);
        Assert.Equal("8080", pod["__meta_kubernetes_pod_container_port_number"]);
        Assert.Equal("http", pod["__meta_kubernetes_pod_container_port_name"]);
        Assert.Equal("TCP", pod["__meta_kubernetes_pod_container_port_protocol"]);
        Assert.Equal("true", pod["__meta_kubernetes_pod_ready"]);
        Assert.Equal("Running", pod["__meta_kubernetes_pod_phase"]);
        Assert.Equal("node-a", pod["__meta_kubernetes_pod_node_name"]);
        Assert.Equal("192.168.0.1", pod["__meta_kubernetes_pod_host_ip"]);
        Assert.Equal("ReplicaSet", pod["__meta_kubernetes_pod_controller_kind"]);
        Assert.Equal("b-rs", pod["__meta_kubernetes_pod_controller_name"]);
    }

    [Fact]
    public async Task Only_pods_of_the_namespaces_count_and_a_path_of_the_url_stays()
    {
        await StartAsync(static (arguments, url) => arguments with { Url = new Uri(url + "/api/v1/nodes/n/proxy"), Namespaces = ["shop"] });
        await _run.UntilAsync(() => _run.Targets.Count == 1);

        Assert.Equal("/api/v1/nodes/n/proxy/pods", Assert.Single(_server!.Requests));
        Assert.Equal("b", _run.Targets[0]["__meta_kubernetes_pod_name"]);
    }

    [Fact]
    public async Task Pods_are_asked_for_again_after_five_seconds()
    {
        await StartAsync();
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        _answer = static http => FakeHttpServer.JsonAsync(http, List(Pod("c")));
        _run.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Single(_server!.Requests);
        await _run.AdvanceUntilAsync(() => _run.Addresses == $"{AddressOf("c")}:8080");
    }

    [Theory]
    [InlineData(401, "Unauthorized", "401")]
    [InlineData(200, "[]", "no list of pods")]
    [InlineData(200, """{"items": [""", "cannot read")]
    public async Task A_wrong_answer_makes_it_unhealthy_and_leaves_the_targets(int status, string body, string problem)
    {
        await StartAsync();
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        _answer = http =>
        {
            http.Response.StatusCode = status;
            return http.Response.WriteAsync(body);
        };
        await _run.AdvanceUntilAsync(() => _run.Context.Health == HealthState.Unhealthy);

        Assert.Contains(problem, _run.Context.HealthMessage, StringComparison.Ordinal);
        Assert.Equal(2, _run.Targets.Count);
    }

    [Fact]
    public async Task A_pod_without_an_address_or_a_name_is_no_target()
    {
        _answer = static http => FakeHttpServer.JsonAsync(http, List(Pod("a").Replace(AddressOf("a"), "", StringComparison.Ordinal), "{}", "7", Pod("b")));
        await StartAsync();
        await _run.UntilAsync(() => _run.Targets.Count == 1);

        Assert.Equal("b", _run.Targets[0]["__meta_kubernetes_pod_name"]);
    }

    private async Task StartAsync(Func<DiscoveryKubelet.Arguments, string, DiscoveryKubelet.Arguments>? change = null)
    {
        _server = await FakeHttpServer.StartAsync(http => _answer(http));
        var arguments = new DiscoveryKubelet.Arguments { Url = new Uri(_server.Url) };
        await _run.StartAsync(change?.Invoke(arguments, _server.Url) ?? arguments);
    }

    private static string List(params string[] pods) => $$"""{ "kind": "PodList", "items": [{{string.Join(", ", pods)}}] }""";
}
