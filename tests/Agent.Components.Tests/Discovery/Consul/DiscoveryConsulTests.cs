using Agent.Components.Discovery.Consul;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Syntax;

namespace Agent.Components.Tests.Discovery.Consul;

public sealed class DiscoveryConsulTests : IAsyncDisposable
{
    private const string Web = """
        [{"Node":{"ID":"x","Node":"node-1","Address":"10.0.0.1","Datacenter":"dc1","TaggedAddresses":{"lan":"10.0.0.1","wan-v4":"1.2.3.4"},"Meta":{"rack":"r1"}},
          "Service":{"ID":"web-1","Service":"web","Tags":["blue","v1"],"Address":"","Port":80,"Meta":{"a.b":"c"},"Namespace":"ns1","Partition":"p1"},
          "Checks":[{"CheckID":"serfHealth","Status":"passing"},{"CheckID":"c","Status":"warning"}]},
         {"Node":{"Node":"node-2","Address":"10.0.0.2","Meta":null},
          "Service":{"ID":"web-2","Tags":null,"Address":"fd00::2","Port":81},"Checks":[]}]
        """;

    private readonly FakeConsul _consul = new();
    private readonly DiscoveryRun<DiscoveryConsul.Arguments> _run = new(
        "discovery.consul", static context => new DiscoveryConsul(context), static exports => ((DiscoveryConsul.Exports)exports).Targets);

    private FakeHttpServer? _server;

