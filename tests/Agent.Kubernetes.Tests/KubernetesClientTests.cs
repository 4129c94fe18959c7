using System.Net;
using System.Text;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Kubernetes.Tests;

public sealed class KubernetesClientTests
{
    [ConformanceFact]
    public async Task A_recorded_refusal_says_what_the_server_says_and_which_rule_is_missing()
    {
        KubernetesException refused = await RefusalAsync(HttpStatusCode.Forbidden, Capture("error_403.json"), "/api/v1/pods?limit=500");
        Assert.Equal("Forbidden", refused.Reason);
        Assert.Equal(
            "cannot list pods: 403 pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API group \"\" at the cluster scope; "
                + "the RBAC rule that is missing: apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"list\"] for the whole cluster (ClusterRole)",
            refused.Message);
    }

    [ConformanceFact]
    public async Task Recorded_failures_keep_status_and_reason()
    {
        KubernetesException unknown = await RefusalAsync(HttpStatusCode.Unauthorized, Capture("error_401.json"), "/api/v1/pods?watch=1");
        Assert.Equal((HttpStatusCode.Unauthorized, "Unauthorized", "cannot watch pods: 401 Unauthorized"), (unknown.Status, unknown.Reason, unknown.Message));
        KubernetesException exists = await RefusalAsync(HttpStatusCode.Conflict, Capture("lease_conflict_409_exists.json"), "/apis/coordination.k8s.io/v1/namespaces/m/leases");
        Assert.Equal("AlreadyExists", exists.Reason);
    }

    [Theory]
    [InlineData("<html>Bad gateway</html>")]
    [InlineData("")]
    [InlineData("{\"kind\":\"Status\",\"mess")]
    [InlineData("[]")]
    public async Task A_failure_without_a_status_is_told_by_its_number(string body)
    {
        KubernetesException refused = await RefusalAsync(HttpStatusCode.BadGateway, Encoding.UTF8.GetBytes(body), "/api/v1/nodes/a");
        Assert.Equal(("", "cannot get nodes: 502 Bad Gateway"), (refused.Reason, refused.Message));
    }

    [Theory]
    [InlineData("GET", "/api/v1/namespaces/shop/pods/a/log?follow=true", "get", "pods/log", "", "shop")]
    [InlineData("GET", "/apis/discovery.k8s.io/v1/endpointslices?watch=1&x=y", "watch", "endpointslices", "discovery.k8s.io", null)]
    [InlineData("GET", "/api/v1/namespaces", "list", "namespaces", "", null)]
    [InlineData("GET", "/api/v1/namespaces/shop", "get", "namespaces", "", null)]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/m/leases/x", "update", "leases", "coordination.k8s.io", "m")]
    [InlineData("POST", "/apis/coordination.k8s.io/v1/namespaces/m/leases", "create", "leases", "coordination.k8s.io", "m")]
    [InlineData("DELETE", "/api/v1/namespaces/m/pods/x", "delete", "pods", "", "m")]
    [InlineData("GET", "/version", "get", "/version", "", null)]
    public void The_rule_of_a_request_is_read_from_its_path(string method, string path, string verb, string resource, string group, string? ns) =>
        Assert.Equal(new AccessRule(verb, resource, group, ns), AccessRule.Of(new HttpMethod(method), path));

    [Fact]
    public async Task The_path_of_the_servers_URL_stands_before_every_other_and_JSON_is_asked_for()
    {
        using var answers = new CannedAnswers().Then(HttpStatusCode.OK, "{}"u8.ToArray());
        using HttpMessageInvoker http = answers.ToInvoker();
        var client = new KubernetesClient(http, new Uri("https://gate.example/k8s/clusters/c-1/"));

        using HttpResponseMessage answer = await client.SendAsync(HttpMethod.Post, "/api/v1/namespaces/m/events?x=1", "{\"a\":1}"u8.ToArray(), default);

        Assert.Equal(("POST", "/k8s/clusters/c-1/api/v1/namespaces/m/events?x=1", "{\"a\":1}"), Assert.Single(answers.Asked));
    }

    [Theory]
    [InlineData("http://localhost/", "two\nlines")]
    [InlineData("tcp://localhost/", "token")]
    public async Task What_cannot_be_sent_is_a_failure_of_the_request(string server, string token)
    {
        using var http = new HttpMessageInvoker(new BadToken(token));
        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(
            () => new KubernetesClient(http, new Uri(server)).SendAsync(HttpMethod.Get, "/api/v1/pods", null, default));
        Assert.StartsWith($"cannot ask {server}: ", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pause_that_the_server_asks_for_is_kept()
    {
        using var answers = new CannedAnswers { RetryAfter = TimeSpan.FromSeconds(7) }.Then(HttpStatusCode.TooManyRequests, "{}"u8.ToArray());
        using HttpMessageInvoker http = answers.ToInvoker();
        var client = new KubernetesClient(http, new Uri("http://localhost/"));
        KubernetesException refused = await Assert.ThrowsAsync<KubernetesException>(() => client.SendAsync(HttpMethod.Get, "/api/v1/pods", null, default));
        Assert.Equal(TimeSpan.FromSeconds(7), refused.RetryAfter);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        server.Partition();
        var time = new FakeTimeProvider();
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        Task<HttpResponseMessage> answer = new KubernetesClient(http, server.Url, time).SendAsync(HttpMethod.Get, "/api/v1/pods", null, default);
        await Eventually.TrueAsync(() => !server.Requests.IsEmpty, "it is asked");
        time.Advance(TimeSpan.FromSeconds(74));
        Assert.False(answer.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        HttpRequestException silent = await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        Assert.Contains("did not answer within 75 s", silent.Message, StringComparison.Ordinal);
    }

    private static byte[] Capture(string name) => File.ReadAllBytes(Conformance.PathOf("kubernetes/" + name)!);

    private static async Task<KubernetesException> RefusalAsync(HttpStatusCode status, byte[] body, string path)
    {
        using var answers = new CannedAnswers().Then(status, body);
        using HttpMessageInvoker http = answers.ToInvoker();
        var client = new KubernetesClient(http, new Uri("http://localhost/"));
        return await Assert.ThrowsAsync<KubernetesException>(() => client.SendAsync(path.Contains("leases", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get, path, null, default));
    }

    private sealed class BadToken(string token) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new("Bearer", token);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
