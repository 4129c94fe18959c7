using System.IO.Compression;
using System.Text;
using Agent.Components.Common.Kubernetes;

namespace Agent.Components.Tests.Loki.PodTails;

public sealed class PodFilesTests : IAsyncDisposable
{
    private const long T = PodTailFixture.T;
    private const long Second = 1_000_000_000;

    private readonly PodTailFixture _pod = new();

    [Fact]
    public async Task Files_give_the_same_entries_as_the_API_without_a_request()
    {
        await _pod.ServeAsync();
        (string Text, string Stream)[] lines = [("one", "stdout"), ("", "stderr"), ("three\r", "stdout"), ("F four", "stdout")];
        for (int i = 0; i < lines.Length; i++)
        {
            _pod.Log.Write(T + i, lines[i].Text);
            _pod.WriteFile("0.log", T + i, lines[i].Text, (lines[i].Stream, "F"));
        }
        await _pod.StartAsync(_pod.Arguments with { PreferFiles = false });
        await _pod.LinesAsync(4);
        var overApi = _pod.Collected.Entries.Select(static entry => (entry.Labels, entry.Timestamp, entry.Line)).ToList();
        await _pod.StopAsync();
        File.Delete(Path.Combine(_pod.Context.StoragePath, "positions"));

        int requests = _pod.Server.Requests.Count;
        await _pod.StartAsync();
        await _pod.LinesAsync(8);
        Assert.Equal(overApi, _pod.Collected.Entries.Skip(4).Select(static entry => (entry.Labels, entry.Timestamp, entry.Line)));
        Assert.Equal("files", _pod.Shown("way"));
        Assert.Equal(_pod.ContainerFolder, _pod.Shown("folder"));
        Assert.Equal(requests, _pod.Server.Requests.Count);
    }

    [Fact]
    public async Task Files_are_read_without_a_server()
    {
        _pod.WriteFile("0.log", T, "one");
        await _pod.StartAsync(_pod.Arguments with { Client = new KubernetesClientOptions { KubeconfigFile = "/nowhere/config" } });
        Assert.Equal(["one"], await _pod.LinesAsync(1));
        _pod.WriteFile("0.log", T + 1, "two");
        Assert.Equal(["one", "two"], await _pod.LinesAsync(2));
    }

    [Fact]
    public async Task Parts_of_a_line_are_joined_with_the_time_of_the_first_and_outputs_stay_apart()
    {
        _pod.WriteFile("0.log", T, "a", ("stdout", "P"));
        _pod.WriteFile("0.log", T + 1, "err", ("stderr", "F"));
        _pod.WriteFile("0.log", T + 2, "b", ("stdout", "P"));
        _pod.WriteFile("0.log", T + 3, "c", ("stdout", "F"));
        await _pod.StartAsync();
        Assert.Equal(["err", "abc"], await _pod.LinesAsync(2));
        Assert.Equal([T + 1, T], _pod.Collected.Entries.Select(static entry => entry.Timestamp));
    }

    [Fact]
    public async Task A_line_in_parts_survives_a_restart_between_them()
    {
        _pod.WriteFile("0.log", T, "a", ("stdout", "P"));
        _pod.WriteFile("0.log", T + (5 * Second), "err", ("stderr", "F"));
        await _pod.StartAsync();
        await _pod.LinesAsync(1);
        await _pod.StopAsync();
        _pod.WriteFile("0.log", T + (6 * Second), "b", ("stdout", "F"));
        await _pod.StartAsync();
        Assert.Equal(["err", "ab"], await _pod.LinesAsync(2));
    }

