using Agent.Components.Prometheus.ExporterProcess;
using Agent.Components.Tests.Decoding;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;
using Agent.Syntax.Values;

namespace Agent.Components.Tests.Prometheus.ExporterProcess;

public sealed class ProcessMatchingTests
{
    [Theory]
    [InlineData("{{.Comm}}", "postmaster")]
    [InlineData("{{.ExeBase}}", "postgres")]
    [InlineData("", "postgres")]
    [InlineData("{{.ExeFull}}", "/usr/lib/postgres")]
    [InlineData("{{.PID}} of {{.Username}}", "10 of 4000000001")]
    [InlineData("{{.Matches.cluster}}/{{.Matches.port}}", "main/5432")]
    [InlineData("{{.Matches.other}}", "<no value>")]
    [InlineData("{{index .Cgroups 0}}", "/system.slice/nginx.service")]
    [InlineData("{{len .Cgroups}}", "1")]
    [InlineData("{{.StartTime}}", "2023-11-14 22:13:30.05 +0000 UTC")]
    [InlineData("{{.StartTime.Unix}}", "1700000010")]
    [InlineData("{{if eq .Comm \"postmaster\"}}db{{end}}", "db")]
    [InlineData("db-{{.Nothing}}-x", "db-")]
    public async Task A_name_is_a_template_over_the_process(string template, string expected)
    {
        var process = new FixtureProcess(10, "postmaster")
        {
            Line = ["/usr/lib/postgres", "-D", "/data/main", "-p", "5432"],
            StartTicks = 1005,
        };

        Assert.Equal([expected], await GroupsAsync(
            [new MatcherOptions { Name = template, Cmdline = [Pattern.Parse("-D /data/(?P<cluster>\\w+)"), Pattern.Parse("-p (?P<port>\\d+)")] }], process));
    }

    [Fact]
    public async Task A_process_matches_by_the_name_that_the_kernel_keeps()
    {
        Assert.Equal(
            ["my (odd) app", "web"],
            await GroupsAsync(
                [new MatcherOptions { Name = "{{.Comm}}", Comm = ["web", "my (odd) app"] }],
                new FixtureProcess(10, "web"), new FixtureProcess(11, "webby"), new FixtureProcess(12, "my (odd) app")));
    }

    [Fact]
    public async Task A_program_is_compared_with_its_path_where_the_rule_has_one()
    {
        Assert.Equal(
            ["/opt/bin/x", "/usr/bin/redis", "/usr/bin/x"],
            await GroupsAsync(
                [new MatcherOptions { Name = "{{.ExeFull}}", Exe = ["redis", "/usr/bin/x", "/opt/bin/x"] }],
                Program(10, "/usr/bin/redis"), Program(11, "/usr/bin/x"), Program(12, "/opt/bin/x"), Program(13, "/srv/x")));
    }

    [Fact]
    public async Task All_rules_of_a_matcher_must_hold_and_the_first_matcher_wins()
    {
        Assert.Equal(
            ["all", "main"],
            await GroupsAsync(
                [
                    new MatcherOptions { Name = "main", Comm = ["java"], Cmdline = [Pattern.Parse("Main"), Pattern.Parse("-jar")] },
                    new MatcherOptions { Name = "all", Comm = ["java"] },
                ],
                new FixtureProcess(10, "java") { Line = ["java", "-jar", "Main"] },
                new FixtureProcess(11, "java") { Line = ["java", "Main"] }));
    }

    [Fact]
    public async Task A_list_without_entries_takes_no_process_by_name_and_each_by_its_line()
    {
        Assert.Empty(await GroupsAsync([new MatcherOptions { Comm = [] }], new FixtureProcess(10, "web")));
        Assert.Empty(await GroupsAsync([new MatcherOptions { Exe = [] }], new FixtureProcess(10, "web")));
        Assert.Equal(["web"], await GroupsAsync([new MatcherOptions { Cmdline = [] }], new FixtureProcess(10, "web")));
        Assert.Empty(await GroupsAsync([], new FixtureProcess(10, "web")));
    }

    [Fact]
    public async Task A_process_without_a_line_has_the_name_that_the_kernel_keeps()
    {
        var thread = new FixtureProcess(10, "kswapd0") { Line = [] };

        Assert.Equal(["kswapd0 kswapd0"], await GroupsAsync([new MatcherOptions { Name = "{{.ExeBase}} {{.ExeFull}}", Cmdline = [] }], thread));
        Assert.Empty(await GroupsAsync([new MatcherOptions { Exe = ["kswapd0"] }], thread));
    }

