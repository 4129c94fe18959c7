using System.Text;
using Agent.Storage.OpenBlocks;
using Agent.Testing;

namespace Agent.Storage.Tests.OpenBlocks;

public sealed class OpenBlockFileTests
{
    private const string Folder = "/open";
    private readonly MemoryFileSystem _files = new(1);
    private readonly FakeTimeProvider _time = new();
    private readonly List<string?> _changes = [];

    [Fact]
    public void What_was_added_is_found_by_the_next_process()
    {
        OpenBlockFile file = NewFolder().NewFile(static () => "me"u8.ToArray());
        Assert.True(Add(file, "one", "a", "1"));
        Assert.True(Add(file, "two", "b", "2"));
        _files.Kill();

        OpenBlock block = Assert.Single(Load());
        Assert.Equal("me", Text(block.Owner));
        Assert.Equal("two", Text(block.Metadata));
        Assert.Equal("ab", Text(block.First));
        Assert.Equal("12", Text(block.Second));
    }

    [Fact]
    public void A_file_that_begins_anew_holds_nothing_of_before_whatever_is_written_over_it()
    {
        for (int length = 0; length < 60; length++)
        {
            OpenBlockFile file = NewFolder().NewFile(static () => []);
            for (int i = 0; i < 10; i++)
            {
                Add(file, "old", "", new string('o', 3));
            }
            file.BeginAnew();
            _files.Kill();
            Assert.Empty(Load());

            file = NewFolder().NewFile(static () => []);
            Add(file, "old", "", "oooo");
            Add(file, "old", "", "oooo");
            file.BeginAnew();
            Add(file, "new", "", new string('n', length));
            _files.Kill();
            OpenBlock block = Assert.Single(Load());
            Assert.Equal(new string('n', length), Text(block.Second));
            NewFolder().Delete(block.Path);
            _files.Kill();
        }
    }

    [Fact]
    public void A_process_that_ends_at_any_point_leaves_whole_additions_only()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var files = new MemoryFileSystem(seed);
            var random = new Random(seed);
            int blocks = 0;
            string added = "";
            string tried = "";
            files.OperationsUntilCrash = random.Next(40);
            try
            {
                OpenBlockFile file = new OpenBlockFolder(files, Folder, _time, _changes.Add).NewFile(static () => "me"u8.ToArray());
                while (true)
                {
                    string next = $"{blocks}:{new string('x', random.Next(50))};";
                    tried = added + next;
                    Add(file, "m", "", next);
                    added = tried;
                    if (random.Next(4) == 0)
                    {
                        blocks++;
                        tried = "";
                        file.BeginAnew();
                        added = "";
                    }
                }
            }
            catch (MachineStoppedException)
            {
                files.Kill();
            }
            IReadOnlyList<OpenBlock> found = new OpenBlockFolder(files, Folder, _time, _changes.Add).Load();
            string text = found.Count == 0 ? "" : Text(Assert.Single(found).Second);
            // Where it began anew just then, the block before is there still, or is not.
            Assert.True(text == added || text == tried, $"seed {seed}: {text} instead of {added}");
        }
    }

    [Fact]
    public void A_disk_that_takes_nothing_is_left_alone_for_a_moment_and_then_gets_everything_at_once()
    {
        OpenBlockFolder folder = NewFolder();
        OpenBlockFile file = folder.NewFile(static () => []);
        Assert.True(Add(file, "m", "", "1"));
        _files.FullChance = 1;
        Assert.False(Add(file, "m", "", "2"));
        Assert.Equal("no space left on device", folder.Fault);
        _files.FullChance = 0;
        Assert.False(Add(file, "m", "", "23"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Add(file, "m", "", "234"));
        Assert.Null(folder.Fault);
        Assert.Equal(1, folder.Errors);
        Assert.Equal(["no space left on device", null], _changes);
        _files.Kill();
        Assert.Equal("1234", Text(Assert.Single(Load()).Second));
    }

    [Fact]
    public void A_file_that_is_left_behind_stays_until_it_is_deleted_and_the_next_block_has_another()
    {
        OpenBlockFolder folder = NewFolder();
        OpenBlockFile file = folder.NewFile(static () => []);
        Add(file, "m", "", "first");
        string left = file.Leave();
        Add(file, "m", "", "second");
        _files.Kill();
        Assert.Equal(["first", "second"], Load().Select(static block => Text(block.Second)));
        _files.Kill();
        NewFolder().Delete(left);
        Assert.Equal(["second"], Load().Select(static block => Text(block.Second)));
    }

    [Fact]
    public void An_orderly_end_leaves_no_file()
    {
        using OpenBlockFolder folder = NewFolder();
        OpenBlockFile file = folder.NewFile(static () => []);
        Add(file, "m", "", "gathered");
        file.BeginAnew();
        file.Dispose();
        Assert.DoesNotContain(_files.Paths, static path => path.EndsWith(".open", StringComparison.Ordinal));
    }

    [Fact]
    public void An_outsize_block_gives_its_place_back()
    {
        OpenBlockFile file = NewFolder().NewFile(static () => []);
        Add(file, "m", "", new string('x', 5 << 20));
        file.BeginAnew();
        Assert.InRange(_files[_files.Paths.Single()].Length, 1, 100);
        Add(file, "m", "", "small");
        _files.Kill();
        Assert.Equal("small", Text(Assert.Single(Load()).Second));
    }

    [Fact]
    public void Foreign_and_newer_files_are_left_alone_and_broken_ones_are_counted_and_go()
    {
        foreach (string name in new[] { "notes.txt", "0-v2.open", "broken-v1.open", "empty-v1.open" })
        {
            using IFile file = _files.Create($"{Folder}/{name}");
            file.Write(name[0] == 'e' ? default : "something that is no header"u8, 0);
        }
        using OpenBlockFolder folder = NewFolder();
        Assert.Empty(folder.Load());
        Assert.Equal(1, folder.Damaged);
        Assert.Equal([$"{Folder}/0-v2.open", $"{Folder}/notes.txt"], _files.Paths.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_flipped_bit_costs_what_follows_it_and_no_more()
    {
        OpenBlockFile file = NewFolder().NewFile(static () => []);
        Add(file, "m", "", "one");
        int end = _files[_files.Paths.Single()].Length;
        Add(file, "m", "", "two");
        int length = _files[_files.Paths.Single()].Length;
        for (int at = end; at < length; at++)
        {
            _files.Kill();
            MemoryInode inode = _files[_files.Paths.Single()];
            byte before = inode.Contents[at];
            inode.Corrupt(at, (byte)(before ^ 1));
            Assert.Equal("one", Text(Assert.Single(Load()).Second));
            inode.Corrupt(at, before);
        }
    }

    [Fact]
    public void A_second_process_neither_reads_nor_writes()
    {
        OpenBlockFolder first = NewFolder();
        Add(first.NewFile(static () => []), "m", "", "mine");
        using OpenBlockFolder second = NewFolder();
        Assert.Empty(second.Load());
        Assert.NotNull(second.Fault);
        Assert.False(Add(second.NewFile(static () => []), "m", "", "yours"));
        Assert.Single(_files.Paths);
    }

    private static bool Add(OpenBlockFile file, string metadata, string first, string second) =>
        file.Append(Encoding.UTF8.GetBytes(metadata), Encoding.UTF8.GetBytes(first), Encoding.UTF8.GetBytes(second));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private OpenBlockFolder NewFolder() => new(_files, Folder, _time, _changes.Add);

    private IReadOnlyList<OpenBlock> Load()
    {
        using OpenBlockFolder folder = NewFolder();
        return folder.Load();
    }
}
