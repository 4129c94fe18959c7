using Agent.Components.Prometheus.ExporterProcess;
using Agent.Components.Tests.Prometheus.Exporter;
using Agent.Sdk;
using Agent.Sdk.Patterns;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterProcess;

public sealed class PrometheusExporterProcessTests
{
    private static readonly PrometheusExporterProcess.Arguments All = new() { Matcher = [new MatcherOptions { Cmdline = [] }] };

    [Fact]
    public async Task A_group_is_reported_under_the_names_of_process_exporter()
    {
        using ExporterRun run = await StartAsync(new FixtureProcess(10, "nginx")
        {
            Descriptors = 3,
            DescriptorLimit = "12",
            Usage = new FixtureUsage { UserTicks = 900, ReadBytes = 5 },
        });
        run.Proc.Put(new FixtureProcess(10, "nginx")
        {
            Descriptors = 3,
            DescriptorLimit = "12",
            Usage = new FixtureUsage
            {
                State = 'R', UserTicks = 1025, SystemTicks = 50, MinorFaults = 6, MajorFaults = 7, ReadBytes = 4096, WrittenBytes = 8192,
                VoluntarySwitches = 8, NonvoluntarySwitches = 9, WaitChannel = "do_epoll_wait",
            },
        });

        string page = string.Join('\n', (await run.ScrapeAsync()).Split('\n').Where(static line => !line.Contains("build_info", StringComparison.Ordinal)));

        Assert.Equal(
            """
            # HELP namedprocess_namegroup_context_switches_total Context switches
            # TYPE namedprocess_namegroup_context_switches_total counter
            namedprocess_namegroup_context_switches_total{ctxswitchtype="nonvoluntary",groupname="nginx"} 9
            namedprocess_namegroup_context_switches_total{ctxswitchtype="voluntary",groupname="nginx"} 8
            # HELP namedprocess_namegroup_cpu_seconds_total Cpu user usage in seconds
            # TYPE namedprocess_namegroup_cpu_seconds_total counter
            namedprocess_namegroup_cpu_seconds_total{groupname="nginx",mode="system"} 0.5
            namedprocess_namegroup_cpu_seconds_total{groupname="nginx",mode="user"} 1.25
            # HELP namedprocess_namegroup_major_page_faults_total Major page faults
            # TYPE namedprocess_namegroup_major_page_faults_total counter
            namedprocess_namegroup_major_page_faults_total{groupname="nginx"} 7
            # HELP namedprocess_namegroup_memory_bytes number of bytes of memory in use
            # TYPE namedprocess_namegroup_memory_bytes gauge
            namedprocess_namegroup_memory_bytes{groupname="nginx",memtype="proportionalResident"} 12288
            namedprocess_namegroup_memory_bytes{groupname="nginx",memtype="proportionalSwapped"} 3072
            namedprocess_namegroup_memory_bytes{groupname="nginx",memtype="resident"} PAGES
            namedprocess_namegroup_memory_bytes{groupname="nginx",memtype="swapped"} 4096
            namedprocess_namegroup_memory_bytes{groupname="nginx",memtype="virtual"} 8.192e+06
            # HELP namedprocess_namegroup_minor_page_faults_total Minor page faults
            # TYPE namedprocess_namegroup_minor_page_faults_total counter
            namedprocess_namegroup_minor_page_faults_total{groupname="nginx"} 6
            # HELP namedprocess_namegroup_num_procs number of processes in this group
            # TYPE namedprocess_namegroup_num_procs gauge
            namedprocess_namegroup_num_procs{groupname="nginx"} 1
            # HELP namedprocess_namegroup_num_threads Number of threads
            # TYPE namedprocess_namegroup_num_threads gauge
            namedprocess_namegroup_num_threads{groupname="nginx"} 1
            # HELP namedprocess_namegroup_oldest_start_time_seconds start time in seconds since 1970/01/01 of oldest process in group
            # TYPE namedprocess_namegroup_oldest_start_time_seconds gauge
            namedprocess_namegroup_oldest_start_time_seconds{groupname="nginx"} 1.70000001e+09
            # HELP namedprocess_namegroup_open_filedesc number of open file descriptors for this group
            # TYPE namedprocess_namegroup_open_filedesc gauge
            namedprocess_namegroup_open_filedesc{groupname="nginx"} 3
            # HELP namedprocess_namegroup_read_bytes_total number of bytes read by this group
            # TYPE namedprocess_namegroup_read_bytes_total counter
            namedprocess_namegroup_read_bytes_total{groupname="nginx"} 4091
            # HELP namedprocess_namegroup_states Number of processes in states Running, Sleeping, Waiting, Zombie, or Other
            # TYPE namedprocess_namegroup_states gauge
            namedprocess_namegroup_states{groupname="nginx",state="Other"} 0
            namedprocess_namegroup_states{groupname="nginx",state="Running"} 1
            namedprocess_namegroup_states{groupname="nginx",state="Sleeping"} 0
            namedprocess_namegroup_states{groupname="nginx",state="Waiting"} 0
            namedprocess_namegroup_states{groupname="nginx",state="Zombie"} 0
            # HELP namedprocess_namegroup_threads_wchan Number of threads in this group waiting on each wchan
            # TYPE namedprocess_namegroup_threads_wchan gauge
            namedprocess_namegroup_threads_wchan{groupname="nginx",wchan="do_epoll_wait"} 1
            # HELP namedprocess_namegroup_worst_fd_ratio the worst (closest to 1) ratio between open fds and max fds among all procs in this group
            # TYPE namedprocess_namegroup_worst_fd_ratio gauge
            namedprocess_namegroup_worst_fd_ratio{groupname="nginx"} 0.25
            # HELP namedprocess_namegroup_write_bytes_total number of bytes written by this group
            # TYPE namedprocess_namegroup_write_bytes_total counter
            namedprocess_namegroup_write_bytes_total{groupname="nginx"} 8192
            # HELP namedprocess_scrape_errors general scrape errors: no proc metrics collected during a cycle
            # TYPE namedprocess_scrape_errors counter
            namedprocess_scrape_errors 0
            # HELP namedprocess_scrape_partial_errors incremented each time a tracked proc's metrics collection fails partially, e.g. unreadable I/O stats
            # TYPE namedprocess_scrape_partial_errors counter
            namedprocess_scrape_partial_errors 0
            # HELP namedprocess_scrape_procread_errors incremented each time a proc's metrics collection fails
            # TYPE namedprocess_scrape_procread_errors counter
            namedprocess_scrape_procread_errors 0

            """.Replace("PAGES", (25 * Environment.SystemPageSize).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal),
            page);
    }