    [Fact]
    public async Task Rotations_and_restarts_lose_and_repeat_nothing_while_it_runs_and_while_it_does_not()
    {
        var expected = new List<string>();
        _pod.WriteFile("0.log", T, Next("one"));
        await _pod.StartAsync();
        await _pod.LinesAsync(1);

        // As the kubelet does: renamed, then the runtime opens a new one, and still has the old one for a moment.
        string live = Path.Combine(_pod.ContainerFolder, "0.log");
        string rotated = live + ".20240506-070001";
        File.Move(live, rotated);
        _pod.WriteFile("0.log.20240506-070001", T + 1, Next("two, late into the old file"));
        _pod.WriteFile("0.log", T + 2, Next("three"));
        await _pod.LinesAsync(3);
        _pod.WriteFile("1.log", T + Second, Next("four, after a restart"));
        await _pod.LinesAsync(4);
        await _pod.StopAsync();

        _pod.WriteFile("1.log", T + (2 * Second), Next("five, unseen"));
        Compress(Path.Combine(_pod.ContainerFolder, "1.log"), Path.Combine(_pod.ContainerFolder, "1.log.20240506-070003.gz"));
        _pod.WriteFile("1.log", T + (3 * Second), Next("six"));
        await _pod.StartAsync();
        await _pod.LinesAsync(6);
        _pod.WriteFile("1.log", T + (4 * Second), Next("seven"));
        Assert.Equal(expected, await _pod.LinesAsync(7));

        string Next(string text)
        {
            expected.Add(text);
            return text;
        }
    }

    [Fact]
    public async Task The_way_changes_without_a_line_lost_or_repeated()
    {
        await _pod.ServeAsync();
        for (int i = 0; i < 20; i++)
        {
            _pod.Log.Write(T + (i * 100), $"line {i}");
        }
        await _pod.StartAsync();
        await _pod.LinesAsync(20);
        Assert.Equal("api", _pod.Shown("way"));

        // The files come up, as when a volume is mounted by a new version of the agent's pod.
        for (int i = 0; i < 30; i++)
        {
            _pod.WriteFile("0.log", T + (i * 100), $"line {i}");
        }
        await _pod.LinesAsync(30);
        Assert.Equal("files", _pod.Shown("way"));

        // And go again.
        for (int i = 20; i < 40; i++)
        {
            _pod.Log.Write(T + (i * 100), $"line {i}");
        }
        await _pod.Component.ApplyAsync(_pod.Arguments with { PreferFiles = false }, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 40).Select(static i => $"line {i}"), await _pod.LinesAsync(40));
    }

    [Fact]
    public async Task Files_of_another_format_are_left_to_the_API()
    {
        await _pod.ServeAsync();
        _pod.Log.Write(T, "over the API");
        Directory.CreateDirectory(_pod.ContainerFolder);
        File.WriteAllText(Path.Combine(_pod.ContainerFolder, "0.log"), "{\"log\":\"json\\n\",\"stream\":\"stdout\",\"time\":\"2024-05-06T07:00:00Z\"}\n");
        await _pod.StartAsync();
        Assert.Equal(["over the API"], await _pod.LinesAsync(1));
    }

    [Fact]
    public async Task Large_files_are_read_on_from_where_they_were_left()
    {
        Directory.CreateDirectory(_pod.ContainerFolder);
        var text = new StringBuilder();
        for (int i = 0; i < 30_000; i++)
        {
            text.Append(FakeContainerLog.Text(T + (i * (Second / 100)))).Append(" stdout F line ").Append(i).Append(' ').Append('x', 40).Append('\n');
        }
        string live = Path.Combine(_pod.ContainerFolder, "0.log");
        File.WriteAllText(live, text.ToString());
        await _pod.StartAsync();
        await _pod.LinesAsync(30_000);
        await _pod.StopAsync();
        Assert.True(new FileInfo(live).Length > 2 * 1024 * 1024);

        _pod.WriteFile("0.log", T + (400 * Second), "new");
        await _pod.StartAsync();
        await _pod.LinesAsync(30_001);
        Assert.Equal("new", _pod.Collected.Entries[^1].Line);
        // Not the whole file was looked at.
        Assert.InRange(_pod.Metric("loki_source_kubernetes_repeated_lines_total"), 1, 5_000);
    }

    public ValueTask DisposeAsync() => _pod.DisposeAsync();

    private static void Compress(string from, string to)
    {
        using (FileStream packed = File.Create(to))
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest))
        {
            stream.Write(File.ReadAllBytes(from));
        }
        File.Delete(from);
    }
}
