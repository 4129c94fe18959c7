using Agent.Components.Prometheus.ExporterUnix;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

public sealed class CollectorSetTests : IDisposable
{
    private readonly DirectoryInfo _host = Directory.CreateTempSubdirectory("host");

    [Fact]
    public void A_collector_that_fails_reports_it_and_the_others_go_on()
    {
        Write("proc/loadavg", "0.21 0.37 0.39 1/719 19737\n");
        Write("proc/vmstat", "pgfault many\n");

        string text = Scrape(new UnixExporterOptions { SetCollectors = ["vmstat", "loadavg", "stat"] }, out IReadOnlyList<CollectorFailure> failures);

        Assert.Contains("node_load1 0.21\n", text, StringComparison.Ordinal);
        Assert.Contains("node_scrape_collector_success{collector=\"loadavg\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_scrape_collector_success{collector=\"vmstat\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("node_scrape_collector_success{collector=\"stat\"} 0\n", text, StringComparison.Ordinal);
        Assert.Equal(["stat", "vmstat"], failures.Select(failure => failure.Collector));
        Assert.Equal("cannot read /proc/vmstat: \"many\" is not a number", failures[1].Error);
    }

    [Fact]
    public void What_the_host_does_not_have_is_no_success_and_no_surprise()
    {
        Scrape(new UnixExporterOptions { SetCollectors = ["nvme"] }, out IReadOnlyList<CollectorFailure> failures);

        Assert.True(Assert.Single(failures).Expected);
    }

    [Fact]
    public void Disabling_wins_over_enabling_and_a_set_replaces_the_defaults()
    {
        Assert.Contains("cpu", CollectorCatalog.Enabled(new UnixExporterOptions()));
        Assert.DoesNotContain("sysctl", CollectorCatalog.Enabled(new UnixExporterOptions()));
        Assert.Equal(
            ["cpu", "sysctl"],
            CollectorCatalog.Enabled(new UnixExporterOptions
            {
                SetCollectors = ["cpu", "time"],
                EnableCollectors = ["sysctl", "stat"],
                DisableCollectors = ["stat", "time"],
            }));
    }

    [Fact]
    public void Counters_of_a_processor_never_run_backwards_unless_it_was_replaced()
    {
        Write("proc/stat", "cpu0 500 0 0 10000 0 0 0 0 0 0\n");
        var output = new FamilyWriter();
        CollectorSet set = CollectorCatalog.Create(Settings(new UnixExporterOptions { SetCollectors = ["cpu"] }), new FakeTimeProvider());
        set.Scrape(output);
        Write("proc/stat", "cpu0 600 0 0 9900 0 0 0 0 0 0\n");
        output.Clear();
        set.Scrape(output);
        Assert.Contains("node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 100\n", NodeFixtures.Text(output), StringComparison.Ordinal);
        Assert.Contains("node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 6\n", NodeFixtures.Text(output), StringComparison.Ordinal);

        Write("proc/stat", "cpu0 100 0 0 200 0 0 0 0 0 0\n");
        output.Clear();
        set.Scrape(output);
        Assert.Contains("node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 1\n", NodeFixtures.Text(output), StringComparison.Ordinal);
        output.Dispose();
    }

    [Fact]
    public void A_text_file_with_a_mistake_is_left_out_and_its_line_named()
    {
        Write("text/good.prom", "# TYPE up gauge\nup{job=\"a b\"} 1\n");
        Write("text/bad.prom", "fine 1\nbroken{x=1} 2\n");

        string text = Scrape(
            new UnixExporterOptions { SetCollectors = ["textfile"], Textfile = new TextfileOptions { Directory = PathOf("text") } },
            out IReadOnlyList<CollectorFailure> failures);

        Assert.Contains("up{job=\"a b\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_textfile_scrape_error 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("fine", text, StringComparison.Ordinal);
        Assert.Contains("bad.prom: line 2:", Assert.Single(failures).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_running_system_can_be_read()
    {
        using var output = new FamilyWriter();
        var settings = new CollectorSettings
        {
            Options = new UnixExporterOptions { SetCollectors = ["filesystem", "uname", "netdev", "loadavg", "meminfo"] },
        };
        CollectorCatalog.Create(settings, TimeProvider.System).Scrape(output);

        string text = NodeFixtures.Text(output);
        Assert.Contains("sysname=\"Linux\"", text, StringComparison.Ordinal);
        Assert.Contains("node_memory_MemTotal_bytes ", text, StringComparison.Ordinal);
        Assert.Contains("node_network_receive_bytes_total{device=\"lo\"}", text, StringComparison.Ordinal);
        Assert.Contains("node_scrape_collector_success{collector=\"filesystem\"} 1\n", text, StringComparison.Ordinal);
    }

    public void Dispose() => _host.Delete(recursive: true);

    private string Scrape(UnixExporterOptions options, out IReadOnlyList<CollectorFailure> failures)
    {
        using var output = new FamilyWriter();
        failures = CollectorCatalog.Create(Settings(options), new FakeTimeProvider()).Scrape(output);
        return NodeFixtures.Text(output);
    }

    private CollectorSettings Settings(UnixExporterOptions options) => new()
    {
        Options = options with { ProcfsPath = PathOf("proc"), SysfsPath = PathOf("sys"), RootfsPath = PathOf("root") },
    };

    private string PathOf(string relative) => Path.Combine(_host.FullName, relative);

    private void Write(string relative, string text)
    {
        string path = PathOf(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
