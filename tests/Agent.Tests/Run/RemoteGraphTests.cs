using System.Text;
using Agent.Run;
using Agent.Runtime;
using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Runtime.Logging;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk.Declarations;
using Agent.Sdk.Metrics;
using Agent.Testing;
using Agent.Web.Access;
using Agent.Web.LiveDebugging;
using Microsoft.AspNetCore.Builder;

namespace Agent.Tests.Run;

public sealed class RemoteGraphTests : IAsyncDisposable
{
    private const string Echo = """
        loki.echo "default" { }
        """;

    private readonly AgentLog _log = new(Stream.Null, TimeProvider.System);
    private readonly string _storage = Directory.CreateTempSubdirectory("invar-test-").FullName;
    private readonly MetricRegistry _metrics = new();
    private readonly AgentState _state;
    private readonly AgentRuntime _runtime;

    public RemoteGraphTests()
    {
        _state = new AgentState(_log, new HttpAccess(), new LiveDebuggingState());
        var library = new StandardLibraryScope(new StandardLibraryOptions { Version = AgentBuild.Version });
        var services = new GraphServices
        {
            Catalog = Shell.Build.Catalog(_state),
            Metrics = _metrics,
            Logging = _log,
            Time = TimeProvider.System,
            Globals = library,
            StoragePath = _storage,
        };
        _runtime = new AgentRuntime(services, library, Stability.Experimental);
        _state.Remote.Prepare(
            () => new AgentRuntime(services with { RootPath = RemoteGraph.Name }, library, Stability.Experimental), Path.Combine(_storage, "config.alloy"));
    }

    private IEnumerable<string> RemoteIds => _state.Remote.Runtime?.Graph.Nodes.Select(static node => node.Id) ?? [];

    public async ValueTask DisposeAsync()
    {
        await _runtime.DisposeAsync();
        await _state.Remote.DisposeAsync();
        _log.Dispose();
        Directory.Delete(_storage, recursive: true);
    }

    [Fact]
    public async Task The_same_component_runs_in_both_graphs_under_ids_of_its_own()
    {
        await LoadAsync(Echo);
        Assert.Null(await _state.Remote.LoadAsync(Echo));

        Assert.Equal(["loki.echo.default"], _runtime.Graph.Nodes.Select(static node => node.Id));
        Assert.Equal(["remotecfg/loki.echo.default"], RemoteIds);
        Assert.Equal(
            ["/", "/remotecfg"],
            _metrics.Families().Single(static family => family.Name == "invar_component_busy_seconds_total").Series
                .Select(static series => series.LabelValues[Array.IndexOf(series.LabelNames, "component_path")]).Order(StringComparer.Ordinal));
        Assert.Contains(
            _metrics.Families().Single(static family => family.Name == "alloy_component_controller_running_components").Series,
            static series => series.LabelValues.Contains("remotecfg"));
    }

    [Fact]
    public async Task A_text_with_errors_leaves_what_runs_and_gives_them_with_their_places()
    {
        Assert.Null(await _state.Remote.LoadAsync(Echo));
        Assert.Equal("remotecfg:2:1: cannot find the definition of component name \"loki.ehco\"", await _state.Remote.LoadAsync(Echo + "\nloki.ehco \"b\" { }"));
        Assert.Equal(["remotecfg/loki.echo.default"], RemoteIds);
    }

    [Theory]
    [InlineData("logging { level = \"debug\" }", "remotecfg:1:1: logging not allowed in remotecfg")]
    [InlineData("remotecfg { }", "remotecfg:1:1: remotecfg not allowed in remotecfg")]
    public async Task What_the_process_does_as_a_whole_is_not_for_the_server_to_say(string text, string error) =>
        Assert.Equal(error, await _state.Remote.LoadAsync(text));

    [Fact]
    public async Task Modules_of_the_remote_graph_are_its_own()
    {
        Assert.Null(await _state.Remote.LoadAsync("""
            declare "inner" {
              loki.echo "deep" { }
            }
            inner "a" { }
            """));
        Assert.Contains("remotecfg/inner.a/loki.echo.deep", RemoteIds);
    }

    [Fact]
    public async Task Nothing_is_made_until_there_is_something_to_run_and_nothing_runs_once_the_agent_stops()
    {
        await _state.Remote.UnloadAsync();
        Assert.Null(_state.Remote.Runtime);

        Assert.Null(await _state.Remote.LoadAsync(Echo));
        await _state.Remote.UnloadAsync();
        Assert.Empty(RemoteIds);

        await _state.Remote.DisposeAsync();
        Assert.Equal("the agent is stopping", await _state.Remote.LoadAsync(Echo));
        await _state.Remote.UnloadAsync();
    }

    [Fact]
    public async Task The_block_fetches_what_runs_there_and_takes_it_along_when_it_goes()
    {
        await using WebApplication server = await ServeAsync(Echo);
        await LoadAsync($$"""remotecfg { url = "{{server.Urls.First()}}" }""");
        await Eventually.TrueAsync(() => RemoteIds.SequenceEqual(["remotecfg/loki.echo.default"]));
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(_storage, "remotecfg", "last-good.json")));
        Assert.True(File.Exists(Path.Combine(_storage, "alloy_seed.json")));

        await LoadAsync("");
        await Eventually.TrueAsync(() => !RemoteIds.Any());
    }

    [Fact]
    public async Task Validate_accepts_the_block_and_names_what_is_wrong_in_it()
    {
        using var shell = new Shell();
        string good = shell.Write("good.alloy", """
            remotecfg {
              url            = "https://example.com"
              id             = constants.hostname
              attributes     = { "cluster" = "dev" }
              poll_frequency = "5m"
              basic_auth {
                username = "u"
                password = "p"
              }
            }
            """);
        Assert.Equal(0, await shell.RunAsync("validate", good));

        string bad = shell.Write("bad.alloy", """
            remotecfg {
              url            = "ftp://example.com"
              attributes     = { "collector.os" = "dev" }
              poll_frequency = "9s"
            }
            """);
        Assert.Equal(1, await shell.RunAsync("validate", bad));
        Assert.Contains("poll_frequency must be at least \"10s\", got \"9s\"", shell.Error, StringComparison.Ordinal);
        Assert.Contains("\"collector\" is a reserved namespace for remotecfg attribute keys", shell.Error, StringComparison.Ordinal);
        Assert.Contains("cannot poll ftp://example.com", shell.Error, StringComparison.Ordinal);
    }

    private async Task LoadAsync(string text)
    {
        LoadResult result = await _runtime.LoadAsync(diagnostics => ConfigurationSource.Parse("config.alloy", text, diagnostics));
        Assert.True(result.Success, result.ErrorText);
    }

    /// <summary>Answers every question with the same text.</summary>
    private static async Task<WebApplication> ServeAsync(string content)
    {
        WebApplication server = LoopbackServer.Build();
        byte[] text = Encoding.UTF8.GetBytes(content);
        server.Run(async http =>
        {
            http.Response.ContentType = "application/proto";
            if (http.Request.Path.Value!.EndsWith("/GetConfig", StringComparison.Ordinal))
            {
                await http.Response.Body.WriteAsync((byte[])[(1 << 3) | 2, (byte)text.Length, .. text]);
            }
        });
        await server.StartAsync();
        return server;
    }
}
