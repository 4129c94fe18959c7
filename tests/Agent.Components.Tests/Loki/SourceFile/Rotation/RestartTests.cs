using System.IO.Compression;
using Agent.Components.Loki.SourceFile;

namespace Agent.Components.Tests.Loki.SourceFile.Rotation;

public sealed class RestartTests : IDisposable
{
    private readonly RotationFixture _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public void Rotations_while_nobody_ran_are_read_in_order_from_the_stored_position(int rotations, bool areCompressed)
    {
        _log.Write("1", "2");
        _log.RunOnce();
        var expected = new List<string> { "1", "2" };
        _log.Write("rest");
        expected.Add("rest");
        for (int i = 0; i < rotations; i++)
        {
            string rotated = _log.Rotate();
            if (areCompressed)
            {
                _log.Compress(rotated);
            }
            _log.Write($"file {i}", $"more {i}");
            expected.AddRange([$"file {i}", $"more {i}"]);
        }

        _log.RunOnce();
        _log.Expect([.. expected]);
        _log.RunOnce();
        _log.Expect([.. expected]);
    }

    [Fact]
    public void Numbered_files_as_of_logrotate_are_read_oldest_first()
    {
        _log.Write("1");
        _log.RunOnce();
        for (int i = 2; i <= 12; i++)
        {
            for (int number = i; number >= 1; number--)
            {
                if (File.Exists(_log.PathOf($"0.log.{number}")))
                {
                    File.Move(_log.PathOf($"0.log.{number}"), _log.PathOf($"0.log.{number + 1}"));
                }
            }
            File.Move(_log.Live, _log.PathOf("0.log.1"));
            _log.Write($"{i}");
        }

        _log.RunOnce();

        _log.Expect([.. Enumerable.Range(1, 12).Select(static i => $"{i}")]);
    }

    [Fact]
    public void A_fresh_start_reads_the_live_file_alone()
    {
        _log.Write("old");
        _log.Rotate();
        _log.Write("older than the agent");
        _log.Compress(_log.Rotate());
        _log.Write("1");

        _log.RunOnce();
        _log.RunOnce();

        _log.Expect("1");
    }

    [Fact]
    public void Files_older_than_the_stored_position_stay_unread()
    {
        _log.Write("old");
        _log.Rotate();
        _log.Write("1");
        _log.RunOnce();

        _log.Rotate();
        _log.Write("2");
        _log.RunOnce();

        _log.Expect("1", "2");
    }

    [Fact]
    public void Where_the_file_of_the_position_is_gone_the_newer_ones_are_read_from_their_start()
    {
        _log.WriteTo("0.log.20250101-000000", "ancient");
        _log.SetAge("0.log.20250101-000000", TimeSpan.FromDays(30));
        _log.Write("1");
        _log.RunOnce();
        string first = _log.Rotate();
        _log.Write("2");
        _log.Compress(_log.Rotate());
        _log.Write("3");
        _log.Rotate();
        _log.Write("4");
        _log.Delete(first);

        _log.RunOnce();

        _log.Expect("1", "2", "3", "4");
    }

    [Fact]
    public void What_was_delivered_from_a_rotated_file_before_it_was_compressed_is_not_read_again()
    {
        _log.Write("1");
        using (TailHarness tail = _log.Start())
        {
            tail.Run();
            string rotated = _log.Rotate();
            _log.Write("2");
            tail.Run();
            tail.Stop();
            _log.Compress(rotated);
        }
        _log.RunOnce();
        _log.Rotate();
        _log.Write("3");
        _log.RunOnce();

        _log.Expect("1", "2", "3");
    }

    [Fact]
    public void An_agent_killed_while_it_was_behind_goes_on_in_the_rotated_file_and_repeats_only_what_was_not_saved()
    {
        string[] many = [.. Enumerable.Range(0, 40_000).Select(static i => $"line {i:d60}")];
        _log.Write(many);
        using (TailHarness tail = _log.Start())
        {
            Assert.True(tail.Turn());
            _log.Rotate();
            _log.Write("new");
            Assert.True(tail.Turn());
            tail.Save();
        }
        int delivered = _log.Collected.Entries.Count;
        Assert.InRange(delivered, 20_000, 39_999);

        _log.RunOnce();

        _log.Expect([.. many, "new"]);
    }

