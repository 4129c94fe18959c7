using Agent.Components.Discovery.Docker;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Syntax;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Discovery.Docker;

public sealed class DiscoveryDockerTests : IAsyncDisposable
{
    private const string Networks = """
        [{"Id":"n1","Name":"bridge","Scope":"local","Internal":false,"Ingress":false,"Labels":{"com.example/net":"x"}},
         {"Id":"n2","Name":"other","Scope":"swarm","Internal":true,"Ingress":true,"Labels":null}]
        """;

    private const string Web = """
        {"Id":"c1","Names":["/web"],"Image":"nginx","ImageID":"sha256:1","Labels":{"com.docker.compose.service":"web"},
         "HostConfig":{"NetworkMode":"bridge"},
         "NetworkSettings":{"Networks":{"z":{"NetworkID":"n2","IPAddress":"10.9.0.2"},"b":{"NetworkID":"n1","IPAddress":"172.17.0.2"}}},
         "Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},{"PrivatePort":443,"Type":"tcp"},{"PrivatePort":53,"Type":"udp"}]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("invar-docker-").FullName;
    private readonly DiscoveryRun<DiscoveryDocker.Arguments> _run = new(
        "discovery.docker", static context => new DiscoveryDocker(context), static exports => ((DiscoveryDocker.Exports)exports).Targets);

    private volatile string _containers = $"[{Web}]";
    private volatile int _status = 200;
    private FakeHttpServer? _server;

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Each_port_of_the_first_network_is_a_target()
    {
        await StartAsync(static arguments => arguments);
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        Assert.Equal("172.17.0.2:80 172.17.0.2:443", _run.Addresses);
        Assert.Equal(
            "__address__=172.17.0.2:80 __meta_docker_container_id=c1 __meta_docker_container_image=nginx __meta_docker_container_image_id=sha256:1 "
            + "__meta_docker_container_label_com_docker_compose_service=web __meta_docker_container_name=/web __meta_docker_container_network_mode=bridge "
            + "__meta_docker_network_id=n1 __meta_docker_network_ingress=false __meta_docker_network_internal=false __meta_docker_network_ip=172.17.0.2 "
            + "__meta_docker_network_label_com_example_net=x __meta_docker_network_name=bridge __meta_docker_network_scope=local "
            + "__meta_docker_port_private=80 __meta_docker_port_public=8080 __meta_docker_port_public_ip=0.0.0.0",
            string.Join(' ', _run.Targets[0].Labels.Select(static label => $"{label.Name}={label.Value}")));
        Assert.Equal(["/containers/json", "/networks"], _server!.Requests);
    }

    [Fact]
    public async Task All_networks_count_where_wished_and_filters_go_to_the_daemon()
    {
        await StartAsync(static arguments => arguments with
        {
            MatchFirstNetwork = false,
            Filter = [new() { Name = "label", Values = ["a=b", "c"] }, new() { Name = "status", Values = ["running"] }, new() { Name = "label", Values = ["d"] }],
        });
        await _run.UntilAsync(() => _run.Targets.Count == 4);

        Assert.Equal("172.17.0.2:80 172.17.0.2:443 10.9.0.2:80 10.9.0.2:443", _run.Addresses);
        Assert.Equal(
            "/containers/json?filters={\"label\":[\"a=b\",\"c\",\"d\"],\"status\":[\"running\"]}", Uri.UnescapeDataString(_server!.Requests.First()));
    }

    [Fact]
    public async Task Containers_without_ports_in_the_network_of_the_host_or_of_another_container_are_targets_too()
    {
        _containers = """
            [{"Id":"c1","Names":["/plain"],"HostConfig":{"NetworkMode":"bridge"},"NetworkSettings":{"Networks":{"b":{"NetworkID":"n1","GlobalIPv6Address":"fd00::2"}}}},
             {"Id":"c2","Names":["/host"],"HostConfig":{"NetworkMode":"host"},"NetworkSettings":{"Networks":{"host":{"NetworkID":"n9","IPAddress":""}}}},
             {"Id":"c3","Names":["/shared"],"HostConfig":{"NetworkMode":"container:c1"},"NetworkSettings":{"Networks":{}},"Ports":[{"PrivatePort":99,"Type":"tcp"}]},
             {"Id":"c4","Names":["/ring"],"HostConfig":{"NetworkMode":"container:c4"}},
             {"Id":"c5","Names":["/null"],"NetworkSettings":{"Networks":{"x":null}}},
             {"Id":"c6","Names":null}]
            """;
        await StartAsync(static arguments => arguments with { Port = 9100, HostNetworkingHost = "node" });

        await _run.UntilAsync(() => _run.Addresses == "[fd00::2]:9100 node [fd00::2]:99");
    }

    [Fact]
    public async Task A_unix_socket_is_reached()
    {
        string socket = Path.Combine(_folder, "docker.sock");
        _server = await FakeHttpServer.StartAsync(AnswerAsync, socket);
        await _run.StartAsync(new DiscoveryDocker.Arguments { Host = $"unix://{socket}" });

        await _run.UntilAsync(() => _run.Targets.Count == 2);
    }

    [Fact]
    public async Task Containers_stay_while_the_daemon_refuses_or_answers_nonsense()
    {
        await StartAsync(static arguments => arguments);
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        _status = 500;
        await _run.AdvanceUntilAsync(() => _run.Context.HealthMessage.StartsWith("cannot refresh: status 500: ", StringComparison.Ordinal));
        (_status, _containers) = (200, """[{"Id": 7}]""");
        await _run.AdvanceUntilAsync(() => _run.Context.HealthMessage.StartsWith("cannot refresh: cannot understand", StringComparison.Ordinal));
        Assert.Equal(2, _run.Targets.Count);

        _containers = "[]";
        await _run.AdvanceUntilAsync(() => _run.Context.Health == HealthState.Healthy);
        Assert.Empty(_run.Targets);
    }

    [Fact]
    public void A_host_that_is_no_address_is_refused()
    {
        var diagnostics = new DiagnosticBag();
        Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "discovery.docker")
            .Decode(Config.Block("discovery.docker", Config.Set("host", "/var/run/docker.sock")), diagnostics);

        Assert.Contains("failed to parse Docker host", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    private Task AnswerAsync(HttpContext http)
    {
        http.Response.StatusCode = _status;
        return FakeHttpServer.JsonAsync(http, http.Request.Path == "/networks" ? Networks : _containers);
    }

    private async Task StartAsync(Func<DiscoveryDocker.Arguments, DiscoveryDocker.Arguments> change)
    {
        _server = await FakeHttpServer.StartAsync(AnswerAsync);
        await _run.StartAsync(change(new DiscoveryDocker.Arguments { Host = _server.Url }));
    }
}
