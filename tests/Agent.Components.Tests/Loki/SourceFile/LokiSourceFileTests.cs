using Agent.Components.Loki.SourceFile;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceFile;

public sealed class LokiSourceFileTests : IAsyncDisposable
{
    private readonly SourceFileFixture _source = new();

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task Lines_come_as_they_are_written_with_the_labels_of_the_target()
    {
        _source.Write("a.log", "one\ntwo\r\n\n");
        LokiSourceFile.Arguments arguments = _source.ArgumentsFor() with { Targets = [_source.TargetOf("a.log", ("job", "j"))] };
        await _source.StartAsync(arguments);
        await _source.Collected.WaitForAsync(3);

        _source.Append("a.log", "three\nfo");
        await _source.Collected.WaitForAsync(4);
        _source.Append("a.log", "ur\n");
        await _source.Collected.WaitForAsync(5);

        Assert.Equal(["one", "two", "", "three", "four"], _source.Collected.Lines);
        CollectedEntry first = _source.Collected.Entries[0];
        Assert.Equal($"{{filename=\"{_source.PathOf("a.log")}\", job=\"j\"}}", first.Labels.ToString());
        Assert.Equal(5, _source.Collected.Entries.Select(static entry => entry.Timestamp).Distinct().Count());
        Assert.Equal(_source.Collected.Entries.OrderBy(static entry => entry.Timestamp), _source.Collected.Entries);
        Assert.Equal(5, _source.Metric("loki_source_file_read_lines_total", "path", _source.PathOf("a.log")));
        Assert.Equal(1, _source.Metric("loki_source_file_files_active_total"));
        Assert.Equal(21, _source.Metric("loki_source_file_read_bytes_total"));
    }

    [Fact]
    public async Task A_renamed_file_is_read_to_its_end_before_the_new_one()
    {
        _source.Write("a.log", "1\n2\n");
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(2);

        _source.Append("a.log", "3\n");
        File.Move(_source.PathOf("a.log"), _source.PathOf("a.log.1"));
        _source.Append("a.log.1", "4\n");
        _source.Write("a.log", "5\n");
        await _source.Collected.WaitForAsync(5);
        _source.Append("a.log", "6\n");
        await _source.Collected.WaitForAsync(6);

        Assert.Equal(["1", "2", "3", "4", "5", "6"], _source.Collected.Lines);
        Assert.Equal(1, _source.Metric("loki_source_file_rotations_total"));
    }

    [Fact]
    public async Task Lines_written_to_the_old_file_after_the_rotation_are_not_lost()
    {
        _source.Write("a.log", "1\n");
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(1);
        File.Move(_source.PathOf("a.log"), _source.PathOf("a.log.1"));
        _source.Write("a.log", "2\n");
        await _source.Collected.WaitForAsync(2);

        _source.Append("a.log.1", "late\n");
        await _source.Collected.WaitForAsync(3);

        Assert.Equal(["1", "2", "late"], _source.Collected.Lines);
    }

