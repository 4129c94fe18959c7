using System.Net;

namespace Agent.EndToEnd;

/// <summary>Configurations that cannot be run, at the start and at a reload.</summary>
public sealed class BadConfigurationTests : IDisposable
{
    private const string SyntaxErrors = """
        loki.echo "one" {
            this is wrong
        }

        loki.echo "two" {
            = 1
        }
        """;

    // Two wrong types, a wrong name, a component that does not exist, and a wrong duration.
    private const string TypeErrors = """
        loki.source.file "a" {
            targets    = "files"
            forward_to = [1]
        }
        loki.write "b" {
            endpoint {
                url        = "http://127.0.0.1:1/"
                batch_wait = "soon"
                colour     = "red"
            }
        }
        loki.wite "c" { }
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [NativeFact]
    public async Task At_start_all_syntax_errors_are_reported_with_their_places_and_the_exit_code_is_1() =>
        await AssertRefusedAsync(SyntaxErrors, "2:", "6:5");

    [NativeFact]
    public async Task At_start_all_names_that_do_not_exist_are_reported_with_their_places() => await AssertRefusedAsync(
        """
        loki.wite "c" { }
        loki.echo "d" { }
        loki.process "e" {
            forward_to = [loki.echo.f.receiver]
        }
        """,
        "1:1", "4:19");

    [NativeFact]
    public async Task At_start_all_wrong_types_are_reported_with_their_places() => await AssertRefusedAsync(
        TypeErrors.Replace("loki.wite", "loki.echo", StringComparison.Ordinal), "2:18", "3:18", "8:22", "9:9");

    [NativeFact]
    public async Task At_start_a_file_or_folder_that_cannot_be_read_is_an_error()
    {
        Directory.CreateDirectory(_workspace.PathOf("empty"));
        File.CreateSymbolicLink(_workspace.PathOf("loop.alloy"), _workspace.PathOf("loop.alloy"));
        foreach (string name in (string[])["missing.alloy", "empty", "loop.alloy"])
        {
            Invocation run = await RunAsync(_workspace.PathOf(name));

            Assert.Equal(1, run.ExitCode);
            Assert.Contains(_workspace.PathOf(name), run.Errors, StringComparison.Ordinal);
            Assert.Contains("could not perform the initial load successfully", run.Errors, StringComparison.Ordinal);
        }
    }

    [NativeTheory]
    [InlineData(SyntaxErrors, "6:5")]
    [InlineData(TypeErrors, "12:1")]
    public async Task At_a_reload_errors_are_in_the_response_the_log_and_the_metrics_and_what_runs_goes_on(string bad, string place)
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        string good = Pipelines.Files + Pipelines.To(sink);
        _workspace.Configure(good);
        _workspace.Log("a.log", "before");
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        await sink.LineAsync("before");
        Assert.Equal(1, await agent.MetricAsync("alloy_config_last_load_successful"));

        _workspace.Configure(bad);
        (HttpStatusCode status, string body) = await agent.ReloadAsync();

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains($"{_workspace.Configuration}:{place}", body, StringComparison.Ordinal);
        await agent.LineAsync($"{_workspace.Configuration}:{place}", "level=error");
        Assert.Equal(0, await agent.MetricAsync("alloy_config_last_load_successful"));
        Assert.Equal(1, await agent.MetricAsync("alloy_config_load_failures_total"));
        _workspace.Log("a.log", "after");
        await sink.LineAsync("after");

        _workspace.Configure(good);
        Assert.Equal(HttpStatusCode.OK, (await agent.ReloadAsync()).Status);
        Assert.Equal(1, await agent.MetricAsync("alloy_config_last_load_successful"));
        Assert.Equal(["before", "after"], sink.Lines);
    }

    [NativeFact]
    public async Task At_a_reload_a_missing_file_changes_nothing()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        _workspace.Configure(Pipelines.Files + Pipelines.To(sink));
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        File.Delete(_workspace.Configuration);

        (HttpStatusCode status, string body) = await agent.ReloadAsync();

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(_workspace.Configuration, body, StringComparison.Ordinal);
        _workspace.Log("a.log", "still here");
        await sink.LineAsync("still here");
    }

    [NativeFact]
    public async Task A_file_that_a_component_needs_may_come_later_and_the_others_run_meanwhile()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        string name = _workspace.PathOf("cluster.txt");
        _workspace.Configure(
            Pipelines.Files + Pipelines.To(sink)
            + $$"""
              local.file "cluster" { filename = "{{name}}" }
              loki.write "labelled" {
                  endpoint { url = "{{sink.Url}}" }
                  external_labels = {cluster = local.file.cluster.content}
              }
              loki.process "both" { forward_to = [loki.write.labelled.receiver] }
              """);
        _workspace.Log("a.log", "runs");
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await sink.LineAsync("runs");
        await agent.HealthIsAsync("local.file.cluster", "unhealthy");
        await agent.HealthIsAsync("loki.write.labelled", "unhealthy");

        File.WriteAllText(name, "blue");
        await agent.HealthIsAsync("local.file.cluster", "healthy:");
        await agent.HealthIsAsync("loki.write.labelled", "healthy: ");
    }

    private static Task<Invocation> RunAsync(string path) =>
        Invocation.RunAsync("run", path, $"--server.http.listen-addr=127.0.0.1:{FreePort.Next()}");

    private async Task AssertRefusedAsync(string text, params string[] places)
    {
        string path = _workspace.Configure(text);

        Invocation run = await RunAsync(path);

        Assert.Equal(1, run.ExitCode);
        Assert.All(places, place => Assert.Contains($"{path}:{place}", run.Errors, StringComparison.Ordinal));
    }
}
