using System.Text;
using Agent.Components.Loki.Process.Stages;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process.Stages;

public sealed class LimitStageTests
{
    private static readonly LimitStage.Arguments OneASecond = new() { Rate = 1, Burst = 1 };

    [Fact]
    public async Task Lines_above_the_rate_wait_and_so_does_their_source()
    {
        using var fixture = new PipelineFixture(OneASecond);
        using LogBatch batch = Lines("1", "2", "3", "4");
        Task sent = fixture.Component.ConsumeAsync(batch, default).AsTask();
        Assert.False(sent.IsCompleted);
        for (int second = 1; second <= 3; second++)
        {
            await ArmedAsync(fixture, sent);
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            await fixture.Collector.WaitForAsync(second + 1);
            Assert.Equal(second + 1, fixture.Collector.Lines.Count());
        }
        await sent;
        Assert.Equal(["1", "2", "3", "4"], fixture.Collector.Lines);
        Assert.Null(fixture.Count("loki_process_dropped_lines_total"));
    }

    [Fact]
    public async Task A_source_that_stops_is_told_that_its_batch_was_not_taken()
    {
        using var fixture = new PipelineFixture(OneASecond);
        using var stop = new CancellationTokenSource();
        var receipt = new CountedReceipt();
        using LogBatch batch = Lines("1", "2", "3", "4");
        batch.Receipt = receipt;
        Task sent = fixture.Component.ConsumeAsync(batch, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent);
        Assert.Equal(0, receipt.Settled);
    }

    [Fact]
    public async Task A_reload_lets_lines_through_that_wait_for_a_limit_that_is_gone()
    {
        using var fixture = new PipelineFixture(OneASecond);
        using LogBatch batch = Lines("1", "2", "3", "4");
        Task sent = fixture.Component.ConsumeAsync(batch, default).AsTask();
        fixture.Apply();
        await sent;
        Assert.Equal(["1", "2", "3", "4"], fixture.Collector.Lines);
    }

    [Fact]
    public void The_bucket_fills_again_with_time_up_to_its_burst()
    {
        using var fixture = new PipelineFixture(new LimitStage.Arguments { Rate = 2, Burst = 3, Drop = true });
        fixture.Send("1", "2", "3", "4");
        fixture.Time.Advance(TimeSpan.FromSeconds(0.5));
        fixture.Send("5", "6");
        fixture.Time.Advance(TimeSpan.FromHours(1));
        fixture.Send("7", "8", "9", "10");
        Assert.Equal(["1", "2", "3", "5", "7", "8", "9"], fixture.Collector.Lines);
        Assert.Equal(3, fixture.Count("loki_process_dropped_lines_total", "ratelimit_drop_stage"));
    }

    [Fact]
    public void Each_value_of_the_label_has_a_bucket_of_its_own_and_no_label_no_limit()
    {
        using var fixture = new PipelineFixture(new LimitStage.Arguments { Rate = 0.001, Burst = 1, Drop = true, ByLabelName = "app" });
        using var batch = new LogBatch();
        foreach (string app in (string[])["a", "b", "a", "", "", "b", "a"])
        {
            batch.Add(new LogEntry(LabelSet.From([new("app", app)]), 1, Encoding.UTF8.GetBytes($"line of {app}")));
        }
        fixture.Send(batch);
        Assert.Equal(["line of a", "line of b", "line of ", "line of "], fixture.Collector.Lines);
        Assert.Equal(3, fixture.Count("loki_process_dropped_lines_total", "ratelimit_drop_stage"));
        Assert.Equal(2, fixture.Count("loki_process_dropped_lines_by_label_total", "a"));
        Assert.Equal(1, fixture.Count("loki_process_dropped_lines_by_label_total", "b"));
    }

    [Fact]
    public void Values_without_end_are_forgotten_with_their_counters()
    {
        using var fixture = new PipelineFixture(new LimitStage.Arguments { Rate = 0.001, Burst = 1, Drop = true, ByLabelName = "id" });
        using var batch = new LogBatch();
        for (int i = 0; i < 25_000; i++)
        {
            LabelSet labels = LabelSet.From([new("id", $"{i}")]);
            batch.Add(new LogEntry(labels, i, "1"u8.ToArray()));
            batch.Add(new LogEntry(labels, i, "2"u8.ToArray()));
        }
        fixture.Send(batch);
        Assert.Equal(25_000, fixture.Collector.Lines.Count());
        Assert.InRange(
            fixture.Context.Registry.Families().Single(static family => family.Name == "loki_process_dropped_lines_by_label_total").Series.Length, 1, 10_000);
    }

    private static Task ArmedAsync(PipelineFixture fixture, Task sent) => Eventually.TrueAsync(() => fixture.Time.ArmedTimers > 0 || sent.IsCompleted);

    private static LogBatch Lines(params string[] lines)
    {
        var batch = new LogBatch();
        LabelSet labels = LabelSet.From([new("app", "x")]);
        foreach (string line in lines)
        {
            batch.Add(new LogEntry(labels, 1, Encoding.UTF8.GetBytes(line)));
        }
        return batch;
    }
}
