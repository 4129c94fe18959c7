namespace Agent.Storage.Tests;

public sealed class PositionStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-positions-").FullName;

    private string FilePath => Path.Combine(_folder, "sub", "positions");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_saved_is_found_again()
    {
        PositionStore store = PositionStore.Open(FilePath);
        Assert.True(store.IsNew);
        FilePosition position = At(7, 4096, "/var/log/a\tb\n.log", "{job=\"x\\\"y\"}") with
        {
            Fingerprint = FileFingerprint.Of("hello"u8),
            Seen = 1_700_000_000,
        };
        store.Set(position);
        store.Save();

        PositionStore again = PositionStore.Open(FilePath);

        Assert.False(again.IsNew);
        Assert.Equal(0, again.DamagedEntries);
        Assert.Equal(position, again.Find(position.Identity, position.Labels, anyLabels: false));
        Assert.False(File.Exists(FilePath + ".tmp"));
    }

    [Fact]
    public void Nothing_is_written_while_nothing_changes()
    {
        PositionStore store = PositionStore.Open(FilePath);
        store.Set(At(7, 1, "/a", "{}"));
        store.Save();
        File.Delete(FilePath);

        store.Set(At(7, 1, "/a", "{}") with { Seen = 99 });
        store.Save();

        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public void A_save_that_fails_is_tried_again()
    {
        PositionStore store = PositionStore.Open(FilePath);
        store.Set(At(7, 1, "/a", "{}"));
        Directory.CreateDirectory(FilePath + ".tmp");
        Assert.ThrowsAny<Exception>(store.Save);

        Directory.Delete(FilePath + ".tmp");
        store.Save();

        Assert.True(File.Exists(FilePath));
    }

    [Fact]
    public void Changed_labels_find_the_position_only_where_the_caller_is_the_only_reader()
    {
        PositionStore store = PositionStore.Open(FilePath);
        store.Set(At(7, 10, "/a", "{a=\"1\"}"));

        Assert.Null(store.Find(new FileIdentity(1, 7), "{a=\"2\"}", anyLabels: false));
        Assert.Equal(10, store.Find(new FileIdentity(1, 7), "{a=\"2\"}", anyLabels: true)!.Offset);
    }

    [Fact]
    public void Two_targets_on_one_file_keep_a_position_each()
    {
        PositionStore store = PositionStore.Open(FilePath);
        store.Set(At(7, 10, "/a", "{a=\"1\"}"));
        store.Set(At(7, 20, "/a", "{a=\"2\"}"));

        Assert.Equal(10, store.Find(new FileIdentity(1, 7), "{a=\"1\"}", anyLabels: false)!.Offset);
        Assert.Equal(20, store.Find(new FileIdentity(1, 7), "{a=\"2\"}", anyLabels: false)!.Offset);
    }

    [Fact]
    public void Every_single_damaged_byte_costs_at_most_its_own_entry()
    {
        PositionStore store = PositionStore.Open(FilePath);
        store.Set(At(7, 10, "/a", "{}"));
        store.Set(At(8, 20, "/b", "{}"));
        store.Save();
        byte[] good = File.ReadAllBytes(FilePath);
        int secondLine = Array.IndexOf(good, (byte)'\n', Array.IndexOf(good, (byte)'\n') + 1) + 1;

        for (int at = secondLine; at < good.Length - 1; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= 0x01;
            File.WriteAllBytes(FilePath, bad);

            PositionStore read = PositionStore.Open(FilePath);

            Assert.True(read.DamagedEntries > 0, $"byte {at} was changed and nobody noticed");
            Assert.Equal(10, read.Find(new FileIdentity(1, 7), "{}", anyLabels: true)!.Offset);
            FilePosition? other = read.Find(new FileIdentity(1, 8), "{}", anyLabels: true);
            Assert.True(other is null or { Offset: FilePosition.Unreadable }, $"byte {at}: a damaged offset was believed");
        }
    }

    [Fact]
    public void A_file_cut_anywhere_never_yields_a_wrong_offset()
    {
        PositionStore store = PositionStore.Open(FilePath);
        store.Set(At(7, 1234567, "/a", "{}"));
        store.Save();
        byte[] good = File.ReadAllBytes(FilePath);

        for (int length = 0; length < good.Length - 1; length++)
        {
            File.WriteAllBytes(FilePath, good[..length]);

            FilePosition? found = PositionStore.Open(FilePath).Find(new FileIdentity(1, 7), "{}", anyLabels: true);

            Assert.True(found is null or { Offset: FilePosition.Unreadable }, $"cut at {length}: {found}");
        }
    }

    [Fact]
    public void Garbage_is_damage_that_may_stand_for_any_file()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, "\0\u0001garbage\nmore garbage\n");

        PositionStore store = PositionStore.Open(FilePath);

        Assert.False(store.IsNew);
        Assert.True(store.HasUnknownDamage);
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public void A_position_of_another_agent_is_taken_over_once()
    {
        PositionStore store = PositionStore.Open(FilePath);
        store.Set(new FilePosition { Offset = 5, Path = "/a", Labels = "{}" });
        store.Set(new FilePosition { Offset = 6, Path = "/b", Labels = "{x=\"1\"}" });

        Assert.Null(store.TakeImported("/b", "{x=\"2\"}", anyLabels: false));
        Assert.Equal(6, store.TakeImported("/b", "{x=\"1\"}", anyLabels: false)!.Offset);
        Assert.Null(store.TakeImported("/b", "{x=\"1\"}", anyLabels: true));
        Assert.Equal(5, store.TakeImported("/a", "{job=\"j\"}", anyLabels: true)!.Offset);
    }

    [Fact]
    public void Collecting_removes_what_is_gone_and_keeps_the_rest()
    {
        PositionStore store = PositionStore.Open(FilePath);
        store.Set(At(7, 10, "/a", "{}"));
        store.Set(At(8, 20, "/b", "{}"));

        Assert.Equal(1, store.Collect(static entry => entry.Path == "/b"));

        Assert.NotNull(store.Find(new FileIdentity(1, 7), "{}", anyLabels: false));
        Assert.Null(store.Find(new FileIdentity(1, 8), "{}", anyLabels: false));
    }

    [Fact]
    public void A_fingerprint_knows_its_file_after_it_has_grown()
    {
        FileFingerprint early = FileFingerprint.Of("first line\n"u8);

        Assert.True(early.Matches("first line\nsecond line\n"u8));
        Assert.False(early.Matches("First line\nsecond line\n"u8));
        Assert.False(early.Matches("first"u8));
        Assert.False(early.IsFull);
        Assert.True(FileFingerprint.Of(new byte[2000]).IsFull);
    }

    private static FilePosition At(ulong inode, long offset, string path, string labels) =>
        new() { Identity = new FileIdentity(1, inode), Offset = offset, Path = path, Labels = labels };
}