    [Fact]
    public async Task Children_belong_to_the_group_of_their_parents_unless_a_matcher_takes_them()
    {
        FixtureProcess[] processes =
        [
            new(10, "web"),
            new(11, "sh") { Parent = 10 },
            new(12, "sleep") { Parent = 11 },
            new(13, "db") { Parent = 11 },
            new(14, "lonely") { Parent = 1 },
        ];
        MatcherOptions[] matchers = [new() { Comm = ["web"] }, new() { Comm = ["db"] }];

        string page = await ScrapeAsync(new() { Matcher = [.. matchers] }, processes);
        Assert.Equal("3", ExporterRun.Value(page, "namedprocess_namegroup_num_procs{groupname=\"web\"}"));
        Assert.Equal("1", ExporterRun.Value(page, "namedprocess_namegroup_num_procs{groupname=\"db\"}"));

        page = await ScrapeAsync(new() { Matcher = [.. matchers], TrackChildren = false }, processes);
        Assert.Equal("1", ExporterRun.Value(page, "namedprocess_namegroup_num_procs{groupname=\"web\"}"));
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    public async Task A_process_that_changes_its_name_is_found_where_it_is_asked_again(bool children, bool recheck, bool isFound)
    {
        using var proc = new ProcFixture();
        proc.Put(new FixtureProcess(10, "sh"));
        using ExporterRun run = await ExporterRun.StartAsync(proc, new()
        {
            Matcher = [new MatcherOptions { Comm = ["web"] }],
            TrackChildren = children,
            RecheckOnScrape = recheck,
        });

        proc.Put(new FixtureProcess(10, "web"));

        Assert.Equal(isFound ? ["web"] : [], await run.GroupsAsync());
    }

    [Fact]
    public async Task A_process_in_a_group_stays_there()
    {
        using var proc = new ProcFixture();
        proc.Put(new FixtureProcess(10, "web"));
        using ExporterRun run = await ExporterRun.StartAsync(proc, new() { Matcher = [new MatcherOptions { Cmdline = [] }], RecheckOnScrape = true });

        proc.Put(new FixtureProcess(10, "other"));

        Assert.Equal(["web"], await run.GroupsAsync());
    }

    [Fact]
    public async Task A_user_is_named_as_the_machine_names_it() =>
        Assert.Equal(["root"], await GroupsAsync([new MatcherOptions { Name = "{{.Username}}", Cmdline = [] }], new FixtureProcess(10, "web") { User = 0 }));

    [Fact]
    public async Task Control_groups_of_all_controllers_are_at_hand() =>
        Assert.Equal(
            ["/docker/a:b,/docker/c,"],
            await GroupsAsync(
                [new MatcherOptions { Name = "{{range .Cgroups}}{{.}},{{end}}", Cmdline = [] }],
                new FixtureProcess(10, "web") { ControlGroups = "3:cpu,cpuacct:/docker/a:b\n2:memory:/docker/c\n" }));

    [Fact]
    public async Task A_name_that_fails_is_logged_once()
    {
        using var proc = new ProcFixture();
        proc.Put(new FixtureProcess(10, "web"));
        using ExporterRun run = await ExporterRun.StartAsync(proc, new() { Matcher = [new MatcherOptions { Name = "x{{.Nothing}}", Cmdline = [] }] });
        await run.ScrapeAsync();
        proc.Put(new FixtureProcess(11, "web"));
        await run.ScrapeAsync();

        Assert.EndsWith("can't evaluate field Nothing in type *config.templateParams", Assert.Single(run.Log.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_matcher_without_rules_and_a_name_that_is_no_template_are_refused()
    {
        Assert.Equal(
            "cannot match processes: the matcher has no rule; write at least one of comm, exe and cmdline",
            Assert.Single(Errors(Config.Block("matcher", Config.Set("name", "x")))));
        Assert.StartsWith(
            "cannot read the template of the name: ",
            Assert.Single(Errors(Config.Block("matcher", Config.Set("name", "{{.Comm"), Config.Set("comm", Config.List(Value.Of("x")))))),
            StringComparison.Ordinal);
        Assert.Single(Errors(Config.Block("matcher", Config.Set("cmdline", Config.List(Value.Of("("))))));
        Assert.Empty(Errors(Config.Block("matcher", Config.Set("cmdline", Config.List()))));
    }

    private static IReadOnlyList<string> Errors(BlockValue matcher) => TestComponent.Errors(Config.Block("prometheus.exporter.process", matcher));

    private static FixtureProcess Program(int id, string path) => new(id, "x") { Line = [path, "-v"] };

    private static async Task<string[]> GroupsAsync(MatcherOptions[] matchers, params FixtureProcess[] processes)
    {
        using var proc = new ProcFixture();
        foreach (FixtureProcess process in processes)
        {
            proc.Put(process);
        }
        using ExporterRun run = await ExporterRun.StartAsync(proc, new() { Matcher = [.. matchers], TrackChildren = false });
        return await run.GroupsAsync();
    }

    private static async Task<string> ScrapeAsync(PrometheusExporterProcess.Arguments arguments, FixtureProcess[] processes)
    {
        using var proc = new ProcFixture();
        foreach (FixtureProcess process in processes)
        {
            proc.Put(process);
        }
        using ExporterRun run = await ExporterRun.StartAsync(proc, arguments);
        return await run.ScrapeAsync();
    }
}