    [Fact]
    public void A_stop_while_behind_on_compressed_files_goes_on_at_the_offset_in_them()
    {
        string[] many = [.. Enumerable.Range(0, 40_000).Select(static i => $"line {i:d60}")];
        _log.Write("1");
        _log.RunOnce();
        _log.Write(many);
        _log.Compress(_log.Rotate());
        _log.Write("new");
        using (TailHarness tail = _log.Start())
        {
            Assert.True(tail.Turn());
            tail.Stop();
        }
        Assert.InRange(_log.Collected.Entries.Count, 10_000, 39_999);

        _log.RunOnce();

        _log.Expect(["1", .. many, "new"]);
    }

    [Fact]
    public void A_copy_and_a_truncation_while_nobody_ran_lose_nothing()
    {
        _log.Write("1");
        _log.RunOnce();
        _log.Write("2");
        File.Copy(_log.Live, _log.PathOf("0.log.1"));
        File.WriteAllText(_log.Live, "");
        _log.Write("3");

        _log.RunOnce();
        _log.RunOnce();

        _log.Expect("1", "2", "3");
    }

    [Fact]
    public void Another_file_under_the_inode_of_the_old_one_is_known_by_its_first_bytes()
    {
        _log.Write("first");
        _log.RunOnce();
        string position = File.ReadAllText(Path.Combine(_log.Context.StoragePath, "positions"));
        // What a recycled inode comes to: the same inode, another content, the old content elsewhere.
        _log.Write("rest");
        File.Copy(_log.Live, _log.PathOf("0.log.20260102-150405"));
        using (FileStream file = File.Open(_log.Live, FileMode.Open, FileAccess.Write))
        {
            file.SetLength(0);
            file.Write("a new file, longer than the old one\n"u8);
        }

        _log.RunOnce();

        Assert.Contains(_log.Live, position, StringComparison.Ordinal);
        _log.Expect("first", "rest", "a new file, longer than the old one");
    }

    [Fact]
    public void Tailing_from_the_end_is_for_paths_without_a_position()
    {
        var options = new TailOptions { TailFromEnd = true, Since = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1) };
        _log.Write("old");
        using (TailHarness tail = _log.Start(options))
        {
            tail.Run();
            _log.Write("1");
            tail.Run();
            tail.Stop();
        }
        _log.Write("2");
        _log.Rotate();
        _log.Write("3");

        _log.RunOnce(options);

        _log.Expect("1", "2", "3");
    }

    [Fact]
    public void A_rotated_file_without_a_successor_is_read_while_the_path_is_empty()
    {
        _log.Write("1");
        _log.RunOnce();
        _log.Write("2");
        _log.Rotate();

        using TailHarness tail = _log.Start();
        tail.Run();
        _log.Expect("1", "2");
        _log.Write("3");
        tail.Run();

        _log.Expect("1", "2", "3");
    }

    [Theory]
    [InlineData("0.log.1.bz2")]
    [InlineData("0.log.1.Z")]
    [InlineData("0.log.1.gz")]
    public void Rotated_files_are_known_by_content_in_every_compression(string name)
    {
        _log.Write("one", "two");
        _log.RunOnce();
        byte[] archive = name.EndsWith("bz2", StringComparison.Ordinal)
            // printf 'one\ntwo\nthree\n' | bzip2
            ? Convert.FromBase64String(Bzip2OfThree)
            : Compress(name.EndsWith("gz", StringComparison.Ordinal), "one\ntwo\nthree\n"u8);
        File.WriteAllBytes(_log.PathOf(name), archive);
        _log.Delete("0.log");
        _log.Write("four");

        _log.RunOnce();
        _log.RunOnce();

        _log.Expect("one", "two", "three", "four");
    }

    [Fact]
    public void A_rotated_file_that_cannot_be_decompressed_is_counted_and_holds_nothing_up()
    {
        _log.Write("1");
        _log.RunOnce();
        _log.Delete("0.log");
        File.WriteAllText(_log.PathOf("0.log.1.xz"), "not a format that is known");
        _log.Write("3");
        using TailHarness tail = _log.Start();

        tail.Run();

        _log.Expect("1", "3");
        Assert.Equal(1, tail.Metrics.RotatedUnreadable.Value);
    }

    private const string Bzip2OfThree = "QlpoOTFBWSZTWQh7fdcAAATBgAAQAkGUgCAAMQwIIaPUyIVHMjio8XckU4UJAIe33XA=";

    private static byte[] Compress(bool isGzip, ReadOnlySpan<byte> text)
    {
        using var archive = new MemoryStream();
        using (Stream stream = isGzip ? new GZipStream(archive, CompressionLevel.Fastest) : new ZLibStream(archive, CompressionLevel.Fastest))
        {
            stream.Write(text);
        }
        return archive.ToArray();
    }
}
