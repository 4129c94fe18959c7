using Agent.Components.Prometheus.Exporter;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Components.Tests.Decoding;
using Agent.Components.Tests.Prometheus.Exporter;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Testing;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

public sealed class PrometheusExporterUnixTests : IDisposable
{
    private readonly DirectoryInfo _host = Directory.CreateTempSubdirectory("host");
    private readonly LineLogger _log = new();
    private readonly TestComponentContext _context;

    public PrometheusExporterUnixTests() => _context = new TestComponentContext("prometheus.exporter.unix.x") { Log = _log };

    [Fact]
    public async Task The_target_is_the_page_of_the_component()
    {
        await using PrometheusExporterUnix component = await StartAsync(new UnixExporterOptions());
        Target target = Assert.Single(Assert.IsType<PrometheusExporterUnix.Exports>(_context.LastExports).Targets);

        Assert.Equal(
            [
                "__address__=alloy.internal:12345", "__meta_component_id=prometheus.exporter.unix.x",
                "__meta_component_name=prometheus.exporter.unix", "__metrics_path__=/api/v0/component/prometheus.exporter.unix.x/metrics",
                "__scheme__=http", $"instance={ExporterTargets.HostName}", "job=integrations/unix",
            ],
            target.Labels.Select(static label => $"{label.Name}={label.Value}"));
    }

    [Fact]
    public async Task Equal_arguments_export_equal_targets()
    {
        await using PrometheusExporterUnix component = await StartAsync(new UnixExporterOptions());
        object first = _context.LastExports!;
        await component.ApplyAsync(new PrometheusExporterUnix.Arguments { Options = new UnixExporterOptions { SetCollectors = ["time"] } }, CancellationToken.None);

        Assert.Equal(first, _context.LastExports);
    }