    [Fact]
    public async Task What_ended_processes_used_stays_with_their_group()
    {
        using ExporterRun run = await StartAsync(new FixtureProcess(10, "job"), new FixtureProcess(11, "job"));
        run.Proc.Put(new FixtureProcess(10, "job") { Usage = new FixtureUsage { UserTicks = 100 } });
        run.Proc.Put(new FixtureProcess(11, "job") { Usage = new FixtureUsage { UserTicks = 200 } });
        Assert.Equal("3", User(await run.ScrapeAsync()));

        run.Proc.Remove(11);
        Assert.Equal("3", User(await run.ScrapeAsync()));

        run.Proc.Remove(10);
        string page = await run.ScrapeAsync();
        Assert.Equal("3", User(page));
        Assert.Equal("0", ExporterRun.Value(page, "namedprocess_namegroup_num_procs{groupname=\"job\"}"));
        Assert.Equal("0", ExporterRun.Value(page, "namedprocess_namegroup_memory_bytes{groupname=\"job\",memtype=\"resident\"}"));
        Assert.Equal("-6.21355968e+10", ExporterRun.Value(page, "namedprocess_namegroup_oldest_start_time_seconds{groupname=\"job\"}"));
    }

    [Fact]
    public async Task Empty_groups_are_forgotten_where_asked()
    {
        using var proc = new ProcFixture();
        proc.Put(new FixtureProcess(10, "job"));
        using ExporterRun run = await ExporterRun.StartAsync(proc, All with { RemoveEmptyGroups = true });
        Assert.Equal(["job"], await run.GroupsAsync());

        proc.Remove(10);

        Assert.Empty(await run.GroupsAsync());
    }

