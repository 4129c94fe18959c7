using Agent.Components.Loki.SourceFile;
using Agent.Telemetry;

namespace Agent.Components.Tests.Loki.SourceFile.Rotation;

public sealed class CrashWhileOpeningTests : IDisposable
{
    private readonly RotationFixture _log = new();

    public void Dispose() => _log.Dispose();

    // Positions are saved by another thread: that may happen after the live file was opened and before the files are that were rotated
    // away since. Known alone, it would tell the next start that those are older than the agent.
    [Fact]
    public void Files_that_were_rotated_away_are_read_though_the_agent_dies_right_after_it_opened_the_live_one()
    {
        _log.Write("one");
        _log.RunOnce();
        _log.Write("two");
        _log.Rotate();
        _log.Write("three");
        _log.Rotate();
        _log.Write("four");
        using (TailHarness dying = _log.Start())
        {
            OpenedFile opened = new FileOpener(dying.Services).Open(Request(), newest: null);
            dying.Save();
            opened.File!.Dispose();
        }

        _log.RunOnce();

        _log.Expect("one", "two", "three", "four");
    }

    [Fact]
    public void A_file_that_is_read_is_saved_once_its_rotated_siblings_are_known()
    {
        _log.Write("one");
        using (TailHarness tail = _log.Start())
        {
            tail.Run();
            tail.Save();
        }

        _log.RunOnce();

        _log.Expect("one");
    }

    private PositionRequest Request() => new(
        _log.Live, ResolvedTarget.Of(new Target(LabelSet.Empty.With("__path__", _log.Live)), _log.Live).Key, new TailOptions())
    {
        WasThereAtStart = true,
    };
}
