using Agent.Components.Loki.SourceFile;
using Agent.Telemetry;

namespace Agent.Components.Tests.Loki.SourceFile.Rotation;

/// <summary>
/// Who lists files may look in the middle of a rotation, when nothing stands at the path: the target goes and comes back, while the old file
/// still grows and what was read of it is not delivered, such as the first part of a line.
/// </summary>
public sealed class LostTargetTests : IDisposable
{
    private readonly RotationFixture _log = new();
    private readonly HoldingConsumer _slow = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void What_reaches_the_rotated_file_comes_before_the_lines_of_the_next_one_and_nothing_twice(string versionAfter)
    {
        _log.Write("1", "2");
        using TailHarness tail = _log.Start(consumer: _slow);
        tail.Tail.Target = Target("1");
        tail.Tail.IsAloneOnPath = true;
        tail.Run();
        string rotated = _log.Rotate();
        Retire(tail);
        _log.WriteTo(rotated, "3");
        _log.Write("4");

        using FileTail again = Return(tail, versionAfter);
        Assert.Equal(["1", "2", "3", "4"], _slow.Collected.Lines);

        for (int i = 0; i < _slow.Held; i++)
        {
            _slow.Settle(i);
        }
        again.Dispose();
        tail.Stop();
        _log.WriteTo(rotated, "5");
        _log.RunOnce();
        _log.Expect("5");
    }

    [Fact]
    public void A_file_that_stayed_is_read_on_where_reading_stopped()
    {
        _log.Write("1", "2");
        using TailHarness tail = _log.Start(consumer: _slow);
        tail.Tail.IsAloneOnPath = true;
        tail.Run();
        Retire(tail);
        _log.Write("3");

        using FileTail again = Return(tail, "2");

        Assert.Equal(["1", "2", "3"], _slow.Collected.Lines);
    }

    private static void Retire(TailHarness tail)
    {
        tail.Tail.IsRetiring = true;
        tail.Run();
        Assert.True(tail.Tail.IsClosed);
    }

    private FileTail Return(TailHarness tail, string version)
    {
        var again = new FileTail(tail.Services, Target(version), new TailOptions(), wasThereAtStart: false) { IsAloneOnPath = true };
        using var reader = new BlockReader();
        while (again.TurnAsync(reader, CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
        }
        return again;
    }

    private ResolvedTarget Target(string version) =>
        ResolvedTarget.Of(new Target(LabelSet.Empty.With("__path__", _log.Live).With("version", version)), _log.Live);
}
