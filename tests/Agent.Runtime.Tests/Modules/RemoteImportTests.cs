using System.Diagnostics;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Runtime.Tests.Modules;

public sealed class RemoteImportTests
{
    private static string Module(string value) => $$"""declare "d" { export "e" { value = "{{value}}" } }""";

    private static string FromHttp(string url) => $$"""
        import.http "m" {
            url     = "{{url}}"
            headers = { "X-Wanted" = "yes" }
            client {
                bearer_token = "t0ken"
            }
        }
        m.d "x" { }
        test.value "end" { text = m.d.x.e }
        test.sink "other" { }
        """;

    [Fact]
    public async Task A_server_is_polled_and_its_new_version_is_taken()
    {
        await using ModuleServer server = await ModuleServer.StartAsync();
        server.Text = Module("1");
        var time = new FakeTimeProvider();
        await using var runtime = new ModuleRuntime(time: time);
        await runtime.LoadGoodAsync(FromHttp(server.Url));
        Assert.Equal("1", End(runtime));
        Assert.Equal(("yes", "Bearer t0ken"), (server.LastHeaders!["X-Wanted"].ToString(), server.LastHeaders.Authorization.ToString()));

        server.Text = Module("2");

        await ModuleRuntime.EventuallyAsync(() => Tick(time, TimeSpan.FromMinutes(1)) && End(runtime) == "2");
    }

    [Theory]
    [InlineData(500, "oops", "HTTP status 500")]
    [InlineData(200, "<!doctype html>", "the answer is HTML or XML, not a module")]
    public async Task A_server_that_fails_later_leaves_the_module_as_it_is(int status, string text, string cause)
    {
        await using ModuleServer server = await ModuleServer.StartAsync();
        server.Text = Module("1");
        var time = new FakeTimeProvider();
        await using var runtime = new ModuleRuntime(time: time);
        await runtime.LoadGoodAsync(FromHttp(server.Url));

        (server.Status, server.Text) = (status, text);

        await ModuleRuntime.EventuallyAsync(() =>
            Tick(time, TimeSpan.FromMinutes(1)) && runtime.Node("import.http.m").Health.Current.Message.Contains(cause, StringComparison.Ordinal));
        Assert.Equal("1", End(runtime));
    }

    [Fact]
    public async Task The_last_good_version_outlives_a_restart_without_the_server()
    {
        string url;
        var time = new FakeTimeProvider();
        await using var runtime = new ModuleRuntime(time: time);
        await using (ModuleServer server = await ModuleServer.StartAsync())
        {
            server.Text = Module("kept");
            url = server.Url;
            await runtime.LoadGoodAsync(FromHttp(url));
        }
        await runtime.LoadGoodAsync("");

        await runtime.LoadGoodAsync(FromHttp(url));

        Assert.Equal("kept", End(runtime));
        Assert.Equal(HealthState.Unhealthy, runtime.Node("import.http.m").Health.Current.State);
    }

    [Fact]
    public async Task Without_a_version_to_fall_back_to_the_rest_runs_and_the_module_follows()
    {
        await using ModuleServer server = await ModuleServer.StartAsync();
        server.Status = 503;
        var time = new FakeTimeProvider();
        await using var runtime = new ModuleRuntime(time: time);
        await runtime.LoadGoodAsync(FromHttp(server.Url));
        Assert.Equal(HealthState.Healthy, runtime.Node("test.sink.other").Health.Current.State);
        Assert.Equal(HealthState.Unhealthy, runtime.Node("m.d.x").Health.Current.State);

        (server.Status, server.Text) = (200, Module("late"));

        await ModuleRuntime.EventuallyAsync(() => Tick(time, TimeSpan.FromSeconds(5)) && runtime.Node("test.value.end").Exports is not null && End(runtime) == "late");
    }

    [Theory]
    [InlineData("main")]
    [InlineData("v1")]
    [InlineData("COMMIT")]
    [InlineData("HEAD")]
    public async Task A_branch_a_tag_and_a_commit_of_a_repository_can_be_imported(string revision)
    {
        await using var runtime = new ModuleRuntime(time: new FakeTimeProvider());
        string commit = Commit(runtime, "1", "v1");
        Commit(runtime, "2", "v2");

        await runtime.LoadGoodAsync(FromGit(runtime, revision == "COMMIT" ? commit : revision));

        Assert.Equal(revision is "main" or "HEAD" ? "2" : "1", End(runtime));
    }

    [Fact]
    public async Task A_repository_is_pulled_and_stands_in_when_it_is_gone()
    {
        await using var runtime = new ModuleRuntime();
        Commit(runtime, "1", "v1");
        await runtime.LoadGoodAsync(FromGit(runtime, "main"));

        Commit(runtime, "2", "v2");

        await ModuleRuntime.EventuallyAsync(() => End(runtime) == "2");
        await runtime.LoadGoodAsync("");
        Directory.Delete(runtime.PathOf("repo"), recursive: true);
        await runtime.LoadGoodAsync(FromGit(runtime, "main"));
        Assert.Equal("2", End(runtime));
        Assert.Contains("git fetch failed", runtime.Node("import.git.m").Health.Current.Message, StringComparison.Ordinal);
    }

    private static string End(ModuleRuntime runtime) => runtime.Node("test.value.end").Exports!["output"].ToString()!;

    private static bool Tick(FakeTimeProvider time, TimeSpan by)
    {
        time.Advance(by);
        return true;
    }

    private static string FromGit(ModuleRuntime runtime, string revision) => $$"""
        import.git "m" {
            repository = "{{runtime.PathOf("repo")}}"
            revision   = "{{revision}}"
            path       = "modules/m.alloy"

            pull_frequency = "50ms"
        }
        m.d "x" { }
        test.value "end" { text = m.d.x.e }
        """;

    /// <summary>A version of the module whose value comes from a file beside it.</summary>
    private static string Commit(ModuleRuntime runtime, string value, string tag)
    {
        runtime.Write("repo/modules/m.alloy", """
            import.file "lib" { filename = file.path_join(module_path, "lib.alloy") }
            declare "d" {
                lib.inner "i" { }
                export "e" { value = lib.inner.i.e }
            }
            """);
        runtime.Write("repo/lib.alloy", $$"""declare "inner" { export "e" { value = "{{value}}" } }""");
        Git(runtime, "init", "--quiet", "--initial-branch=main");
        Git(runtime, "add", ".");
        Git(runtime, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", value);
        Git(runtime, "tag", tag);
        return Git(runtime, "rev-parse", "HEAD").Trim();
    }

    private static string Git(ModuleRuntime runtime, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", runtime.PathOf("repo"), .. arguments]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return said;
    }
}
