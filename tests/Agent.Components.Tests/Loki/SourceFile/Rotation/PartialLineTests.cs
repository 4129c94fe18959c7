using Agent.Components.Loki.Process.Stages;
using Agent.Components.Tests.Loki.Process;

namespace Agent.Components.Tests.Loki.SourceFile.Rotation;

public sealed class PartialLineTests : IDisposable
{
    private const string Time = "2026-01-02T15:04:05.000000001Z";
    private readonly RotationFixture _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_line_in_parts_is_joined_across_a_rotation()
    {
        using var pipeline = new PipelineFixture(_log.Collected, new CriStage.Arguments());
        using TailHarness tail = _log.Start(consumer: pipeline.Component);
        _log.Write($"{Time} stdout F one", $"{Time} stdout P be");
        tail.Run();
        _log.Rotate();
        _log.Write($"{Time} stdout P gu");
        _log.Rotate();
        _log.Write($"{Time} stdout F n", $"{Time} stdout F last");
        tail.Run();

        _log.Expect("one", "begun", "last");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_line_in_parts_is_joined_across_a_restart_and_nothing_else_comes_again(bool isRotated, bool isCompressed)
    {
        _log.Write($"{Time} stdout F one", $"{Time} stderr F two", $"{Time} stdout P be", $"{Time} stdout P gu");
        RunOnce();
        _log.Expect("one", "two");
        if (isRotated)
        {
            string rotated = _log.Rotate();
            if (isCompressed)
            {
                _log.Compress(rotated);
            }
        }
        _log.Write($"{Time} stdout F n", $"{Time} stdout F last");

        RunOnce();
        RunOnce();

        _log.Expect("one", "two", "begun", "last");
    }

    [Fact]
    public void A_line_in_parts_does_not_hold_up_what_follows_it()
    {
        using var pipeline = new PipelineFixture(_log.Collected, new CriStage.Arguments());
        using TailHarness tail = _log.Start(consumer: pipeline.Component);
        _log.Write($"{Time} stdout P be");
        tail.Run();
        _log.Write($"{Time} stderr F other");
        tail.Run();
        Assert.Equal(0, tail.Tail.State.DeliveredOffset);
        _log.Write($"{Time} stdout F gun");
        tail.Run();

        _log.Expect("other", "begun");
        Assert.Equal(new FileInfo(_log.Live).Length, tail.Tail.State.DeliveredOffset);
    }

    [Fact]
    public void Blocks_that_end_in_the_middle_of_a_line_in_parts_lose_and_double_nothing()
    {
        string part = new('p', 16_000);
        var expected = new List<string>();
        for (int i = 0; i < 40; i++)
        {
            _log.Write($"{Time} stdout F before {i}", $"{Time} stdout P {part}", $"{Time} stdout P {part}", $"{Time} stdout F {i}");
            expected.AddRange([$"before {i}", $"{part}{part}{i}"]);
        }

        RunOnce();
        RunOnce();

        _log.Expect([.. expected]);
    }

    [Fact]
    public void A_line_that_never_ends_is_held_up_to_16_MiB_and_cut_there_and_counted()
    {
        string part = new('p', 1024 * 1024);
        using var pipeline = new PipelineFixture(_log.Collected, new CriStage.Arguments());
        for (int i = 0; i < 18; i++)
        {
            pipeline.Send($"{Time} stdout P {part}");
        }
        pipeline.Send($"{Time} stdout F end");

        Assert.Equal(16 * 1024 * 1024, Assert.Single(_log.Collected.Lines).Length);
        Assert.Equal(3, pipeline.Count("loki_process_cri_lines_truncated_total"));
    }

    // A stage that goes with the agent forgets what it held.
    private void RunOnce()
    {
        using var pipeline = new PipelineFixture(_log.Collected, new CriStage.Arguments());
        _log.RunOnce(consumer: pipeline.Component);
    }
}
