using System.Net;
using System.Text;
using Agent.Components.Prometheus.ExporterBlackbox;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Http;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Testing;
using Agent.Wire;

namespace Agent.Components.Tests.Prometheus.ExporterBlackbox;

public sealed class PrometheusExporterBlackboxTests
{
    private const string Name = "prometheus.exporter.blackbox";
    private const string Yaml = "{ modules: { http_2xx: { prober: http, timeout: 5s }, tcp: { prober: tcp } } }";

    [Fact]
    public async Task Each_target_is_exported_with_what_to_probe_and_how()
    {
        using var context = new TestComponentContext("prometheus.exporter.blackbox.default");
        await using var component = new PrometheusExporterBlackbox(context);

        await component.ApplyAsync(
            new PrometheusExporterBlackbox.Arguments
            {
                Config = new OptionalSecret(Yaml, false),
                TargetBlocks =
                [
                    new() { Name = "a", Address = "http://example.com", Module = "http_2xx", Labels = new([new("env", "dev"), new("job", "mine")]) },
                    new() { Name = "b", Address = "example.com" },
                ],
            },
            CancellationToken.None);

        ValueList<Target> targets = ((PrometheusExporterBlackbox.Exports)context.LastExports!).Targets;
        Assert.Equal("integrations/blackbox/a", targets[0]["job"]);
        Assert.Equal("prometheus.exporter.blackbox.default", targets[0]["instance"]);
        Assert.Equal(("http://example.com", "http_2xx", "dev"), (targets[0]["__param_target"], targets[0]["__param_module"], targets[0]["env"]));
        Assert.Equal("/api/v0/component/prometheus.exporter.blackbox.default/metrics", targets[0]["__metrics_path__"]);
        Assert.Equal(("integrations/blackbox/b", "example.com", ""), (targets[1]["job"], targets[1]["__param_target"], targets[1]["__param_module"]));
    }

    [Fact]
    public async Task Targets_of_other_components_keep_their_labels()
    {
        using var context = new TestComponentContext("prometheus.exporter.blackbox.default");
        await using var component = new PrometheusExporterBlackbox(context);

        await component.ApplyAsync(
            new PrometheusExporterBlackbox.Arguments
            {
                Config = new OptionalSecret(Yaml, false),
                Targets = [Found(("name", "t1"), ("__address__", "localhost:9009"), ("module", "tcp"), ("other_label", "example"))],
            },
            CancellationToken.None);

        Target target = Assert.Single(((PrometheusExporterBlackbox.Exports)context.LastExports!).Targets);
        Assert.Equal(("integrations/blackbox/t1", "localhost:9009", "tcp", "example"),
            (target["job"], target["__param_target"], target["__param_module"], target["other_label"]));
        Assert.Equal(("", "", context.Local.Address), (target["name"], target["module"], target["__address__"]));
    }

