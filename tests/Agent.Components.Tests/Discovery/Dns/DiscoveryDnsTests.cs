using System.Net;
using Agent.Components.Discovery.Dns;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Components.Tests.Discovery.Dns;

public sealed class DiscoveryDnsTests : IAsyncDisposable
{
    private readonly FakeDns _server;
    private readonly DiscoveryRun<DiscoveryDns.Arguments> _run;
    private volatile Func<FakeQuestion, byte[]?> _answer = static question => question.Answer(3);
    private volatile ResolverSettings _settings;

    public DiscoveryDnsTests()
    {
        _server = new FakeDns(question => _answer(question));
        _settings = new ResolverSettings { Servers = [_server.Endpoint] };
        _run = new DiscoveryRun<DiscoveryDns.Arguments>(
            "discovery.dns",
            context => new DiscoveryDns(context) { Resolver = () => _settings },
            static exports => ((DiscoveryDns.Exports)exports).Targets);
    }

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Services_bring_their_port_and_keep_the_dot_of_their_target_in_its_label()
    {
        _answer = static question => question.Answer(
            0, FakeDns.Record(33, [0, 1, 0, 2, 0x1F, 0x90, .. FakeDns.Name("web-1.example.org")]), FakeDns.Record(33, [0, 1, 0, 2, 0, 80, 2, (byte)'b', (byte)'2', 0xC0, 12]));
        await StartAsync("SRV", "_http.example.org");
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        Assert.Equal("web-1.example.org:8080 b2._http.example.org:80", _run.Addresses);
        Assert.Equal(
            "{__address__=\"web-1.example.org:8080\", __meta_dns_name=\"_http.example.org\", __meta_dns_srv_record_port=\"8080\", "
            + "__meta_dns_srv_record_target=\"web-1.example.org.\"}",
            _run.Targets[0].Labels.ToString());
        FakeQuestion asked = _server.Questions.First();
        Assert.Equal(("_http.example.org.", 33, false, true), (asked.Name, asked.Type, asked.IsStream, asked.IsExtended));
    }

    [Theory]
    [InlineData("A", 1, "10.1.2.3:9100")]
    [InlineData("aaaa", 28, "[fd00::1]:9100")]
    public async Task Addresses_get_the_port_of_the_arguments_and_aliases_on_the_way_are_left_out(string type, int number, string expected)
    {
        byte[] address = number == 1 ? [10, 1, 2, 3] : IPAddress.Parse("fd00::1").GetAddressBytes();
        _answer = question => question.Answer(0, FakeDns.Record(5, FakeDns.Name("alias.example.org")), FakeDns.Record(number, address));
        await StartAsync(type, "example.org");

        await _run.UntilAsync(() => _run.Addresses == expected);
        Assert.Equal(2, _run.Targets[0].Labels.Count);
    }

    [Theory]
    [InlineData("MX", "__meta_dns_mx_record_target")]
    [InlineData("NS", "__meta_dns_ns_record_target")]
    public async Task Mail_and_name_servers_have_their_name_in_a_label(string type, string label)
    {
        _answer = question => question.Answer(
            0, question.Type == 15 ? FakeDns.Record(15, [0, 10, .. FakeDns.Name("x.example.org")]) : FakeDns.Record(2, FakeDns.Name("x.example.org")));
        await StartAsync(type, "example.org");

        await _run.UntilAsync(() => _run.Addresses == "x.example.org:9100");
        Assert.Equal("x.example.org.", _run.Targets[0][label]);
    }

    [Fact]
    public async Task What_does_not_fit_into_a_datagram_is_asked_for_over_tcp()
    {
        byte[][] many = [.. Enumerable.Range(0, 2000).Select(static i => FakeDns.Record(1, 10, 0, (byte)(i >> 8), (byte)i))];
        _answer = question => question.IsStream ? question.Answer(0, many) : question.Answer(0, isTruncated: true);
        await StartAsync("A", "example.org");

        await _run.UntilAsync(() => _run.Targets.Count == 2000);
    }

