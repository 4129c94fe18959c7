using Agent.Components.Loki.SourceFile;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceFile;

public sealed class PositionTests : IAsyncDisposable
{
    private readonly SourceFileFixture _source = new();

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task A_restart_goes_on_where_it_was_even_after_a_rename()
    {
        _source.Write("a.log", "one\ntwo\npart");
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(2);
        await _source.StopAsync();

        File.Move(_source.PathOf("a.log"), _source.PathOf("b.log"));
        _source.Append("b.log", "ial\nfour\n");
        await _source.StartAsync("b.log");
        await _source.Collected.WaitForAsync(4);

        Assert.Equal(["one", "two", "partial", "four"], _source.Collected.Lines);
    }

    [Fact]
    public async Task What_was_not_settled_comes_again_after_a_restart()
    {
        var sink = new HoldingConsumer();
        _source.Write("a.log", "one\n");
        await _source.StartAsync(_source.With(sink, "a.log"));
        await sink.Collected.WaitForAsync(1);
        _source.Append("a.log", "two\n");
        await sink.Collected.WaitForAsync(2);
        // The second batch settles first: the position must wait for the first.
        sink.Settle(1);
        await _source.StopAsync();

        await _source.StartAsync(_source.With(sink, "a.log"));
        await sink.Collected.WaitForAsync(4);
        sink.Settle(2);
        await _source.StopAsync();
        await _source.StartAsync("a.log");
        _source.Append("a.log", "three\n");
        await _source.Collected.WaitForAsync(1);

        Assert.Equal(["one", "two", "one", "two"], sink.Collected.Lines);
        Assert.Equal(["three"], _source.Collected.Lines);
    }

    [Fact]
    public async Task What_a_sink_delivers_after_the_source_has_stopped_still_counts()
    {
        var sink = new HoldingConsumer();
        _source.Write("a.log", "one\n");
        var component = new LokiSourceFile(_source.Context);
        using var stop = new CancellationTokenSource();
        await component.ApplyAsync(_source.With(sink, "a.log"), CancellationToken.None);
        Task run = component.RunAsync(stop.Token);
        await sink.Collected.WaitForAsync(1);
        await stop.CancelAsync();
        await run;
        sink.Settle(0);
        await component.DisposeAsync();

        await _source.StartAsync("a.log");
        _source.Append("a.log", "two\n");
        await _source.Collected.WaitForAsync(1);

        Assert.Equal(["two"], _source.Collected.Lines);
    }

    [Fact]
    public async Task A_source_that_goes_waits_for_a_sink_that_is_still_sending()
    {
        var sink = new HoldingConsumer();
        _source.Write("a.log", "one\n");
        await _source.StartAsync(_source.With(sink, "a.log"));
        await sink.Collected.WaitForAsync(1);

        Task stop = _source.StopAsync();
        Assert.False(stop.IsCompleted);
        sink.Settle(0);
        await stop;

        await _source.StartAsync("a.log");
        _source.Append("a.log", "two\n");
        await _source.Collected.WaitForAsync(1);
        Assert.Equal(["two"], _source.Collected.Lines);
    }