    [Fact]
    public async Task A_truncated_file_is_read_from_its_start()
    {
        _source.Write("a.log", "one\ntwo\nthree\n");
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(3);

        using (FileStream file = File.Open(_source.PathOf("a.log"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(0);
        }
        _source.Append("a.log", "four\n");
        await _source.Collected.WaitForAsync(4);

        Assert.Equal(["one", "two", "three", "four"], _source.Collected.Lines);
        Assert.Equal(1, _source.Metric("loki_source_file_truncations_total"));
    }

    [Fact]
    public async Task A_file_truncated_and_grown_beyond_the_old_offset_is_noticed_by_its_content()
    {
        _source.Write("a.log", "one\n");
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(1);

        _source.Write("a.log", "another, longer line\n");
        await _source.Collected.WaitForAsync(2);

        Assert.Equal(["one", "another, longer line"], _source.Collected.Lines);
    }

    [Fact]
    public async Task A_file_replaced_by_an_editor_goes_on_where_it_was()
    {
        string content = string.Concat(Enumerable.Range(0, 200).Select(static i => $"line {i:d4}\n"));
        _source.Write("a.log", content);
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(200);

        _source.Write("a.tmp", content + "added\n");
        File.Move(_source.PathOf("a.tmp"), _source.PathOf("a.log"), overwrite: true);
        await _source.Collected.WaitForAsync(201);

        Assert.Equal("added", _source.Collected.Lines.Last());
        Assert.Equal(201, _source.Collected.Entries.Count);
    }

    [Fact]
    public async Task A_missing_file_makes_the_component_unhealthy_and_is_read_once_it_is_there()
    {
        _source.Write("b.log", "b\n");
        await _source.StartAsync("a.log", "b.log");
        await _source.Collected.WaitForAsync(1);
        await Eventually.TrueAsync(() => _source.Context.Health == HealthState.Unhealthy);
        Assert.Contains("a.log: no such file", _source.Context.HealthMessage, StringComparison.Ordinal);

        _source.Write("a.log", "a\n");
        await _source.Collected.WaitForAsync(2);

        await Eventually.TrueAsync(() => _source.Context.Health == HealthState.Healthy);
    }

    [Fact]
    public async Task A_file_replaced_by_a_folder_is_reported_and_the_others_run()
    {
        _source.Write("a.log", "a\n");
        _source.Write("b.log", "b\n");
        await _source.StartAsync("a.log", "b.log");
        await _source.Collected.WaitForAsync(2);

        File.Delete(_source.PathOf("a.log"));
        Directory.CreateDirectory(_source.PathOf("a.log"));
        await Eventually.TrueAsync(() => _source.Component.DebugState().ToText().Contains("it is a folder", StringComparison.Ordinal));
        _source.Append("b.log", "b2\n");
        await _source.Collected.WaitForAsync(3);
        Directory.Delete(_source.PathOf("a.log"));
        _source.Write("a.log", "again\n");
        await _source.Collected.WaitForAsync(4);

        Assert.Equal("again", _source.Collected.Lines.Last());
    }

    [Fact]
    public async Task A_pipe_is_refused_without_waiting_for_a_writer()
    {
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start("mkfifo", _source.PathOf("pipe")))
        {
            await make.WaitForExitAsync();
        }
        _source.Write("b.log", "b\n");
        await _source.StartAsync("pipe", "b.log");
        await _source.Collected.WaitForAsync(1);

        await Eventually.TrueAsync(() => _source.Context.Health == HealthState.Unhealthy);

        Assert.Contains("it is no regular file", _source.Context.HealthMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_labels_restart_nothing()
    {
        _source.Write("a.log", "one\n");
        LokiSourceFile.Arguments arguments = _source.ArgumentsFor("a.log");
        await _source.StartAsync(arguments);
        await _source.Collected.WaitForAsync(1);

        await _source.ApplyAsync(arguments with { Targets = [_source.TargetOf("a.log", ("job", "new"))] });
        await Eventually.TrueAsync(() => _source.Component.DebugState().ToText().Contains("job", StringComparison.Ordinal));
        _source.Append("a.log", "two\n");
        await _source.Collected.WaitForAsync(2);

        Assert.Equal(["one", "two"], _source.Collected.Lines);
        Assert.Equal("new", _source.Collected.Entries[1].Labels["job"]);
    }

    [Fact]
    public async Task Two_targets_on_one_path_both_read_it()
    {
        _source.Write("a.log", "one\n");
        LokiSourceFile.Arguments arguments = _source.ArgumentsFor() with
        {
            Targets = [_source.TargetOf("a.log", ("job", "x")), _source.TargetOf("a.log", ("job", "y")), _source.TargetOf("a.log", ("job", "y"))],
        };
        await _source.StartAsync(arguments);
        await _source.Collected.WaitForAsync(2);
        _source.Append("a.log", "two\n");
        await _source.Collected.WaitForAsync(4);

        await _source.StopAsync();

        Assert.Equal(["x one", "x two", "y one", "y two"],
            _source.Collected.Entries.Select(static entry => $"{entry.Labels["job"]} {entry.Line}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_link_is_followed_to_where_it_leads_and_to_where_it_leads_later()
    {
        Directory.CreateDirectory(_source.PathOf("real"));
        _source.Write("real/0.log", "one\n");
        File.CreateSymbolicLink(_source.PathOf("a.log"), _source.PathOf("real/0.log"));
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(1);

        _source.Append("real/0.log", "two\n");
        await _source.Collected.WaitForAsync(2, TimeSpan.FromSeconds(5));
        _source.Write("real/1.log", "three\n");
        File.CreateSymbolicLink(_source.PathOf("a.tmp"), _source.PathOf("real/1.log"));
        File.Move(_source.PathOf("a.tmp"), _source.PathOf("a.log"), overwrite: true);
        await _source.Collected.WaitForAsync(3);

        Assert.Equal(["one", "two", "three"], _source.Collected.Lines);
        Assert.All(_source.Collected.Entries, entry => Assert.Equal(_source.PathOf("a.log"), entry.Labels["filename"]));
    }

    [Fact]
    public async Task Patterns_find_files_that_come_later_within_a_second_and_let_go_of_those_that_leave()
    {
        Directory.CreateDirectory(_source.PathOf("pods"));
        LokiSourceFile.Arguments arguments = _source.ArgumentsFor("pods/**/*.log") with
        {
            FileMatch = new LokiSourceFile.FileMatchArguments { Enabled = true, SyncPeriod = TimeSpan.FromMinutes(10) },
        };
        await _source.StartAsync(arguments);
        await Eventually.TrueAsync(() => _source.Context.Health == HealthState.Healthy);

        Directory.CreateDirectory(_source.PathOf("pods/ns/app"));
        _source.Write("pods/ns/app/0.log", "one\n");
        _source.Write("pods/ns/app/0.txt", "not this\n");
        await _source.Collected.WaitForAsync(1, TimeSpan.FromSeconds(5));
        File.Delete(_source.PathOf("pods/ns/app/0.log"));
        await Eventually.TrueAsync(() => _source.Metric("loki_source_file_read_lines_total") == 0);

        Assert.Equal(["one"], _source.Collected.Lines);
        Assert.Equal(0, _source.Metric("loki_source_file_files_active_total"));
    }

    [Fact]
    public async Task Tailing_from_the_end_leaves_out_what_was_there_but_not_files_that_come_later()
    {
        _source.Write("a.log", "old\nunfinish");
        await _source.StartAsync(_source.ArgumentsFor("a.log", "b.log") with { TailFromEnd = true });
        await Eventually.TrueAsync(() => _source.Metric("loki_source_file_files_active_total") == 1
            && _source.Component.DebugState().ToText().Contains("no such file", StringComparison.Ordinal));

        _source.Append("a.log", "ed\n");
        _source.Write("b.log", "new\n");
        await _source.Collected.WaitForAsync(2);

        Assert.Equal(["new", "unfinished"], _source.Collected.Lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_compressed_file_is_read_once_and_its_last_line_needs_no_newline()
    {
        await using (var gzip = new System.IO.Compression.GZipStream(File.Create(_source.PathOf("a.gz")), System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write("one\ntwo"u8);
        }
        LokiSourceFile.Arguments arguments = _source.ArgumentsFor("a.gz") with
        {
            Decompression = new LokiSourceFile.DecompressionArguments { Enabled = true, Format = CompressionFormat.Gz },
        };
        await _source.StartAsync(arguments);
        await _source.Collected.WaitForAsync(2);
        await Eventually.TrueAsync(() => _source.Metric("loki_source_file_files_active_total") == 0);
        await _source.StopAsync();

        await _source.StartAsync(arguments);
        await Eventually.TrueAsync(() => _source.Context.Health == HealthState.Healthy);
        await _source.StopAsync();

        Assert.Equal(["one", "two"], _source.Collected.Lines);
    }

    [Fact]
    public async Task Patterns_that_match_rotated_files_too_read_every_line_once()
    {
        LokiSourceFile.Arguments arguments = _source.ArgumentsFor("a.log*") with { FileMatch = new LokiSourceFile.FileMatchArguments { Enabled = true } };
        _source.Write("a.log", "1\n");
        await _source.StartAsync(arguments);
        await _source.Collected.WaitForAsync(1);
        _source.Append("a.log", "2\n");
        File.Move(_source.PathOf("a.log"), _source.PathOf("a.log.1"));
        _source.Write("a.log", "3\n");
        await _source.Collected.WaitForAsync(3);
        await Eventually.TrueAsync(() => _source.Component.DebugState().ToText().Contains("a.log.1", StringComparison.Ordinal));
        await _source.StopAsync();

        _source.Append("a.log.1", "late\n");
        File.Move(_source.PathOf("a.log.1"), _source.PathOf("a.log.2"));
        File.Move(_source.PathOf("a.log"), _source.PathOf("a.log.1"));
        _source.Write("a.log", "4\n");
        await _source.StartAsync(arguments);
        await _source.Collected.WaitForAsync(5);
        await _source.StopAsync();

        Assert.Equal(["1", "2", "3", "4", "late"], _source.Collected.Lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_targets_on_one_path_both_read_what_was_rotated_away_while_nobody_ran()
    {
        LokiSourceFile.Arguments arguments = _source.ArgumentsFor() with
        {
            Targets = [_source.TargetOf("a.log", ("job", "x")), _source.TargetOf("a.log", ("job", "y"))],
        };
        _source.Write("a.log", "1\n");
        await _source.StartAsync(arguments);
        await _source.Collected.WaitForAsync(2);
        await _source.StopAsync();
        _source.Append("a.log", "2\n");
        File.Move(_source.PathOf("a.log"), _source.PathOf("a.log.1"));
        _source.Write("a.log", "3\n");

        await _source.StartAsync(arguments);
        await _source.Collected.WaitForAsync(6);
        await _source.StopAsync();

        Assert.Equal(["x 1", "x 2", "x 3", "y 1", "y 2", "y 3"],
            _source.Collected.Entries.Select(static entry => $"{entry.Labels["job"]} {entry.Line}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Behind_a_link_the_rotated_files_lie_where_the_file_does()
    {
        Directory.CreateDirectory(_source.PathOf("pod"));
        _source.Write("pod/0.log", "1\n");
        File.CreateSymbolicLink(_source.PathOf("a.log"), _source.PathOf("pod/0.log"));
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(1);
        await _source.StopAsync();
        _source.Append("pod/0.log", "2\n");
        File.Move(_source.PathOf("pod/0.log"), _source.PathOf("pod/0.log.20260102-150405"));
        _source.Write("pod/0.log", "3\n");

        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(3);

        Assert.Equal(["1", "2", "3"], _source.Collected.Lines);
    }

    [Fact]
    public async Task The_debug_state_tells_how_far_delivery_is_behind()
    {
        var sink = new HoldingConsumer();
        _source.Write("a.log", "one\n");
        await _source.StartAsync(_source.With(sink, "a.log"));
        await sink.Collected.WaitForAsync(1);

        await Eventually.TrueAsync(() => Field("oldest_unsent").Length > 0);
        sink.Settle(0);

        Assert.Equal(("", "", ""), (Field("oldest_unsent"), Field("problem"), Field("last_error")));

        string Field(string name) => ((ObjectValue)((ArrayValue)((ObjectValue)_source.Component.DebugState())["targets_info"])[0])[name].ToText();
    }
}
