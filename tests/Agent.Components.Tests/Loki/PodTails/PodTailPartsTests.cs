using System.Text;
using Agent.Components.Loki.PodTails;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Tests.Loki.PodTails;

public sealed class PodTailPartsTests : IDisposable
{
    private const long T = PodTailFixture.T;
    private const long Second = 1_000_000_000;

    private static readonly PodContainer Web = new("shop", "web-0", "web", "u1");

    private readonly LogBatch _batch = new();
    private readonly RecentLines _recent = new(PodPosition.None);
    private readonly PodLines _lines;
    private readonly ApiLineReader _reader;

    public PodTailPartsTests()
    {
        var metrics = new PodTailMetrics(new MetricRegistry().Scope(), "test");
        _lines = new PodLines(metrics, _recent);
        _reader = new ApiLineReader(_lines);
        _lines.Begin(_batch, [LabelSet.Empty]);
    }

    private IEnumerable<string> Lines => _batch.Entries.ToArray().Select(static entry => Encoding.UTF8.GetString(entry.Line.Span));

    [Fact]
    public void Lines_are_found_whatever_the_pieces()
    {
        byte[] text = Encoding.UTF8.GetBytes($"{FakeContainerLog.Text(T)} one\n{FakeContainerLog.Text(T + 1)} \n{FakeContainerLog.Text(T + 2)} half a li");
        for (int i = 0; i < text.Length; i++)
        {
            _reader.Add(text.AsMemory(i, 1));
        }
        Assert.Equal(["one", ""], Lines);
        Assert.Null(_reader.Complaint);
    }

    [Fact]
    public void Times_inside_of_a_long_line_are_those_of_its_parts()
    {
        string part = new('x', PodLimits.PartSize);
        _reader.Add(Encoding.UTF8.GetBytes($"{FakeContainerLog.Text(T)} {part}{FakeContainerLog.Text(T + 1)} {part}{FakeContainerLog.Text(T + 2)} end\n"));
        Assert.Equal([part + part + "end"], Lines);
    }

    [Fact]
    public void A_line_that_never_ends_is_cut()
    {
        byte[] piece = Encoding.UTF8.GetBytes(new string('x', 100_000));
        _reader.Add(Encoding.UTF8.GetBytes(FakeContainerLog.Text(T) + " "));
        for (int i = 0; i < 30; i++)
        {
            _reader.Add(piece);
        }
        _reader.Add("\n"u8.ToArray());
        Assert.InRange(Assert.Single(Lines).Length, PodLimits.LongestLine, PodLimits.LongestLine + PodLimits.LongestTimestamp);
    }

    [Fact]
    public void A_batch_of_lines_allocates_next_to_nothing()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 300; i++)
        {
            text.Append(FakeContainerLog.Text(T + (i * Second))).Append(" a line of an ordinary length, as most are ").Append(i).Append('\n');
        }
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            _reader.Add(bytes);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            _batch.Clear();
            _lines.Begin(_batch, [LabelSet.Empty]);
            _recent.Forget(_recent.Mark);
        }
        Assert.InRange(least, 0, 256);
    }

    [Fact]
    public void What_will_not_come_again_is_forgotten()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _recent.Add(new KnownLine(T + (i * (Second / 100)), (ulong)i));
            if (i % 100 == 99)
            {
                _recent.Forget(_recent.Mark);
            }
        }
        Assert.InRange(_recent.Count, 100, 500);
    }

    [Fact]
    public void A_position_that_was_saved_knows_the_lines_that_come_again()
    {
        for (int i = 0; i < 10; i++)
        {
            _recent.Add(new KnownLine(T + (i * Second), (ulong)i));
        }
        LineMark delivered = _recent.Mark;
        _recent.Add(new KnownLine(T + (10 * Second), 10));

        PodPosition saved = _recent.Snapshot(delivered, restarts: 3);
        Assert.Equal([7, 8, 9], saved.Known.Select(static line => (int)line.Hash));
        Replay replay = new RecentLines(saved).Replay();
        Assert.True(replay.IsKnown(new KnownLine(T + (8 * Second), 8)));
        Assert.False(replay.IsKnown(new KnownLine(T + (8 * Second), 8)));
        Assert.True(replay.IsKnown(new KnownLine(T, 0)));
        Assert.False(replay.IsKnown(new KnownLine(T + (10 * Second), 10)));
    }

    [Theory]
    [InlineData("""{"running":{}}""", "Always", "Running", true)]
    [InlineData("""{"waiting":{"reason":"ContainerCreating"}}""", "Always", "Waiting", true)]
    [InlineData("""{"terminated":{"exitCode":0}}""", "Always", "Ended", true)]
    [InlineData("""{"terminated":{"exitCode":0}}""", "OnFailure", "Ended", false)]
    [InlineData("""{"terminated":{"exitCode":1}}""", "OnFailure", "Ended", true)]
    [InlineData("""{"terminated":{"exitCode":1}}""", "Never", "Ended", false)]
    public void A_status_says_what_a_container_does_and_whether_it_will_run_again(string state, string policy, string phase, bool willRestart)
    {
        ContainerState? read = Read($$"""{"containerStatuses":[{"name":"other"},{"name":"web","restartCount":2,"state":{{state}}}]}""", $"\"restartPolicy\":\"{policy}\"");
        Assert.Equal((phase, 2, willRestart), (read!.Phase.ToString(), read.Restarts, read.WillRestart));
    }

    [Theory]
    [InlineData("initContainerStatuses", """{"terminated":{"exitCode":0}}""", "\"restartPolicy\":\"Always\"", false)]
    [InlineData("initContainerStatuses", """{"terminated":{"exitCode":1}}""", "\"restartPolicy\":\"Always\"", true)]
    [InlineData("initContainerStatuses", """{"terminated":{"exitCode":0}}""", "\"restartPolicy\":\"Never\",\"initContainers\":[{\"name\":\"web\",\"restartPolicy\":\"Always\"}]", true)]
    [InlineData("ephemeralContainerStatuses", """{"terminated":{"exitCode":1}}""", "\"restartPolicy\":\"Always\"", false)]
    public void Init_and_ephemeral_containers_have_their_own_rules(string list, string state, string spec, bool willRestart)
    {
        ContainerState? read = Read($$"""{"{{list}}":[{"name":"web","restartCount":0,"state":{{state}}}]}""", spec);
        Assert.Equal((ContainerPhase.Ended, willRestart), (read!.Phase, read.WillRestart));
    }

    [Fact]
    public void Another_pod_of_the_same_name_is_another_one() =>
        Assert.Null(PodStatus.Read(Encoding.UTF8.GetBytes("""{"metadata":{"uid":"u2"}}"""), Web));

    public void Dispose()
    {
        _reader.Dispose();
        _batch.Dispose();
    }

    private static ContainerState? Read(string status, string spec) =>
        PodStatus.Read(Encoding.UTF8.GetBytes($$"""{"metadata":{"uid":"u1"},"spec":{ {{spec}} },"status":{{status}}}"""), Web);
}
