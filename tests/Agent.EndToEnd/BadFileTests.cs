using System.Text;

namespace Agent.EndToEnd;

/// <summary>Files and lines that nobody should write, and that somebody does.</summary>
public sealed class BadFileTests : IAsyncLifetime, IDisposable
{
    private const long MiB = 1024 * 1024;
    private const long MemoryLimit = 100 * MiB;
    private readonly Workspace _workspace = new();
    private LokiSink _sink = null!;

    public async Task InitializeAsync()
    {
        _sink = await LokiSink.StartAsync();
        _workspace.Configure(Pipelines.Files + Pipelines.To(_sink));
    }

    public async Task DisposeAsync()
    {
        _sink.AssertCorrectRequests();
        await _sink.DisposeAsync();
    }

    public void Dispose() => _workspace.Dispose();

    [NativeFact]
    public async Task Invalid_UTF8_arrives_repaired_and_the_lines_around_it_as_they_are()
    {
        File.WriteAllBytes(_workspace.LogPath("a.log"), [.. "before\n"u8, 0xff, 0xfe, .. "x"u8, 0xc3, .. "\n"u8, 0xed, 0xa0, 0x80, .. "\nafter\n"u8]);
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await _sink.LineAsync("after");

        string[] lines = [.. _sink.Lines];
        Assert.Equal(4, lines.Length);
        Assert.Equal(("before", "after"), (lines[0], lines[3]));
        Assert.Contains('\ufffd', lines[1]);
        Assert.Contains('x', lines[1]);
        Assert.Contains('\ufffd', lines[2]);
    }

    [NativeFact]
    public async Task Invalid_UTF8_passes_every_kind_of_stage()
    {
        _workspace.Configure($$"""
            local.file_match "logs" {
                path_targets = [{__path__ = "LOGS/*.log"}]
            }
            loki.source.file "logs" {
                targets    = local.file_match.logs.targets
                forward_to = [loki.process.all.receiver]
            }
            loki.process "all" {
                stage.json { expressions = {level = "level"} }
                stage.logfmt { mapping = {level = ""} }
                stage.regex { expression = "(?P<word>\\S+)" }
                stage.labels { values = {level = "", word = ""} }
                forward_to = [loki.write.sink.receiver]
            }
            {{Pipelines.To(_sink)}}
            """);
        File.WriteAllBytes(
            _workspace.LogPath("a.log"),
            [.. "{\"level\":\"w"u8, 0xff, .. "\"}\n"u8, .. "level=e"u8, 0xfe, .. "\n"u8, 0x80, 0x00, .. " z\n"u8, .. "after\n"u8]);
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await _sink.LineAsync("after");

        Assert.Equal(4, _sink.Count);
    }

    [NativeFact]
    public async Task NUL_bytes_are_part_of_a_line()
    {
        File.WriteAllBytes(_workspace.LogPath("a.log"), [0, 0, .. "middle"u8, 0, .. "\nafter\n"u8]);
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await _sink.LineAsync("after");

        Assert.Equal(["\0\0middle\0", "after"], _sink.Lines);
    }

    [NativeFact]
    public async Task A_line_over_the_maximum_is_cut_and_counted_and_the_next_one_is_whole()
    {
        File.WriteAllText(_workspace.LogPath("a.log"), "before\n" + new string('x', 3 << 20) + "\nafter\n");
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await _sink.LineAsync("after");

        Assert.Equal(1, await agent.MetricAsync("loki_source_file_lines_cut_total"));
        Assert.Equal(2 << 20, (await agent.MetricAsync("loki_source_file_dropped_bytes_total", "line_too_long"))!.Value, 1.0);
        // What is left of it may be refused further on, but never the lines beside it.
        Assert.Equal(["before", "after"], _sink.Lines.Where(static line => line[0] != 'x'));
        Assert.All(_sink.Lines, static line => Assert.InRange(line.Length, 1, 1 << 20));
    }

    [NativeFact]
    public async Task A_gigabyte_without_a_newline_costs_little_memory()
    {
        using (var file = new FileStream(_workspace.LogPath("a.log"), FileMode.CreateNew))
        {
            // Sparse: one gigabyte of NUL bytes that take no room on the disk.
            file.SetLength(1024 * MiB);
            file.Seek(0, SeekOrigin.End);
            file.Write("\nafter\n"u8);
        }
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await _sink.LineAsync("after");

        Assert.Equal(1, await agent.MetricAsync("loki_source_file_lines_cut_total"));
        Assert.InRange((await agent.MetricAsync("loki_source_file_dropped_bytes_total", "line_too_long"))!.Value, 1022.0 * MiB, 1024.0 * MiB);
        Assert.InRange(agent.PeakMemory(), 0, MemoryLimit);
    }

    [NativeFact]
    public async Task A_file_replaced_by_a_folder_makes_the_component_unhealthy_until_it_is_a_file_again()
    {
        string path = _workspace.LogPath("a.txt");
        _workspace.Configure($$"""
            loki.source.file "logs" {
                targets    = [{__path__ = "LOGS/a.txt"}, {__path__ = "LOGS/b.txt"}]
                forward_to = [loki.write.sink.receiver]
            }
            {{Pipelines.To(_sink)}}
            """);
        _workspace.Log("a.txt", "first");
        _workspace.Log("b.txt", "other");
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        await _sink.ReceivedAsync(2);

        File.Delete(path);
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "inside.log"), "never read\n");

        await agent.MetricIsAsync(static files => files == 1, "loki_source_file_files_failing");
        await agent.LineAsync(path, "folder");
        Assert.Contains("unhealthy", await agent.HealthAsync("loki.source.file.logs"), StringComparison.Ordinal);
        _workspace.Log("b.txt", "goes on");
        await _sink.LineAsync("goes on");

        Directory.Delete(path, recursive: true);
        _workspace.Log("a.txt", "a file again");
        await _sink.LineAsync("a file again");
        await agent.MetricIsAsync(static files => files == 0, "loki_source_file_files_failing");
        await agent.HealthIsAsync("loki.source.file.logs", "healthy: ");
        Assert.DoesNotContain("never read", _sink.Lines);
    }

    [NativeFact]
    public async Task Files_that_cannot_be_read_are_counted_while_others_are_read()
    {
        File.CreateSymbolicLink(_workspace.LogPath("loop.log"), _workspace.LogPath("loop.log"));
        // May be opened, but not read from its start.
        File.CreateSymbolicLink(_workspace.LogPath("error.log"), "/proc/self/mem");
        string locked = _workspace.LogPath("locked.log");
        File.WriteAllText(locked, "secret\n", Encoding.UTF8);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(locked, UnixFileMode.None);
        }
        _workspace.Log("good.log", "good");
        _workspace.Configure($$"""
            loki.source.file "logs" {
                targets = [
                    {__path__ = "LOGS/loop.log"}, {__path__ = "LOGS/error.log"}, {__path__ = "LOGS/missing.log"},
                    {__path__ = "LOGS/good.log"}{{(Workspace.IsRoot ? "" : ", {__path__ = \"LOGS/locked.log\"}")}},
                ]
                forward_to = [loki.write.sink.receiver]
            }
            {{Pipelines.To(_sink)}}
            """);
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await _sink.LineAsync("good");

        await agent.LineAsync("loop.log", "cannot read");
        await agent.LineAsync("error.log", "cannot read");
        await agent.LineAsync("missing.log", "cannot read");
        _workspace.Log("missing.log", "now here");
        await _sink.LineAsync("now here");
        Assert.Equal(["good", "now here"], _sink.Lines);
    }
}
