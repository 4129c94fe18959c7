using Agent.Components.Loki.Process.Stages;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Tests.Loki.Process.Stages;

public sealed class CriStageTests
{
    private const string Time = "2019-01-01T01:00:00.000000001Z stdout ";

    [Fact]
    public void A_full_line_is_cut_and_gets_its_stream()
    {
        using var fixture = new PipelineFixture(new CriStage.Arguments());
        fixture.Send(Time + "F hello");
        Assert.Equal("hello", Assert.Single(fixture.Collector.Lines));
        Assert.Equal("stdout", fixture.Collector.Entries[0].Labels["stream"]);
        Assert.Equal(1546304400000000001, fixture.Collector.Entries[0].Timestamp);
    }

    [Fact]
    public void The_source_may_not_move_past_a_piece_whose_line_has_not_ended()
    {
        using var fixture = new PipelineFixture(new CriStage.Arguments());
        var first = new CountedReceipt();
        var second = new CountedReceipt();
        var third = new CountedReceipt();
        fixture.Send(first, Time + "F whole", Time + "P a");
        first.Settle();
        fixture.Send(second, Time + "P b", Time + "P c");
        second.Settle();
        Assert.Equal((0, 0), (first.Settled, second.Settled));
        fixture.Send(third, Time + "F d");
        third.Settle();
        Assert.Equal(["whole", "abcd"], fixture.Collector.Lines);
        Assert.Equal((1, 1, 1), (first.Settled, second.Settled, third.Settled));
    }

    [Fact]
    public void A_sink_that_holds_the_joined_line_holds_the_batches_of_all_pieces()
    {
        var sink = new HoldingSink();
        using var fixture = new PipelineFixture(sink, new CriStage.Arguments());
        var first = new CountedReceipt();
        var second = new CountedReceipt();
        fixture.Send(first, Time + "P a");
        first.Settle();
        fixture.Send(second, Time + "F b");
        second.Settle();
        Assert.Equal((0, 0), (first.Settled, second.Settled));
        sink.Held!.Settle();
        Assert.Equal((1, 1), (first.Settled, second.Settled));
    }

    [Fact]
    public void A_joined_line_that_is_dropped_settles_its_pieces()
    {
        using var fixture = new PipelineFixture(new CriStage.Arguments(), new DropStage.Arguments { LongerThan = new Sdk.ByteSize(1) });
        var first = new CountedReceipt();
        var second = new CountedReceipt();
        fixture.Send(first, Time + "P a");
        first.Settle();
        fixture.Send(second, Time + "F b");
        second.Settle();
        Assert.Empty(fixture.Collector.Lines);
        Assert.Equal((1, 1), (first.Settled, second.Settled));
    }

    [Fact]
    public void Pieces_and_end_in_one_batch_leave_its_receipt_to_the_source()
    {
        using var fixture = new PipelineFixture(new CriStage.Arguments());
        var receipt = new CountedReceipt();
        fixture.Send(receipt, Time + "P a", Time + "P b", Time + "F c");
        Assert.Equal(0, receipt.Settled);
        receipt.Settle();
        Assert.Equal(1, receipt.Settled);
        Assert.Equal(["abc"], fixture.Collector.Lines);
    }

    [Fact]
    public void Unfinished_lines_survive_a_change_of_stages()
    {
        using var fixture = new PipelineFixture(new CriStage.Arguments());
        fixture.Send(Time + "P a");
        fixture.Apply(new StaticLabelsStage.Arguments { Values = new([new("k", "v")]) }, new CriStage.Arguments());
        fixture.Send(Time + "F b");

        // The stream had no label k yet when its first piece came: as in Alloy the set of labels decides what belongs together.
        Assert.Equal(["b"], fixture.Collector.Lines);
        fixture.Apply(new CriStage.Arguments { MaxPartialLines = 7 });
        fixture.Send(Time + "F c");
        Assert.Equal(["b", "ac"], fixture.Collector.Lines);
    }

    [Fact]
    public void Without_a_stage_to_go_on_with_them_unfinished_lines_are_sent_as_they_are()
    {
        using var fixture = new PipelineFixture(new CriStage.Arguments(), new LabelKeepStage.Arguments { Values = ["stream"] });
        var receipt = new CountedReceipt();
        fixture.Send(receipt, Time + "P a");
        receipt.Settle();
        fixture.Apply();
        Assert.Equal(["a"], fixture.Collector.Lines);
        Assert.Equal("{stream=\"stdout\"}", fixture.Collector.Entries[0].Labels.ToString());
        Assert.Equal(1, receipt.Settled);
    }

    private sealed class HoldingSink : ILogConsumer
    {
        public Receipt? Held { get; private set; }

        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
        {
            Held = batch.Receipt;
            Held?.Hold();
            return ValueTask.CompletedTask;
        }
    }
}
