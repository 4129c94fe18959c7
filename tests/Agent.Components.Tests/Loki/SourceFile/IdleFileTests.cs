using Agent.Components.Loki.SourceFile;
using Agent.Components.Tests.Loki.SourceFile.Rotation;
using Agent.Sdk.Memory;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceFile;

public sealed class IdleFileTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(6);
    private readonly RotationFixture _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_file_to_which_nothing_is_written_gives_its_descriptor_back_and_goes_on_where_it_was()
    {
        _log.Write("1");
        File.AppendAllText(_log.Live, "be");
        using TailHarness tail = _log.Start();
        tail.Run();
        Assert.Equal(1, OpenDescriptors());
        tail.Time.Advance(Long);
        tail.Run();
        Assert.Equal(0, OpenDescriptors());
        Assert.Equal(1, tail.Metrics.FilesActive.Value);
        Assert.True(tail.Tail.State.IsParked);

        File.AppendAllText(_log.Live, "gun\n");
        tail.Run();

        _log.Expect("1", "begun");
        Assert.Equal(1, OpenDescriptors());
        Assert.Equal(1, tail.Metrics.FilesActive.Value);
        Assert.Equal(0, tail.Metrics.Rotations.Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_written_to_a_closed_file_before_and_after_it_is_rotated_is_read(bool isCompressed)
    {
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Run();
        tail.Time.Advance(Long);
        tail.Run();

        _log.Write("2");
        string rotated = _log.Rotate();
        if (isCompressed)
        {
            _log.Compress(rotated);
        }
        tail.Run();
        _log.Write("3");
        tail.Run();

        _log.Expect("1", "2", "3");
    }

    [Fact]
    public void A_closed_file_that_was_rotated_is_held_for_its_writers()
    {
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Run();
        tail.Time.Advance(Long);
        tail.Run();
        string rotated = _log.Rotate();
        _log.Write("2");
        tail.Run();
        _log.WriteTo(rotated, "late");
        tail.Run();

        _log.Expect("1", "2", "late");
    }

    [Fact]
    public void Labels_that_change_while_it_is_closed_do_not_read_it_again()
    {
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Tail.IsAloneOnPath = false;
        tail.Run();
        tail.Time.Advance(Long);
        tail.Run();

        tail.Tail.Target = ResolvedTarget.Of(new Target(LabelSet.Empty.With("job", "x")), _log.Live);
        tail.Run();
        _log.Write("2");
        tail.Run();

        _log.Expect("1", "2");
    }

    [Fact]
    public void A_file_with_lines_that_are_not_delivered_stays_open()
    {
        var sink = new HoldingConsumer();
        _log.Write("1");
        using TailHarness tail = _log.Start(consumer: sink);
        tail.Run();
        tail.Time.Advance(Long);
        tail.Run();
        Assert.Equal(1, OpenDescriptors());

        sink.Settle(0);
        tail.Run();

        Assert.Equal(0, OpenDescriptors());
    }

    [Fact]
    public void A_closed_file_whose_inode_was_given_to_another_one_is_noticed_by_its_content()
    {
        _log.Write("first");
        using TailHarness tail = _log.Start();
        tail.Run();
        tail.Time.Advance(Long);
        tail.Run();
        using (FileStream file = File.Open(_log.Live, FileMode.Open, FileAccess.Write))
        {
            file.SetLength(0);
            file.Write("another one\n"u8);
        }

        tail.Run();

        _log.Expect("first", "another one");
    }

    [Fact]
    public void Without_events_it_is_not_closed_for_good_but_polled()
    {
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Run();
        tail.Time.Advance(Long);
        tail.Run();

        Assert.True(tail.Tail.State.IsPolled);
        Assert.Equal(250, (tail.Tail.State.DueAt - tail.Time.GetTimestamp()) / TimeSpan.TicksPerMillisecond);
    }

    [Fact]
    public async Task Idle_files_get_no_turns_where_events_come()
    {
        const int files = 50;
        using TailHarness tail = _log.Start();
        TailServices services = tail.Services;
        Assert.Null(services.Wakeups.Start());
        using TailWakeups wakeups = services.Wakeups;
        var scheduler = new TailScheduler(MemoryGate.AlwaysOpen);
        tail.Woken = scheduler.Wake;
        using var set = new TailSet(services, scheduler);
        using var stop = new CancellationTokenSource();
        var targets = new List<ResolvedTarget>();
        for (int i = 0; i < files; i++)
        {
            Directory.CreateDirectory(_log.PathOf($"{i}"));
            _log.WriteTo($"{i}/0.log", $"line {i}");
            string path = _log.PathOf($"{i}/0.log");
            targets.Add(ResolvedTarget.Of(new Target(LabelSet.Empty.With("__path__", path)), path));
        }
        set.Follow(targets, new TailOptions(), isFirst: true, isNew: true);
        Task worker = scheduler.RunWorkerAsync(stop.Token);
        await Eventually.TrueAsync(() => services.Metrics.FilesActive.Value == files && set.Idle == files);

        tail.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(set.WakeDue());
        Assert.Equal(files, set.Idle);

        tail.Time.Advance(Long);
        set.WakeDue();
        await Eventually.TrueAsync(() => OpenDescriptors() == 0 && set.Idle == files);
        tail.Time.Advance(TimeSpan.FromSeconds(59));
        set.WakeDue();
        Assert.Equal(files, set.Idle);
        Assert.Equal(0, services.Metrics.Polled.Value);

        // An event of the system wakes the one tail whose file has grown.
        _log.WriteTo("7/0.log", "more");
        await _log.Collected.WaitForAsync(files + 1);
        Assert.Equal("more", _log.Collected.Lines.Last());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker);
    }

    private int OpenDescriptors()
    {
        int count = 0;
        foreach (FileInfo descriptor in new DirectoryInfo("/proc/self/fd").EnumerateFiles())
        {
            count += descriptor.LinkTarget is { } target && target.EndsWith(".log", StringComparison.Ordinal)
                && target.StartsWith(Path.GetDirectoryName(_log.Live)!, StringComparison.Ordinal) ? 1 : 0;
        }
        return count;
    }
}
