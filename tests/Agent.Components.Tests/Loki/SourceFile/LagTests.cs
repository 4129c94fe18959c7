using Agent.Components.Tests.Loki.SourceFile.Rotation;
using Agent.Sdk.Metrics;

namespace Agent.Components.Tests.Loki.SourceFile;

public sealed class LagTests : IDisposable
{
    private readonly RotationFixture _log = new();
    private readonly HoldingConsumer _sink = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void What_is_not_delivered_counts_in_bytes_and_since_when_it_is_there()
    {
        _log.Write("first");
        using TailHarness tail = _log.Start(consumer: _sink);
        tail.Run();
        tail.Time.Advance(TimeSpan.FromSeconds(7));
        _log.Write("second");
        tail.Run();
        tail.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((13, 9), Lag());

        _sink.Settle(0);
        Assert.Equal((7, 2), Lag());
        _sink.Settle(1);

        Assert.Equal((0, 0), Lag());
    }

    [Fact]
    public void Rotated_files_count_until_they_are_delivered()
    {
        _log.Write("1");
        using TailHarness tail = _log.Start(consumer: _sink);
        tail.Run();
        _log.Rotate();
        _log.Write("2");
        tail.Run();
        tail.Time.Advance(TimeSpan.FromMinutes(10));
        tail.Run();
        Assert.Equal((4, 600), Lag());

        _sink.Settle(1);
        Assert.Equal((2, 600), Lag());
        _sink.Settle(0);

        Assert.Equal((0, 0), Lag());
    }

    [Fact]
    public void An_incomplete_line_is_not_behind()
    {
        _log.Write("1");
        File.AppendAllText(_log.Live, "unfinished");
        using TailHarness tail = _log.Start();
        tail.Run();
        tail.Time.Advance(TimeSpan.FromHours(1));
        tail.Run();

        Assert.Equal((0, 0), Lag());
    }

    [Fact]
    public void A_truncated_file_is_not_behind_by_what_is_gone()
    {
        _log.Write("one", "two");
        using TailHarness tail = _log.Start();
        tail.Run();
        File.WriteAllText(_log.Live, "");
        tail.Run();

        Assert.Equal((0, 0), Lag());
    }

    [Fact]
    public void The_series_of_a_path_go_with_its_tail()
    {
        _log.Write("1");
        using (TailHarness tail = _log.Start())
        {
            tail.Run();
            Assert.NotEmpty(SeriesOf("loki_source_file_lag_bytes"));
        }

        Assert.Empty(SeriesOf("loki_source_file_lag_bytes"));
        Assert.Empty(SeriesOf("loki_source_file_lag_seconds"));
        Assert.Empty(SeriesOf("loki_source_file_read_lines_total"));
    }

    [Fact]
    public void The_last_error_is_kept_after_it_is_over()
    {
        using TailHarness tail = _log.Start();
        tail.Run();
        _log.Write("1");
        tail.Run();

        Assert.Null(tail.Tail.State.Problem);
        Assert.Contains("no such file", tail.Tail.State.LastError, StringComparison.Ordinal);
        Assert.NotNull(tail.Tail.State.LastErrorAt);
        Assert.Equal(1, tail.Metrics.Errors.Value);
    }

    private (double Bytes, double Seconds) Lag() => (Value("loki_source_file_lag_bytes"), Value("loki_source_file_lag_seconds"));

    private double Value(string name) => Assert.Single(SeriesOf(name)) is ObservedValue value ? value.Read() : -1;

    private List<Instrument> SeriesOf(string name) =>
        [.. _log.Context.Registry.Families().Where(family => family.Name == name).SelectMany(static family => family.Series).Select(static series => series.Instrument)];
}
