using Agent.Components.Prometheus.ExporterProcess;
using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Tests.Prometheus.ExporterProcess;

public sealed class ProcessReadingTests
{
    private const string Switches = "namedprocess_namegroup_context_switches_total{ctxswitchtype=\"voluntary\",groupname=\"web\"}";
    private const string PartialErrors = "namedprocess_scrape_partial_errors";
    private const string ReadErrors = "namedprocess_scrape_procread_errors";
    private const string Processes = "namedprocess_namegroup_num_procs{groupname=\"web\"}";

    private static readonly PrometheusExporterProcess.Arguments Web = new() { Matcher = [new MatcherOptions { Comm = ["web"] }] };

    [Fact]
    public async Task Threads_are_reported_by_name()
    {
        using ExporterRun run = await StartAsync(Threaded(Usage(0), Usage(0), Usage(0)));
        run.Proc.Put(Threaded(Usage(100), Usage(200), Usage(400)));

        string page = await run.ScrapeAsync();

        Assert.Equal("2", ExporterRun.Value(page, "namedprocess_namegroup_thread_count{groupname=\"web\",threadname=\"worker\"}"));
        Assert.Equal("6", ExporterRun.Value(page, "namedprocess_namegroup_thread_cpu_seconds_total{groupname=\"web\",mode=\"user\",threadname=\"worker\"}"));
        Assert.Equal("1", ExporterRun.Value(page, "namedprocess_namegroup_thread_cpu_seconds_total{groupname=\"web\",mode=\"user\",threadname=\"web\"}"));
        Assert.Equal("600", ExporterRun.Value(page, "namedprocess_namegroup_thread_io_bytes_total{groupname=\"web\",iomode=\"read\",threadname=\"worker\"}"));
        Assert.Equal("600", ExporterRun.Value(
            page, "namedprocess_namegroup_thread_context_switches_total{ctxswitchtype=\"voluntary\",groupname=\"web\",threadname=\"worker\"}"));
        // The first thread counts as the process and as a thread.
        Assert.Equal("4", ExporterRun.Value(page, "namedprocess_namegroup_states{groupname=\"web\",state=\"Sleeping\"}"));
        Assert.Equal("4", ExporterRun.Value(page, "namedprocess_namegroup_threads_wchan{groupname=\"web\",wchan=\"futex\"}"));
        Assert.Equal("700", ExporterRun.Value(page, Switches));
    }