    [Fact]
    public async Task A_delivery_is_saved_at_once_so_that_a_crash_does_not_repeat_it()
    {
        _source.Write("a.log", "one\n");
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(1);

        string positions = Path.Combine(_source.Context.StoragePath, "positions");
        await Eventually.TrueAsync(() => File.Exists(positions));

        Assert.Contains(_source.PathOf("a.log"), await File.ReadAllTextAsync(positions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_that_changed_while_nobody_ran_do_not_read_the_file_again()
    {
        _source.Write("a.log", "one\n");
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(1);
        await _source.StopAsync();

        await _source.StartAsync(_source.ArgumentsFor() with { Targets = [_source.TargetOf("a.log", ("job", "x"))] });
        _source.Append("a.log", "two\n");
        await _source.Collected.WaitForAsync(2);

        Assert.Equal(["one", "two"], _source.Collected.Lines);
    }

    [Fact]
    public async Task A_file_truncated_while_nobody_ran_is_read_from_its_start()
    {
        _source.Write("a.log", "one\ntwo\n");
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(2);
        await _source.StopAsync();

        _source.Write("a.log", "3\n");
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(3);

        Assert.Equal(["one", "two", "3"], _source.Collected.Lines);
    }

    [Fact]
    public async Task A_target_that_comes_back_goes_on_where_it_was()
    {
        _source.Write("a.log", "one\n");
        LokiSourceFile.Arguments arguments = _source.ArgumentsFor("a.log");
        await _source.StartAsync(arguments);
        await _source.Collected.WaitForAsync(1);
        await _source.ApplyAsync(_source.ArgumentsFor());
        await Eventually.TrueAsync(() => _source.Metric("loki_source_file_files_active_total") == 0);

        _source.Append("a.log", "two\n");
        await _source.ApplyAsync(arguments);
        await _source.Collected.WaitForAsync(2);

        Assert.Equal(["one", "two"], _source.Collected.Lines);
    }

    [Theory]
    [InlineData(PositionsFileError.RestartFromBeginning, "one,two,three")]
    [InlineData(PositionsFileError.RestartFromEnd, "three")]
    [InlineData(PositionsFileError.Skip, "")]
    public async Task A_damaged_position_does_what_the_user_chose(PositionsFileError policy, string expected)
    {
        _source.Write("a.log", "one\ntwo\n");
        await _source.StartAsync("a.log");
        await _source.Collected.WaitForAsync(2);
        await _source.StopAsync();
        Directory.CreateDirectory(_source.Context.StoragePath);
        File.WriteAllText(Path.Combine(_source.Context.StoragePath, "positions"), "invar-positions 1\n\0\0garbage\n");

        var after = new Agent.Testing.LogCollector();
        await _source.StartAsync(_source.ArgumentsFor("a.log") with { ForwardTo = [after], OnPositionsFileError = policy });
        await Eventually.TrueAsync(() => _source.Context.HealthMessage.Length > 0
            && (policy == PositionsFileError.Skip || _source.Metric("loki_source_file_files_active_total") == 1));
        _source.Append("a.log", "three\n");
        _source.Write("other.log", "x\n");
        if (expected.Length > 0)
        {
            await after.WaitForAsync(expected.Split(',').Length);
        }
        else
        {
            await Eventually.TrueAsync(() => _source.Context.HealthMessage.Contains("damaged", StringComparison.Ordinal));
        }
        await _source.StopAsync();

        Assert.Equal(expected, string.Join(",", after.Lines));
        Assert.Equal(1, _source.Metric("loki_source_file_positions_errors_total"));
    }

    [Fact]
    public async Task Positions_of_Alloy_are_taken_over_by_path_and_labels()
    {
        _source.Write("a.log", "one\ntwo\n");
        _source.Write("b.log", "one\ntwo\n");
        string yaml = $"""
            positions:
              ? path: {_source.PathOf("a.log")}
                labels: '{"{"}job="x", long="a label that makes the line so long that yaml folds it into
                a second line"{"}"}'
              : "4"
              ? path: {_source.PathOf("b.log")}
                labels: "{"{"}job=\"other\"{"}"}"
              : "8"
              cursor-something: s=abc
            """;
        File.WriteAllText(Path.Combine(_source.Context.StoragePath, "positions.yml"), yaml);

        await _source.StartAsync(_source.ArgumentsFor() with
        {
            Targets =
            [
                _source.TargetOf("a.log", ("job", "x"), ("long", "a label that makes the line so long that yaml folds it into a second line")),
                _source.TargetOf("b.log", ("job", "other")),
            ],
        });
        await _source.Collected.WaitForAsync(1);
        _source.Append("b.log", "three\n");
        await _source.Collected.WaitForAsync(2);

        Assert.Equal(["two", "three"], _source.Collected.Lines);
    }

    [Fact]
    public async Task Positions_of_Promtail_are_taken_over_by_path()
    {
        _source.Write("a.log", "one\ntwo\n");
        _source.Write("legacy.yml", $"positions:\n  {_source.PathOf("a.log")}: \"4\"\n");

        await _source.StartAsync(_source.ArgumentsFor() with
        {
            Targets = [_source.TargetOf("a.log", ("job", "x"))],
            LegacyPositionsFile = _source.PathOf("legacy.yml"),
        });
        await _source.Collected.WaitForAsync(1);
        await _source.StopAsync();
        await _source.StartAsync(_source.ArgumentsFor("a.log") with { LegacyPositionsFile = _source.PathOf("legacy.yml") });
        _source.Append("a.log", "three\n");
        await _source.Collected.WaitForAsync(2);

        Assert.Equal(["two", "three"], _source.Collected.Lines);
    }
}