    [Fact]
    public async Task All_that_a_process_used_counts_where_it_started_after_the_exporter()
    {
        using ExporterRun run = await StartAsync();

        run.Proc.Put(new FixtureProcess(10, "late") { StartTicks = 100_01, Usage = new FixtureUsage { UserTicks = 250, VoluntarySwitches = 4 } });
        run.Proc.Put(new FixtureProcess(11, "early") { Usage = new FixtureUsage { UserTicks = 250, VoluntarySwitches = 4 } });
        string page = await run.ScrapeAsync();

        Assert.Equal("2.5", User(page, "late"));
        Assert.Equal("4", ExporterRun.Value(page, "namedprocess_namegroup_context_switches_total{ctxswitchtype=\"voluntary\",groupname=\"late\"}"));
        Assert.Equal("0", User(page, "early"));
        Assert.Equal("0", ExporterRun.Value(page, "namedprocess_namegroup_context_switches_total{ctxswitchtype=\"voluntary\",groupname=\"early\"}"));
    }

    [Fact]
    public async Task A_number_that_comes_back_is_another_process()
    {
        using ExporterRun run = await StartAsync(new FixtureProcess(10, "old") { Usage = new FixtureUsage { UserTicks = 500 } });
        run.Proc.Put(new FixtureProcess(10, "new") { StartTicks = 200_00, Usage = new FixtureUsage { UserTicks = 100 } });

        string page = await run.ScrapeAsync();

        Assert.Equal("1", User(page, "new"));
        Assert.Equal("0", User(page, "old"));
    }

    [Fact]
    public async Task The_target_is_that_of_the_integration()
    {
        using ExporterRun run = await StartAsync();

        var exports = Assert.IsType<PrometheusExporterProcess.Exports>(run.Context.LastExports);
        LabelSet labels = Assert.Single(exports.Targets).Labels;
        Assert.Equal("integrations/process", labels["job"]);
        Assert.Equal("/api/v0/component/prometheus.exporter.process.demo/metrics", labels["__metrics_path__"]);
    }

    [Fact]
    public async Task A_folder_without_processes_is_refused()
    {
        using ExporterRun run = await StartAsync();
        run.Proc.Delete("stat");

        var refused = await Assert.ThrowsAsync<ComponentException>(async () => await run.ApplyAsync(All));

        Assert.Contains(run.Proc.Path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_that_cannot_be_listed_any_more_are_an_error_of_the_scrape()
    {
        using ExporterRun run = await StartAsync(new FixtureProcess(10, "job"));
        Directory.Delete(run.Proc.Path, recursive: true);

        string page = await run.ScrapeAsync();

        Assert.Equal("1", ExporterRun.Value(page, "namedprocess_scrape_errors"));
        Assert.DoesNotContain("groupname", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_running_system_can_be_read()
    {
        using var context = new TestComponentContext("prometheus.exporter.process.demo");
        var component = new PrometheusExporterProcess(context);
        // Programs that other tests start are no part of it.
        await component.ApplyAsync(
            new() { Matcher = [new MatcherOptions { Name = "{{.PID}}", Cmdline = [Pattern.Parse("dotnet|testhost")] }], TrackChildren = false }, CancellationToken.None);
        string page = (await component.GetAsync()).Text;
        string self = $"groupname=\"{Environment.ProcessId}\"";
        Assert.Equal("1", ExporterRun.Value(page, $"namedprocess_namegroup_num_procs{{{self}}}"));
        Assert.NotEqual("0", ExporterRun.Value(page, $"namedprocess_namegroup_open_filedesc{{{self}}}"));
        Assert.NotEqual("0", ExporterRun.Value(page, $"namedprocess_namegroup_memory_bytes{{{self},memtype=\"resident\"}}"));
        Assert.NotEqual("1", ExporterRun.Value(page, $"namedprocess_namegroup_num_threads{{{self}}}"));
        Assert.Contains($"namedprocess_namegroup_thread_count{{{self},threadname=\"", page, StringComparison.Ordinal);
        await component.DisposeAsync();
    }

    private static string? User(string page, string group = "job") =>
        ExporterRun.Value(page, $"namedprocess_namegroup_cpu_seconds_total{{groupname=\"{group}\",mode=\"user\"}}");

    private static async Task<ExporterRun> StartAsync(params FixtureProcess[] processes)
    {
        var proc = new ProcFixture();
        foreach (FixtureProcess process in processes)
        {
            proc.Put(process);
        }
        return await ExporterRun.StartAsync(proc, All);
    }
}