    [Fact]
    public async Task Search_domains_are_tried_in_order_and_full_names_are_not_searched_for()
    {
        _settings = _settings with { Search = ["ns.svc.cluster.local", "cluster.local"], Dots = 5 };
        _answer = static question => question.Name is "db.cluster.local." or "full.example." ? question.Answer(0, FakeDns.Record(1, 10, 0, 0, 1)) : question.Answer(3);
        await StartAsync("A", "db", "full.example.");
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        Assert.Equal(
            ["db.cluster.local.", "db.ns.svc.cluster.local.", "full.example."],
            _server.Questions.Select(static question => question.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_name_that_cannot_be_looked_up_keeps_its_targets_while_one_that_is_gone_loses_them()
    {
        _answer = static question => question.Answer(0, FakeDns.Record(1, 10, 0, 0, question.Name[0] == 'a' ? (byte)1 : (byte)2));
        await StartAsync("A", "a.example", "b.example");
        await _run.UntilAsync(() => _run.Addresses == "10.0.0.1:9100 10.0.0.2:9100");

        _answer = static question => question.Answer(question.Name[0] == 'a' ? 2 : 3);
        await _run.AdvanceUntilAsync(() => _run.Context.Health == HealthState.Unhealthy);

        Assert.Equal("10.0.0.1:9100", _run.Addresses);
        Assert.Equal(
            $"cannot refresh a.example: cannot look up a.example.: {_server.Endpoint} answered with status ServerFailure", _run.Context.HealthMessage);
        Assert.True(_run.Metric("prometheus_sd_dns_lookup_failures_total") >= 1);
        Assert.True(_run.Metric("prometheus_sd_dns_lookups_total") >= 4);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_followed_by_the_next_one()
    {
        await using var silent = new FakeDns(static _ => null);
        _settings = _settings with { Servers = [silent.Endpoint, _server.Endpoint] };
        _answer = static question => question.Answer(0, FakeDns.Record(1, 10, 0, 0, 1));
        await StartAsync("A", "example.org");
        await _run.UntilAsync(() => !silent.Questions.IsEmpty);
        Assert.Empty(_run.Targets);

        await _run.AdvanceUntilAsync(() => _run.Targets.Count == 1);
    }

    [Fact]
    public async Task Silence_of_all_servers_ends_in_a_failure_with_its_reason()
    {
        _answer = static _ => null;
        await StartAsync("A", "example.org");

        await _run.AdvanceUntilAsync(() => _run.Context.Health == HealthState.Unhealthy);

        Assert.EndsWith("no answer within 5 s", _run.Context.HealthMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_servers_that_know_no_extensions_are_asked_without_them()
    {
        _answer = static question => question.IsExtended ? question.Answer(1) : question.Answer(0, FakeDns.Record(1, 10, 0, 0, 1));
        await StartAsync("A", "example.org");

        await _run.UntilAsync(() => _run.Targets.Count == 1);
    }

    [Fact]
    public void Arguments_that_cannot_work_are_refused()
    {
        Assert.Equal("", Errors());
        Assert.Equal("", Errors(Config.Set("type", "a"), Config.Set("port", 80)));
        Assert.Contains("need a port, and 0 is none", Errors(Config.Set("type", "A")), StringComparison.Ordinal);
        Assert.Contains("records of type \"TXT\"", Errors(Config.Set("type", "TXT")), StringComparison.Ordinal);
        Assert.Contains("must be greater than 0", Errors(Config.Set("refresh_interval", "0s")), StringComparison.Ordinal);
    }

    private static string Errors(params object[] parts)
    {
        var diagnostics = new DiagnosticBag();
        AttributeValue[] names = [Config.Set("names", Config.List(Agent.Syntax.Values.Value.Of("x")))];
        Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "discovery.dns")
            .Decode(Config.Block("discovery.dns", [.. names, .. parts]), diagnostics);
        return string.Join("; ", diagnostics.Select(static found => found.Message));
    }

    private Task StartAsync(string type, params string[] names) =>
        _run.StartAsync(new DiscoveryDns.Arguments { Names = [.. names], Type = type, Port = 9100 });
}
