using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Runtime.Tests.Modules;

public sealed class HttpImportTests
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

        await Eventually.TrueAsync(() => Tick(time, TimeSpan.FromMinutes(1)) && End(runtime) == "2");
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

        await Eventually.TrueAsync(() =>
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

        await Eventually.TrueAsync(() => Tick(time, TimeSpan.FromSeconds(5)) && runtime.Node("test.value.end").Exports is not null && End(runtime) == "late");
    }

    [Fact]
    public async Task An_answer_without_end_is_refused_once_it_is_too_long()
    {
        await using ModuleServer server = await ModuleServer.StartAsync();
        server.IsEndless = true;
        await using var runtime = new ModuleRuntime(time: new FakeTimeProvider());

        await runtime.LoadGoodAsync(FromHttp(server.Url));

        NodeHealth health = runtime.ImportHealth("import.http.m");
        Assert.Equal(HealthState.Unhealthy, health.State);
        Assert.Contains("it is longer than 16777216 bytes", health.Message, StringComparison.Ordinal);
        Assert.Equal(HealthState.Healthy, runtime.Node("test.sink.other").Health.Current.State);
    }

    [Theory]
    [InlineData(200, "<html><body>Log in</body></html>", "the answer is HTML or XML, not a module")]
    [InlineData(404, "", "HTTP status 404 Not Found")]
    public async Task What_is_no_module_at_the_first_start_keeps_nothing_else_from_running(int status, string text, string cause)
    {
        await using ModuleServer server = await ModuleServer.StartAsync();
        (server.Status, server.Text) = (status, text);
        await using var runtime = new ModuleRuntime(time: new FakeTimeProvider());

        await runtime.LoadGoodAsync(FromHttp(server.Url));

        Assert.Contains($"{server.Url}: ", runtime.ImportHealth("import.http.m").Message, StringComparison.Ordinal);
        Assert.Contains(cause, runtime.ImportHealth("import.http.m").Message, StringComparison.Ordinal);
        Assert.Equal(HealthState.Healthy, runtime.Node("test.sink.other").Health.Current.State);
        Assert.Contains("waits for the module", runtime.Node("m.d.x").Health.Current.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_holds_up_a_load_for_seconds_only()
    {
        await using ModuleServer server = await ModuleServer.StartAsync();
        server.Hangs = true;
        var time = new FakeTimeProvider();
        await using var runtime = new ModuleRuntime(time: time);

        Task load = runtime.LoadGoodAsync(FromHttp(server.Url));
        await Eventually.TrueAsync(() => server.LastHeaders is not null);
        time.Advance(TimeSpan.FromSeconds(8));
        await load;

        Assert.Contains("no answer within", runtime.ImportHealth("import.http.m").Message, StringComparison.Ordinal);
        Assert.Equal(HealthState.Healthy, runtime.Node("test.sink.other").Health.Current.State);
    }

    [Fact]
    public async Task A_module_that_fetches_itself_is_refused()
    {
        await using ModuleServer server = await ModuleServer.StartAsync();
        server.Text = $"import.http \"again\" {{ url = \"{server.Url}\" }}\n{Module("1")}";
        await using var runtime = new ModuleRuntime(time: new FakeTimeProvider());

        LoadResult result = await runtime.LoadAsync(FromHttp(server.Url));

        Assert.False(result.Success);
        Assert.Contains($"{server.Url}:1:1: cannot import a module into itself: {server.Url} imports {server.Url}", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_in_the_URL_is_sent_and_not_shown()
    {
        await using ModuleServer server = await ModuleServer.StartAsync();
        server.Text = Module("1");
        await using var runtime = new ModuleRuntime(time: new FakeTimeProvider());
        string text = FromHttp(server.Url.Replace("//", "//robot:s3cret@", StringComparison.Ordinal)).Replace("bearer_token = \"t0ken\"", "", StringComparison.Ordinal);

        await runtime.LoadGoodAsync(text);

        Assert.Equal("1", End(runtime));
        Assert.Equal("Basic " + Convert.ToBase64String("robot:s3cret"u8), server.LastHeaders!.Authorization.ToString());
        Assert.DoesNotContain(
            Directory.EnumerateFiles(runtime.PathOf("storage"), "*", SearchOption.AllDirectories), static file => File.ReadAllText(file).Contains("s3cret", StringComparison.Ordinal));
        server.Text = "declare";
        await runtime.LoadGoodAsync("");
        LoadResult result = await runtime.LoadAsync(text);
        Assert.False(result.Success);
        Assert.DoesNotContain("s3cret", result.ErrorText, StringComparison.Ordinal);
    }

    private static string End(ModuleRuntime runtime) => runtime.Node("test.value.end").Exports!["output"].ToString()!;

    private static bool Tick(FakeTimeProvider time, TimeSpan by)
    {
        time.Advance(by);
        return true;
    }
}