    [Fact]
    public async Task Context_switches_of_ended_threads_stay()
    {
        using ExporterRun run = await StartAsync(Threaded(Usage(0), Usage(0), Usage(0)));
        run.Proc.Put(Threaded(Usage(100), Usage(200), Usage(400)));
        Assert.Equal("700", ExporterRun.Value(await run.ScrapeAsync(), Switches));

        run.Proc.Put(Threaded(Usage(101), Usage(202)));
        Assert.Equal("703", ExporterRun.Value(await run.ScrapeAsync(), Switches));

        run.Proc.Put(Threaded(Usage(105)));
        string page = await run.ScrapeAsync();
        Assert.Equal("707", ExporterRun.Value(page, Switches));
        Assert.DoesNotContain("threadname", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_track_threads_and_gather_smaps_their_metrics_are_left_out()
    {
        using var proc = new ProcFixture();
        proc.Put(Threaded(Usage(0), Usage(0)));
        using ExporterRun run = await ExporterRun.StartAsync(proc, Web with { TrackThreads = false, GatherSmaps = false });
        proc.Put(Threaded(Usage(1), Usage(2)));

        string page = await run.ScrapeAsync();

        Assert.DoesNotContain("threadname", page, StringComparison.Ordinal);
        Assert.DoesNotContain("proportional", page, StringComparison.Ordinal);
        Assert.Equal("3", ExporterRun.Value(page, Switches));
        Assert.Equal("2", ExporterRun.Value(page, "namedprocess_namegroup_num_threads{groupname=\"web\"}"));
    }

    [Fact]
    public async Task What_cannot_be_read_of_a_process_is_counted_and_the_rest_reported()
    {
        using ExporterRun run = await StartAsync(new FixtureProcess(10, "web") { Usage = Usage(100) });
        run.Proc.Break("10/io");
        run.Proc.Break("10/smaps_rollup");

        string page = await run.ScrapeAsync();
        Assert.Equal("1", ExporterRun.Value(page, PartialErrors));
        Assert.Equal("0", ExporterRun.Value(page, ReadErrors));
        Assert.Equal("1", ExporterRun.Value(page, Processes));

        // Bytes go on from where they were.
        run.Proc.Put(new FixtureProcess(10, "web") { Usage = Usage(130) });
        page = await run.ScrapeAsync();
        Assert.Equal("1", ExporterRun.Value(page, PartialErrors));
        Assert.Equal("30", ExporterRun.Value(page, "namedprocess_namegroup_read_bytes_total{groupname=\"web\"}"));
    }

    [Fact]
    public async Task Bytes_that_become_readable_later_do_not_make_a_counter_jump()
    {
        using var proc = new ProcFixture();
        proc.Put(new FixtureProcess(10, "web") { Usage = Usage(100) });
        proc.Break("10/io");
        using ExporterRun run = await ExporterRun.StartAsync(proc, Web);

        proc.Put(new FixtureProcess(10, "web") { Usage = Usage(130) });
        Assert.Equal("0", ExporterRun.Value(await run.ScrapeAsync(), "namedprocess_namegroup_read_bytes_total{groupname=\"web\"}"));

        proc.Put(new FixtureProcess(10, "web") { Usage = Usage(131) });
        Assert.Equal("1", ExporterRun.Value(await run.ScrapeAsync(), "namedprocess_namegroup_read_bytes_total{groupname=\"web\"}"));
    }

    [Fact]
    public async Task A_process_that_cannot_be_read_at_all_is_an_error_and_counts_again_once_it_can()
    {
        using ExporterRun run = await StartAsync(new FixtureProcess(10, "web") { Usage = Usage(100) });
        run.Proc.Break("10/status");

        string page = await run.ScrapeAsync();
        Assert.Equal("1", ExporterRun.Value(page, ReadErrors));
        Assert.Equal("0", ExporterRun.Value(page, Processes));

        run.Proc.Put(new FixtureProcess(10, "web") { Usage = Usage(150) });
        page = await run.ScrapeAsync();
        Assert.Equal("1", ExporterRun.Value(page, Processes));
        Assert.Equal("50", ExporterRun.Value(page, Switches));
    }

    [Theory]
    [InlineData("10/stat")]
    [InlineData("10/status")]
    [InlineData("10/limits")]
    public async Task A_process_that_ends_while_it_is_read_is_no_error(string file)
    {
        using ExporterRun run = await StartAsync(new FixtureProcess(10, "web"));
        run.Proc.Delete(file);

        string page = await run.ScrapeAsync();

        Assert.Equal("0", ExporterRun.Value(page, ReadErrors));
        Assert.Equal("0", ExporterRun.Value(page, PartialErrors));
        Assert.Equal("0", ExporterRun.Value(page, Processes));
    }

    [Fact]
    public async Task A_file_that_this_kernel_lacks_is_a_partial_error_but_the_sums_of_smaps_have_a_substitute()
    {
        using var proc = new ProcFixture();
        proc.Put(new FixtureProcess(10, "web"));
        proc.Delete("10/smaps_rollup");
        proc.Write("10/smaps", "00400000-0040b000 r-xp 00000000 08:01 1 /bin/web\nPss:   10 kB\nSwapPss:   1 kB\nVmFlags: rd\n0060a000-0060b000 r--p 0000a000 08:01 1 /bin/web\nPss:   20 kB\n");
        using ExporterRun run = await ExporterRun.StartAsync(proc, Web);

        string page = await run.ScrapeAsync();
        Assert.Equal("0", ExporterRun.Value(page, PartialErrors));
        Assert.Equal("30720", ExporterRun.Value(page, "namedprocess_namegroup_memory_bytes{groupname=\"web\",memtype=\"proportionalResident\"}"));

        proc.Delete("10/wchan");
        page = await run.ScrapeAsync();
        Assert.Equal("1", ExporterRun.Value(page, PartialErrors));
        Assert.Equal("1", ExporterRun.Value(page, Processes));
    }

    [Fact]
    public void A_steady_scrape_allocates_little_per_process()
    {
        using var proc = new ProcFixture();
        const int Count = 50;
        for (int i = 0; i < Count; i++)
        {
            proc.Put(new FixtureProcess(100 + i, i % 2 == 0 ? "web" : "other") { Usage = Usage(i) });
        }
        using var files = new ProcFiles(proc.Path);
        var reader = new ProcessReader(files, new NameCache(), new ProcessReadOptions(true, true, 4096));
        using var tracker = new ProcessTracker(
            files, reader, [new ProcessMatcher(new MatcherOptions { Comm = ["web"] }, TimeProvider.System)], new TrackingOptions(true, false, false));
        using var output = new FamilyWriter();
        Scrape(tracker, output);
        Scrape(tracker, output);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Scrape(tracker, output);
        long used = GC.GetAllocatedBytesForCurrentThread() - before;

        // The rest is the listing of descriptors, which a kernel since 6.2 makes unnecessary, and of the processes.
        Assert.InRange(used, 0, (Count / 2 * 1024) + 4096);
    }

    private static void Scrape(ProcessTracker tracker, FamilyWriter output)
    {
        output.Clear();
        Assert.True(tracker.TryUpdate(DateTimeOffset.UnixEpoch));
        new ProcessFamilies(true, true).Write(tracker.Groups.GetValueAtIndex(0), output);
    }

    private static FixtureUsage Usage(int amount) => new()
    {
        UserTicks = amount,
        ReadBytes = amount,
        VoluntarySwitches = amount,
        WaitChannel = "futex",
    };

    /// <summary>A process with these threads, the first of which is its own.</summary>
    private static FixtureProcess Threaded(params FixtureUsage[] threads) => new(10, "web")
    {
        Usage = threads[0],
        Threads = threads.Length == 1 ? [] : [.. threads.Select(static (usage, i) => new FixtureThread(10 + i, i == 0 ? "web" : "worker", usage))],
    };

    private static async Task<ExporterRun> StartAsync(FixtureProcess process)
    {
        var proc = new ProcFixture();
        proc.Put(process);
        return await ExporterRun.StartAsync(proc, Web);
    }
}
