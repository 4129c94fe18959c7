namespace Agent.Components.Tests.Loki.SourceFile.Rotation;

public sealed class RotationTests : IDisposable
{
    private readonly RotationFixture _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Two_rotations_between_two_looks_lose_nothing()
    {
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Run();

        _log.Write("2");
        _log.Rotate();
        _log.Write("3");
        _log.Rotate();
        _log.Write("4");
        tail.Run();

        _log.Expect("1", "2", "3", "4");
        Assert.Equal(1, tail.Metrics.RotatedFound.Value);
    }

    [Fact]
    public void The_rest_of_a_file_rotated_and_compressed_between_two_looks_comes_from_the_open_file()
    {
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Run();

        _log.Write("2");
        _log.Compress(_log.Rotate());
        _log.Write("3");
        _log.Compress(_log.Rotate());
        _log.Write("4");
        tail.Run();

        _log.Expect("1", "2", "3", "4");
    }

    [Fact]
    public void A_found_file_that_is_deleted_while_it_is_read_is_read_to_its_end()
    {
        string[] many = [.. Enumerable.Range(0, 40_000).Select(static i => $"line {i:d60}")];
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Run();
        _log.Rotate();
        _log.Write(many);
        string rotated = _log.Rotate();
        _log.Write("last");

        Assert.True(tail.Turn());
        _log.Delete(rotated);
        tail.Run();

        _log.Expect(["1", .. many, "last"]);
    }

    [Fact]
    public void An_unfinished_last_line_comes_before_the_lines_of_the_next_file_and_once()
    {
        _log.Write("1");
        File.AppendAllText(_log.Live, "unfinished");
        using TailHarness tail = _log.Start();
        tail.Run();
        _log.Rotate();
        _log.Write("3");
        tail.Run();
        _log.Expect("1");

        tail.Time.Advance(TimeSpan.FromSeconds(11));
        tail.Run();
        tail.Time.Advance(TimeSpan.FromMinutes(6));
        tail.Run();
        tail.Stop();
        _log.RunOnce();

        _log.Expect("1", "unfinished", "3");
    }

    [Fact]
    public void A_line_that_is_finished_after_the_rotation_is_not_split()
    {
        _log.Write("1");
        File.AppendAllText(_log.Live, "be");
        using TailHarness tail = _log.Start();
        tail.Run();
        string rotated = _log.Rotate();
        _log.Write("3");
        tail.Run();
        File.AppendAllText(_log.PathOf(rotated), "gun\n");
        tail.Run();

        _log.Expect("1", "begun", "3");
    }

    [Fact]
    public void Lines_that_reach_a_rotated_file_minutes_later_are_not_lost()
    {
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Run();
        string rotated = _log.Rotate();
        _log.Write("2");
        tail.Run();
        tail.Time.Advance(TimeSpan.FromMinutes(4));
        _log.WriteTo(rotated, "late");
        tail.Run();
        tail.Time.Advance(TimeSpan.FromMinutes(6));
        tail.Run();
        // The rotated file was given up, and the live one is parked.
        Assert.Equal(0, tail.Tail.State.OpenFiles);
        _log.WriteTo(rotated, "later");
        _log.Rotate();
        _log.Write("3");
        tail.Run();

        _log.Expect("1", "2", "late", "later", "3");
    }

    [Fact]
    public void Empty_rotated_files_are_passed_over()
    {
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Run();
        for (int i = 0; i < 3; i++)
        {
            _log.Rotate();
            File.WriteAllText(_log.Live, "");
        }
        tail.Run();
        _log.Write("2");
        tail.Run();
        tail.Stop();
        _log.RunOnce();

        _log.Expect("1", "2");
    }

    [Fact]
    public void A_copy_made_before_the_file_is_truncated_gives_what_was_not_read()
    {
        _log.Write("1", "2");
        using TailHarness tail = _log.Start();
        tail.Run();

        _log.Write("3", "4");
        File.Copy(_log.Live, _log.PathOf("0.log.1"));
        File.WriteAllText(_log.Live, "");
        _log.Write("5");
        tail.Run();

        _log.Expect("1", "2", "3", "4", "5");
        Assert.Equal(0, tail.Metrics.BytesTruncated.Value);
        tail.Stop();
        _log.RunOnce();
        _log.Expect("1", "2", "3", "4", "5");
    }

    [Fact]
    public void A_file_truncated_without_a_copy_starts_anew_and_old_rotated_files_stay_unread()
    {
        _log.WriteTo("0.log.1", "ancient");
        _log.SetAge("0.log.1", TimeSpan.FromDays(30));
        _log.Write("1", "2");
        using TailHarness tail = _log.Start();
        tail.Run();

        File.WriteAllText(_log.Live, "");
        _log.Write("3");
        tail.Run();

        _log.Expect("1", "2", "3");
    }

    [Fact]
    public void A_file_that_is_deleted_and_made_again_starts_anew_and_old_rotated_files_stay_unread()
    {
        _log.WriteTo("0.log.1", "ancient");
        _log.SetAge("0.log.1", TimeSpan.FromDays(30));
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Run();

        _log.Delete("0.log");
        _log.Write("2");
        tail.Run();

        _log.Expect("1", "2");
    }

    [Fact]
    public void A_new_file_that_begins_like_the_old_one_is_read_from_its_start()
    {
        string banner = new('b', 2000);
        _log.Write(banner, "1");
        using TailHarness tail = _log.Start();
        tail.Run();

        _log.Compress(_log.Rotate());
        _log.Write(banner, "2", "3");
        tail.Run();

        _log.Expect(banner, "1", banner, "2", "3");
    }

    [Fact]
    public void A_rotated_file_that_is_a_target_itself_is_left_to_its_own_tail()
    {
        _log.Write("1");
        using TailHarness tail = _log.Start();
        tail.Services.Targets = new HashSet<string> { _log.Live, _log.PathOf("0.log.20260102-150406") };
        tail.Run();
        _log.Rotate();
        _log.Write("2");
        _log.Rotate();
        _log.Write("3");
        tail.Run();

        _log.Expect("1", "3");
    }
}
