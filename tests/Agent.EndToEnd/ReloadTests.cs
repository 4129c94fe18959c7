using System.Net;

namespace Agent.EndToEnd;

/// <summary>Reloads: the ways to ask for one, and what becomes of lines meanwhile.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [NativeFact]
    public async Task Fifty_reloads_that_change_add_and_remove_parts_lose_and_double_no_line()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        // Most reloads then come while a request is under way.
        sink.Latency = TimeSpan.FromMilliseconds(40);
        _workspace.Configure(Variant(sink, 0));
        await using var first = new Sequence(_workspace.LogPath("first.log"), "first");
        await using var second = new Sequence(_workspace.LogPath("second.log"), "second");
        first.Start();
        second.Start();
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        for (int reload = 1; reload <= 50; reload++)
        {
            int before = sink.Count;
            _workspace.Configure(Variant(sink, reload));
            (HttpStatusCode status, string body) = await agent.ReloadAsync();
            Assert.True(status == HttpStatusCode.OK, body);
            // Every configuration gets something to do.
            await sink.ReceivedAsync(before + 50);
        }
        await first.StopAsync();
        await second.StopAsync();

        await first.ArrivedAsync(sink);
        await second.ArrivedAsync(sink);
        first.AssertOnceEach(sink);
        second.AssertOnceEach(sink);
        Assert.Equal(0, await agent.MetricAsync("loki_write_dropped_entries_total"));
    }

    [NativeFact]
    public async Task A_source_that_is_taken_out_and_put_back_goes_on_where_it_was()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        string with = Pipelines.Files + Pipelines.To(sink);
        _workspace.Configure(with);
        await using var numbers = new Sequence(_workspace.LogPath("a.log"), "a");
        numbers.Start();
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        for (int round = 0; round < 5; round++)
        {
            await sink.ReceivedAsync(sink.Count + 500);
            _workspace.Configure(Pipelines.To(sink));
            Assert.Equal(HttpStatusCode.OK, (await agent.ReloadAsync()).Status);
            _workspace.Configure(with);
            Assert.Equal(HttpStatusCode.OK, (await agent.ReloadAsync()).Status);
        }
        await numbers.StopAsync();

        await numbers.ArrivedAsync(sink);
        numbers.AssertOnceEach(sink);
    }

    [HangUpFact]
    public async Task SIGHUP_reloads()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        _workspace.Configure(Labelled(sink, "one"));
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        _workspace.Log("a.log", "before");
        Assert.Equal("one", (await sink.LineAsync("before")).Labels["version"]);

        _workspace.Configure(Labelled(sink, "two"));
        agent.HangUp();
        await agent.LineAsync("config reloaded");

        _workspace.Log("a.log", "after");
        Assert.Equal("two", (await sink.LineAsync("after")).Labels["version"]);
    }

    [NativeFact]
    public async Task A_changed_file_is_noticed()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await AssertNoticedAsync(sink, _workspace.Configure(Labelled(sink, "one")), () =>
        {
            // As an editor does it: a new file over the old one.
            File.Move(_workspace.Configure(Labelled(sink, "two"), "config.new"), _workspace.Configuration, overwrite: true);
        });
    }

    [NativeFact]
    public async Task A_changed_folder_is_noticed()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        Directory.CreateDirectory(_workspace.PathOf("conf"));
        _workspace.Configure(Pipelines.Files, "conf/files.alloy");
        _workspace.Configure(Pipelines.To(sink) + "\n", "conf/sink.alloy");
        await AssertNoticedAsync(sink, _workspace.PathOf("conf"), () =>
        {
            File.Delete(_workspace.PathOf("conf/files.alloy"));
            File.Delete(_workspace.PathOf("conf/sink.alloy"));
            _workspace.Configure(Labelled(sink, "two"), "conf/other.alloy");
        });
    }

    [NativeFact]
    public async Task Turned_links_of_a_ConfigMap_are_noticed()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        foreach (string version in (string[])["one", "two"])
        {
            Directory.CreateDirectory(_workspace.PathOf($"map/..{version}"));
            _workspace.Configure(Labelled(sink, version), $"map/..{version}/config.alloy");
        }
        // A ConfigMap is mounted as FILE -> ..data/FILE and ..data -> ..TIME; an update turns ..data alone.
        Directory.CreateSymbolicLink(_workspace.PathOf("map/..data"), "..one");
        File.CreateSymbolicLink(_workspace.PathOf("map/config.alloy"), "..data/config.alloy");
        await AssertNoticedAsync(sink, _workspace.PathOf("map/config.alloy"), () =>
        {
            Directory.CreateSymbolicLink(_workspace.PathOf("map/..data_tmp"), "..two");
            Assert.Equal(0, Links.Rename(_workspace.PathOf("map/..data_tmp"), _workspace.PathOf("map/..data")));
            Directory.Delete(_workspace.PathOf("map/..one"), recursive: true);
        });
    }

    private static string Labelled(LokiSink sink, string version) =>
        Pipelines.Files + Pipelines.To(sink).Replace(
            "loki.write \"sink\" {", $"loki.write \"sink\" {{ \n external_labels = {{version = \"{version}\"}}", StringComparison.Ordinal);

    private async Task AssertNoticedAsync(LokiSink sink, string path, Action change)
    {
        await using RunningAgent agent = await RunningAgent.StartAsync(
            new AgentStart(path) { Storage = _workspace.Storage, Flags = ["--config.watch"] });
        _workspace.Log("a.log", "before");
        Assert.NotEqual("two", (await sink.LineAsync("before")).Labels.GetValueOrDefault("version"));

        change();
        await agent.LineAsync("config reloaded");

        _workspace.Log("a.log", "after");
        Assert.Equal("two", (await sink.LineAsync("after")).Labels["version"]);
    }

    /// <summary>Configurations that differ in every part but in what is to arrive.</summary>
    private static string Variant(LokiSink sink, int number)
    {
        string process = number % 7 < 3 ? "left" : "right";
        string extra = number % 4 == 0
            ? "loki.echo \"extra\" { }\nloki.process \"extra\" { \n forward_to = [loki.echo.extra.receiver] \n }"
            : "";
        string receivers = number % 3 == 0 ? "loki.relabel.between.receiver" : $"loki.process.{process}.receiver";
        string between = number % 3 == 0
            ? $$"""
              loki.relabel "between" {
                  forward_to = [loki.process.{{process}}.receiver]
                  rule {
                      target_label = "between"
                      replacement  = "{{number}}"
                  }
              }
              """
            : "";
        string write = number % 5 < 2 ? "old" : "new";
        return $$"""
            local.file_match "logs" {
                path_targets = [{__path__ = "LOGS/*.log", job = "test", pass = "{{number % 6}}"}]
            }
            loki.source.file "logs" {
                targets    = local.file_match.logs.targets
                forward_to = [{{receivers}}]
            }
            {{between}}
            loki.process "{{process}}" {
                stage.static_labels { values = {number = "{{number}}"} }
                forward_to = [loki.write.{{write}}.receiver]
            }
            loki.write "{{write}}" {
                endpoint {
                    url        = "{{sink.Url}}"
                    batch_wait = "{{50 + (number % 2 * 50)}}ms"
                }
                external_labels = {cluster = "{{number % 8}}"}
            }
            {{extra}}
            """;
    }
}
