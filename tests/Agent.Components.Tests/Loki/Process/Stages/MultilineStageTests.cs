using System.Text;
using Agent.Components.Loki.Process.Stages;
using Agent.Sdk.Patterns;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process.Stages;

public sealed class MultilineStageTests
{
    private static readonly MultilineStage.Arguments Blocks = new() { Firstline = Pattern.Parse("^S") };

    [Fact]
    public void The_source_may_not_move_past_a_line_whose_block_has_not_ended()
    {
        using var fixture = new PipelineFixture(Blocks);
        var first = new CountedReceipt();
        var second = new CountedReceipt();
        var third = new CountedReceipt();
        Settle(fixture, first, "S 1", " a");
        Settle(fixture, second, " b");
        Assert.Equal((0, 0), (first.Settled, second.Settled));
        Settle(fixture, third, "S 2");
        Assert.Equal(["S 1\n a\n b"], fixture.Collector.Lines);
        Assert.Equal((1, 1, 0), (first.Settled, second.Settled, third.Settled));
    }

    [Fact]
    public async Task A_block_leaves_when_nothing_more_comes_though_no_other_line_comes_either()
    {
        using var fixture = new PipelineFixture(Blocks);
        using var stop = new CancellationTokenSource();
        Task running = fixture.Component.RunAsync(stop.Token);
        var receipt = new CountedReceipt();
        Settle(fixture, receipt, "S 1", " a");
        await ArmedAsync(fixture);
        fixture.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(fixture.Collector.Lines);
        fixture.Time.Advance(TimeSpan.FromSeconds(2));
        await fixture.Collector.WaitForAsync(1);
        fixture.Send(" late");
        Assert.Equal(["S 1\n a", " late"], fixture.Collector.Lines);
        await stop.CancelAsync();
        await running;
        Assert.Equal(1, receipt.Settled);
    }

    [Fact]
    public async Task A_stop_sends_on_what_is_held_through_the_stages_behind()
    {
        using var fixture = new PipelineFixture(Blocks, new StaticLabelsStage.Arguments { Values = new([new("k", "v")]) }, new MultilineStage.Arguments
        {
            Firstline = Pattern.Parse("."),
        });
        var receipt = new CountedReceipt();
        Settle(fixture, receipt, "S 1", " a");
        await fixture.Component.RunAsync(new CancellationToken(canceled: true));
        Assert.Equal(["S 1\n a"], fixture.Collector.Lines);
        Assert.Equal("v", fixture.Collector.Entries[0].Labels["k"]);
        Assert.Equal(1, receipt.Settled);
    }

    [Fact]
    public void A_block_goes_on_over_a_reload()
    {
        using var fixture = new PipelineFixture(Blocks);
        var receipt = new CountedReceipt();
        Settle(fixture, receipt, "S 1", " a");
        fixture.Apply(new DropStage.Arguments { Expression = Pattern.Parse("nothing") }, Blocks with { MaxLines = 4 });
        fixture.Send(" b");
        Assert.Equal(0, receipt.Settled);
        fixture.Send(" c");
        Assert.Equal(["S 1\n a\n b\n c"], fixture.Collector.Lines);
        Assert.Equal(1, receipt.Settled);
    }

    [Fact]
    public void Without_a_stage_to_go_on_with_it_a_block_is_sent_as_it_is()
    {
        using var fixture = new PipelineFixture(Blocks);
        var receipt = new CountedReceipt();
        Settle(fixture, receipt, "S 1", " a");
        fixture.Apply();
        Assert.Equal(["S 1\n a"], fixture.Collector.Lines);
        Assert.Equal(1, receipt.Settled);
    }

    [Fact]
    public void A_line_that_came_in_pieces_keeps_the_receipts_of_all_pieces_while_its_block_is_held()
    {
        const string Time = "2019-01-01T01:00:00.000000001Z stdout ";
        using var fixture = new PipelineFixture(new CriStage.Arguments(), Blocks);
        var first = new CountedReceipt();
        var second = new CountedReceipt();
        var third = new CountedReceipt();
        Settle(fixture, first, Time + "P S ");
        Settle(fixture, second, Time + "F 1");
        Assert.Equal((0, 0), (first.Settled, second.Settled));
        Settle(fixture, third, Time + "F S 2");
        Assert.Equal(["S 1"], fixture.Collector.Lines);
        Assert.Equal((1, 1, 0), (first.Settled, second.Settled, third.Settled));
    }

    [Fact]
    public void A_block_that_grows_too_large_is_sent_in_parts_which_is_counted()
    {
        using var fixture = new PipelineFixture(Blocks with { MaxLines = 0 });
        string line = new('x', 100_000);
        fixture.Send(["S", .. Enumerable.Repeat(line, 25), "S"]);
        Assert.Equal(3, fixture.Collector.Lines.Count());
        Assert.All(fixture.Collector.Lines, static part => Assert.InRange(part.Length, 1, 1024 * 1024));
        Assert.Equal(2 + (25 * 100_001) - 1, fixture.Collector.Lines.Sum(static part => part.Length + 1) - 1);
        Assert.Equal(2, fixture.Count("loki_process_multiline_blocks_flushed_early_total", "block_size"));
    }

    [Fact]
    public void Streams_without_end_do_not_fill_the_memory()
    {
        using var fixture = new PipelineFixture(Blocks);
        using var batch = new LogBatch();
        for (int i = 0; i < 10_001; i++)
        {
            batch.Add(new LogEntry(LabelSet.From([new("id", $"{i}")]), i, "S"u8.ToArray()));
        }
        fixture.Send(batch);
        Assert.Equal(10_000, fixture.Collector.Lines.Count());
        Assert.Equal(10_000, fixture.Count("loki_process_multiline_blocks_flushed_early_total", "streams"));
    }

    [Fact]
    public async Task Producers_that_call_at_once_lose_no_line_while_the_clock_moves_and_stages_change()
    {
        using var fixture = new PipelineFixture(Blocks);
        using var stop = new CancellationTokenSource();
        Task running = fixture.Component.RunAsync(stop.Token);
        Task[] producers = [.. Enumerable.Range(0, 4).Select(producer => Task.Run(async () =>
        {
            using var batch = new LogBatch();
            LabelSet labels = LabelSet.From([new("producer", $"{producer}")]);
            for (int i = 0; i < 500; i++)
            {
                batch.Clear();
                batch.Add(new LogEntry(labels, i, Encoding.UTF8.GetBytes(i % 3 == 0 ? "S" : " a")));
                await fixture.Component.ConsumeAsync(batch, default);
            }
        }))];
        for (int i = 2; i < 20; i++)
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            await fixture.Component.ApplyAsync(
                new() { ForwardTo = [fixture.Collector], Stage = [Blocks with { MaxLines = 100 + i }] }, default);
            await Task.Yield();
        }
        await Task.WhenAll(producers);
        await stop.CancelAsync();
        await running;
        Assert.Equal(4 * 500, fixture.Collector.Lines.Sum(static block => block.Split('\n').Length));
    }

    private static Task ArmedAsync(PipelineFixture fixture) => Eventually.TrueAsync(() => fixture.Time.ArmedTimers > 0);

    private static void Settle(PipelineFixture fixture, CountedReceipt receipt, params string[] lines)
    {
        fixture.Send(receipt, lines);
        receipt.Settle();
    }
}