    [Fact]
    public async Task The_page_has_the_chosen_collectors_and_what_finds_hosts()
    {
        Write("proc/loadavg", "0.21 0.37 0.39 1/719 19737\n");
        await using PrometheusExporterUnix component = await StartAsync(new UnixExporterOptions { SetCollectors = ["loadavg"] });

        Answer answer = await component.GetAsync(accept: "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.2");

        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (answer.Status, answer.ContentType));
        SortedDictionary<string, List<string>> families = NodeFixtures.Families(answer.Text);
        Assert.Equal(
            [
                "node_exporter_build_info", "node_load1", "node_load15", "node_load5", "node_scrape_collector_duration_seconds",
                "node_scrape_collector_success", "promhttp_metric_handler_errors_total",
            ],
            families.Keys);
        Assert.Equal("# HELP node_load1 1m load average.|# TYPE node_load1 gauge|node_load1 0.21", string.Join('|', families["node_load1"]));
        Assert.StartsWith("node_exporter_build_info{branch=\"\",goarch=", families["node_exporter_build_info"][2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenMetrics_is_written_for_those_who_take_nothing_else()
    {
        Write("proc/stat", "ctxt 38014093\nbtime 1418183276\nprocesses 26442\n");
        await using PrometheusExporterUnix component = await StartAsync(new UnixExporterOptions { SetCollectors = ["stat"] });

        Answer answer = await component.GetAsync(accept: "application/openmetrics-text");

        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", answer.ContentType);
        Assert.Contains("# TYPE node_context_switches counter\nnode_context_switches_total 3.8014093e+07\n", answer.Text, StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrapes_are_counted_where_metrics_of_the_exporter_are_asked_for()
    {
        await using PrometheusExporterUnix component = await StartAsync(new UnixExporterOptions { SetCollectors = ["time"], IncludeExporterMetrics = true });
        await component.GetAsync();

        string text = (await component.GetAsync()).Text;

        Assert.Contains("promhttp_metric_handler_requests_in_flight 1\n", text, StringComparison.Ordinal);
        Assert.Contains("promhttp_metric_handler_requests_total{code=\"200\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("promhttp_metric_handler_requests_total{code=\"503\"} 0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_fails_is_logged_as_an_error_and_one_without_data_is_not()
    {
        Write("proc/vmstat", "pgfault many\n");
        Write("proc/loadavg", "0.21 0.37 0.39 1/719 19737\n");
        await using PrometheusExporterUnix component = await StartAsync(new UnixExporterOptions { SetCollectors = ["vmstat", "loadavg", "nvme"] });

        string text = (await component.GetAsync()).Text;

        Assert.Contains("node_scrape_collector_success{collector=\"vmstat\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("node_scrape_collector_success{collector=\"loadavg\"} 1\n", text, StringComparison.Ordinal);
        Assert.Equal(
            [
                (LogLevel.Information, "enabled collectors: loadavg, nvme, vmstat"),
                (LogLevel.Debug, "collector returned no data name=nvme: the machine has no NVMe drives"),
                (LogLevel.Error, "collector failed name=vmstat: cannot read /proc/vmstat: \"many\" is not a number"),
            ],
            _log.Lines);
    }

    [Fact]
    public async Task A_change_of_arguments_changes_the_next_scrape()
    {
        Write("proc/loadavg", "0.21 0.37 0.39 1/719 19737\n");
        await using PrometheusExporterUnix component = await StartAsync(new UnixExporterOptions { SetCollectors = ["time"] });
        Assert.DoesNotContain("node_load1", (await component.GetAsync()).Text, StringComparison.Ordinal);

        await ApplyAsync(component, new UnixExporterOptions { SetCollectors = ["loadavg"] });

        Assert.Contains("node_load1 0.21\n", (await component.GetAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_scrapes_at_once_all_get_whole_pages()
    {
        Write("proc/loadavg", "0.21 0.37 0.39 1/719 19737\n");
        await using PrometheusExporterUnix component = await StartAsync(new UnixExporterOptions { SetCollectors = ["loadavg"] });

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => component.GetAsync()));

        Assert.All(answers, static answer => Assert.Equal(7, NodeFixtures.Families(answer.Text).Count));
    }

    [Fact]
    public void Names_of_collectors_that_do_not_exist_are_pointed_out_and_passed_over()
    {
        IReadOnlyList<string> found = TestComponent.Errors(Config.Labelled(
            "prometheus.exporter.unix", "x",
            Config.Set("set_collectors", Config.List(Value.Of("cpu"), Value.Of("loadavgs"), Value.Of("boottime"))),
            Config.Set("enable_collectors", Config.List(Value.Of("stat"))),
            Config.Set("disable_collectors", Config.List(Value.Of("stat")))));

        Assert.Equal(
            [
                "there is no collector \"loadavgs\" in this build: it is passed over",
                "collector \"stat\" is enabled and disabled: disable_collectors wins",
            ],
            found);
    }

    [Fact]
    public void Devices_cannot_be_both_included_and_excluded()
    {
        object both = Config.Block("netdev", Config.Set("device_include", "eth.*"), Config.Set("device_exclude", "lo"));

        Assert.Equal(
            ["cannot choose devices of netdev: device_exclude and device_include are mutually exclusive"],
            TestComponent.Errors(Config.Labelled("prometheus.exporter.unix", "x", both)));
        Assert.Empty(TestComponent.Errors(Config.Labelled(
            "prometheus.exporter.unix", "x", both, Config.Set("disable_collectors", Config.List(Value.Of("netdev"))))));
    }

    [Fact]
    public void Labels_that_backends_do_not_have_are_refused() => Assert.Equal(
        ["cannot label backends of ipvs: unknown label \"color\""],
        TestComponent.Errors(Config.Labelled(
            "prometheus.exporter.unix", "x", Config.Block("ipvs", Config.Set("backend_labels", Config.List(Value.Of("proto"), Value.Of("color")))))));

    public void Dispose()
    {
        _context.Dispose();
        _host.Delete(recursive: true);
    }

    private async Task<PrometheusExporterUnix> StartAsync(UnixExporterOptions options)
    {
        var component = new PrometheusExporterUnix(_context);
        await ApplyAsync(component, options);
        return component;
    }

    private ValueTask ApplyAsync(PrometheusExporterUnix component, UnixExporterOptions options) => component.ApplyAsync(
        new PrometheusExporterUnix.Arguments
        {
            Options = options with { ProcfsPath = PathOf("proc"), SysfsPath = PathOf("sys"), RootfsPath = PathOf("root") },
        },
        CancellationToken.None);

    private string PathOf(string relative) => Path.Combine(_host.FullName, relative);

    private void Write(string relative, string text)
    {
        string path = PathOf(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