    [Fact]
    public async Task A_scrape_of_a_target_probes_it()
    {
        using var context = new TestComponentContext("prometheus.exporter.blackbox.default");
        await using var component = new PrometheusExporterBlackbox(context);
        await using var server = new DialogueServer(static (_, _) => Task.CompletedTask);
        await component.ApplyAsync(new PrometheusExporterBlackbox.Arguments { Config = new OptionalSecret(Yaml, false) }, CancellationToken.None);
        using var body = new GrowableBuffer();
        var reply = new LocalReply(body);

        await component.HandleAsync(
            new LocalRequest { Path = "/metrics", QueryString = $"?module=tcp&target=127.0.0.1%3A{server.Port}" }, reply, CancellationToken.None);

        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (reply.Status, reply.ContentType));
        Assert.Contains("\nprobe_success 1\n", Encoding.UTF8.GetString(body.Written), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_file_is_read_and_what_is_wrong_in_it_is_named()
    {
        using var context = new TestComponentContext("prometheus.exporter.blackbox.default");
        await using var component = new PrometheusExporterBlackbox(context);
        string path = Path.Combine(context.StoragePath, "blackbox.yml");
        var arguments = new PrometheusExporterBlackbox.Arguments { ConfigFile = path };

        ComponentException missing = await Assert.ThrowsAsync<ComponentException>(async () => await component.ApplyAsync(arguments, CancellationToken.None));
        await File.WriteAllTextAsync(path, "modules:\n  a:\n    prober: x\n");
        ComponentException wrong = await Assert.ThrowsAsync<ComponentException>(async () => await component.ApplyAsync(arguments, CancellationToken.None));
        await File.WriteAllTextAsync(path, Yaml);
        await component.ApplyAsync(arguments, CancellationToken.None);

        Assert.StartsWith($"failed to load blackbox config from file {path}: error reading config file: ", missing.Message, StringComparison.Ordinal);
        Assert.EndsWith("error parsing config file: yaml: unmarshal errors:\n  line 3: prober 'x' is not valid", wrong.Message, StringComparison.Ordinal);
        Assert.NotNull(context.LastExports);
    }

    [Fact]
    public void Arguments_that_do_not_fit_are_refused_as_by_the_reference()
    {
        AttributeValue config = Config.Set("config", Yaml);
        Value nameless = Config.List(Config.Map(("address", Value.Of("x"))));

        Assert.Empty(TestComponent.Errors(Config.Block(Name, config, Config.Set("probe_timeout_offset", "1s"), Block("a", "b"))));
        Assert.Equal(["config and config_file are mutually exclusive"], TestComponent.Errors(Config.Block(Name, config, Config.Set("config_file", "x"))));
        Assert.Equal(["config or config_file must be set"], TestComponent.Errors(Config.Block(Name, Block("a", "b"))));
        Assert.Equal(
            ["invalid blackbox_exporter config: yaml: line 1: did not find expected ',' or '}'"],
            TestComponent.Errors(Config.Block(Name, Config.Set("config", "{ modules: { http_2xx: { prober: http, timeout: 5s }"))));
        Assert.Equal(["all targets must have a `name`"], TestComponent.Errors(Config.Block(Name, config, Config.Set("targets", nameless))));
        Assert.Equal(
            ["the block `target` and the attribute `targets` are mutually exclusive", "all targets must have a `name`"],
            TestComponent.Errors(Config.Block(Name, config, Config.Set("targets", nameless), Block("a", "b"))));
        Assert.Equal(
            ["failed to load blackbox_targets; the `name` and `address` fields are mandatory"],
            TestComponent.Errors(Config.Block(Name, config, Block("", "b"))));

        static BlockValue Block(string name, string address) => Config.Block("target", Config.Set("name", name), Config.Set("address", address));
    }

    [Theory]
    [InlineData(5, 10, 0.5, 5)]
    [InlineData(0, 10, 0.5, 9.5)]
    [InlineData(20, 10, 0.5, 9.5)]
    [InlineData(0, 0, 0.5, 119.5)]
    [InlineData(3, 0.2, 0.5, 3)]
    public void The_shorter_of_the_modules_and_the_scrapes_time_counts(double module, double scrape, double offset, double expected) =>
        Assert.Equal(
            TimeSpan.FromSeconds(expected),
            BlackboxPage.TimeoutOf(
                TimeSpan.FromSeconds(module), scrape > 0 ? TimeSpan.FromSeconds(scrape) : null, TimeSpan.FromSeconds(offset)));

    [Theory]
    [InlineData(false, true, "::1")]
    [InlineData(true, true, "10.0.0.1")]
    [InlineData(true, false, "10.0.0.1")]
    public void The_preferred_kind_of_address_is_chosen(bool prefersIPv4, bool fallsBack, string expected)
    {
        IPAddress[] both = [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("::1"), IPAddress.Parse("10.0.0.2")];

        Assert.Equal(IPAddress.Parse(expected), AddressChoice.Choose(both, new AddressOptions(prefersIPv4, fallsBack)));
        Assert.Equal(
            fallsBack ? IPAddress.IPv6Loopback : null,
            AddressChoice.Choose([IPAddress.IPv6Loopback], new AddressOptions(true, fallsBack)));
        Assert.Equal(3668918509u, AddressChoice.Hash(IPAddress.Loopback));
    }

    private static Target Found(params (string Name, string Value)[] labels)
    {
        var set = new LabelSetBuilder();
        foreach ((string name, string value) in labels)
        {
            set.Set(name, value);
        }
        return new Target(set.ToLabelSet());
    }
}