    public DiscoveryConsulTests()
    {
        _consul.Set("/v1/agent/self", """{"Config":{"Datacenter":"dc1","NodeName":"n"},"Coord":null}""");
        _consul.Set("/v1/catalog/services", """{"consul":[],"web":["blue","v1"],"db":["blue"]}""");
        _consul.Set("/v1/health/service/consul", "[]");
        _consul.Set("/v1/health/service/web", Web);
        _consul.Set("/v1/health/service/db", One("10.0.0.9"));
    }

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Instances_of_the_named_services_have_the_labels_of_their_node_and_service()
    {
        await StartAsync(static arguments => arguments with { Services = ["web"], Token = new Secret("s3cret") });
        await _run.AdvanceUntilAsync(() => _run.Targets.Count == 2);

        Assert.Equal("10.0.0.1:80 [fd00::2]:81", _run.Addresses);
        Assert.Equal(
            "__address__=10.0.0.1:80 __meta_consul_address=10.0.0.1 __meta_consul_dc=dc1 __meta_consul_health=warning __meta_consul_metadata_rack=r1 "
            + "__meta_consul_namespace=ns1 __meta_consul_node=node-1 __meta_consul_partition=p1 __meta_consul_service=web __meta_consul_service_id=web-1 "
            + "__meta_consul_service_metadata_a_b=c __meta_consul_service_port=80 __meta_consul_tagged_address_lan=10.0.0.1 "
            + "__meta_consul_tagged_address_wan_v4=1.2.3.4 __meta_consul_tags=,blue,v1,",
            string.Join(' ', _run.Targets[0].Labels.Select(static label => $"{label.Name}={label.Value}")));
        Assert.Equal(("passing", ",,"), (_run.Targets[1]["__meta_consul_health"], _run.Targets[1]["__meta_consul_tags"]));
        Assert.All(_consul.Tokens, static token => Assert.Equal("s3cret", token));
        Assert.DoesNotContain("/v1/catalog/services", string.Join(' ', _server!.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_services_are_found_and_changes_to_them_are_heard_of()
    {
        await StartAsync(static arguments => arguments);
        await _run.AdvanceUntilAsync(() => _run.Targets.Count == 3);
        await _run.AdvanceUntilAsync(() => _server!.Requests.Any(static request => request.StartsWith("/v1/health/service/db?stale=&index=", StringComparison.Ordinal)));

        _consul.Set("/v1/health/service/db", One("10.0.0.8"));
        await _run.AdvanceUntilAsync(() => _run.Addresses.Contains("10.0.0.8", StringComparison.Ordinal));
        _consul.Set("/v1/catalog/services", """{"db":["blue"],"new":[]}""");
        _consul.Set("/v1/health/service/new", One("10.0.0.7"));
        await _run.AdvanceUntilAsync(() => _run.Addresses == "10.0.0.8:5432 10.0.0.7:5432");
        Assert.Contains("/v1/catalog/services?stale=&index=12&wait=120000ms", _server!.Requests);
    }

    [Fact]
    public async Task Tags_choose_services_and_go_with_all_other_conditions_to_the_server()
    {
        await StartAsync(static arguments => arguments with
        {
            Tags = ["blue", "v1"], AllowStale = false, Datacenter = "dc 2", Namespace = "ns", Partition = "part", TagSeparator = "|",
            NodeMeta = new ValueMap<string>([KeyValuePair.Create("rack", "r1")]),
        });
        await _run.AdvanceUntilAsync(() => _run.Targets.Count == 2);

        Assert.Contains("/v1/health/service/web?dc=dc%202&ns=ns&partition=part&node-meta=rack%3Ar1&tag=blue&tag=v1", _server!.Requests);
        Assert.DoesNotContain("/v1/agent/self", _server.Requests);
        Assert.Equal(("dc 2", "|blue|v1|"), (_run.Targets[0]["__meta_consul_dc"], _run.Targets[0]["__meta_consul_tags"]));
    }

    [Fact]
    public async Task Targets_stay_while_the_server_fails_and_it_is_asked_again()
    {
        await StartAsync(static arguments => arguments with { Services = ["db"] });
        await _run.AdvanceUntilAsync(() => _run.Addresses == "10.0.0.9:5432");

        _consul.Status = 500;
        _consul.Set("/v1/health/service/db", One("10.0.0.8"));
        await _run.AdvanceUntilAsync(() => _run.Context.Health == HealthState.Unhealthy);
        Assert.Equal("cannot refresh db: status 500: no such thing", _run.Context.HealthMessage);
        Assert.Equal("10.0.0.9:5432", _run.Addresses);
        Assert.True(_run.Metric("prometheus_sd_consul_rpc_failures_total") >= 1);

        _consul.Status = 200;
        await _run.AdvanceUntilAsync(() => _run.Addresses == "10.0.0.8:5432" && _run.Context.Health == HealthState.Healthy);
    }

    [Fact]
    public async Task A_server_that_cannot_be_asked_at_first_is_asked_again()
    {
        _consul.Status = 503;
        await StartAsync(static arguments => arguments);
        await _run.UntilAsync(() => _run.Context.Health == HealthState.Unhealthy);
        Assert.Equal("cannot refresh: status 503: no such thing", _run.Context.HealthMessage);

        _consul.Status = 200;
        await _run.AdvanceUntilAsync(() => _run.Targets.Count == 3 && _run.Context.Health == HealthState.Healthy);
    }

    [Fact]
    public async Task Nonsense_is_a_failure_like_any_other()
    {
        _consul.Set("/v1/health/service/db", """{"not": "a list"}""");
        await StartAsync(static arguments => arguments with { Services = ["db"] });

        await _run.AdvanceUntilAsync(() => _run.Context.HealthMessage.StartsWith("cannot refresh db: cannot understand Consul's answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_index_that_begins_anew_does_not_stop_the_watch()
    {
        await StartAsync(static arguments => arguments with { Services = ["db"] });
        await _run.AdvanceUntilAsync(() => _run.Targets.Count == 1);

        _consul.Restart();
        _consul.Set("/v1/health/service/db", One("10.0.0.8"));
        await _run.AdvanceUntilAsync(() => _run.Addresses == "10.0.0.8:5432");
        _consul.Set("/v1/health/service/db", One("10.0.0.7"));
        await _run.AdvanceUntilAsync(() => _run.Addresses == "10.0.0.7:5432");
    }

    [Fact]
    public async Task Other_arguments_end_the_former_watches()
    {
        await StartAsync(static arguments => arguments with { Services = ["db"] });
        await _run.AdvanceUntilAsync(() => _run.Targets.Count == 1);

        await _run.ApplyAsync(Arguments with { Services = ["web"] });
        await _run.AdvanceUntilAsync(() => _run.Addresses == "10.0.0.1:80 [fd00::2]:81");
    }

    [Theory]
    [InlineData("passing critical warning", "critical")]
    [InlineData("passing", "passing")]
    [InlineData("", "passing")]
    [InlineData("passing strange", "")]
    public void The_worst_check_is_the_health(string statuses, string expected)
    {
        var checks = statuses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static status => new ConsulCheck("x", status)).ToList();

        Assert.Equal(expected, new ConsulEntry(null, null, checks).Health);
        if (expected.Length > 0)
        {
            checks.Add(new ConsulCheck("_service_maintenance:web", "critical"));
            Assert.Equal("maintenance", new ConsulEntry(null, null, checks).Health);
        }
    }

    [Fact]
    public void Arguments_that_cannot_work_are_refused()
    {
        Assert.Equal("", Errors());
        Assert.Equal("", Errors(Config.Set("server", "https://consul:8501")));
        Assert.Contains("no http or https address", Found(Severity.Warning, Config.Set("scheme", "unix")), StringComparison.Ordinal);
        Assert.Contains("no http or https address", Found(Severity.Warning, Config.Set("server", "")), StringComparison.Ordinal);
        Assert.Contains(
            "cannot authenticate in two ways", Found(Severity.Warning, Config.Set("username", "u"), Config.Block("basic_auth")), StringComparison.Ordinal);
        Assert.Contains("must be greater than 0", Errors(Config.Set("refresh_interval", "0s")), StringComparison.Ordinal);
    }

    private static string One(string address) =>
        $$"""[{"Node":{"Node":"n","Address":"{{address}}"},"Service":{"ID":"i","Tags":[],"Address":"","Port":5432},"Checks":null}]""";

    private static string Errors(params object[] parts) => Found(Severity.Error, parts);

    private static string Found(Severity severity, params object[] parts)
    {
        var diagnostics = new DiagnosticBag();
        Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "discovery.consul")
            .Decode(Config.Block("discovery.consul", parts), diagnostics);
        return string.Join("; ", diagnostics.Where(found => found.Severity == severity).Select(static found => found.Message));
    }

    private DiscoveryConsul.Arguments Arguments => new() { Server = new Uri(_server!.Url).Authority };

    private async Task StartAsync(Func<DiscoveryConsul.Arguments, DiscoveryConsul.Arguments> change)
    {
        _server = await FakeHttpServer.StartAsync(_consul.AnswerAsync);
        await _run.StartAsync(change(Arguments));
    }
}
