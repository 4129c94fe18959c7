using Agent.Components.Common.Files;
using Agent.Components.Loki.SourceFile;
using Microsoft.Win32.SafeHandles;

namespace Agent.Components.Tests.Loki.SourceFile;

public sealed class FilePlaceTests : IDisposable
{
    private const string Before = "/where/it/stood/before/0.log";

    private readonly string _folder = Directory.CreateTempSubdirectory("invar-place-").FullName;

    [Fact]
    public void A_file_stands_at_its_path()
    {
        string path = Write("0.log");
        using OpenFile file = Open(path);

        Assert.Equal(path, FilePlace.Of(path, file, Before));
    }

    [Fact]
    public void A_file_behind_a_link_stands_where_the_link_leads()
    {
        string path = Write("0.log");
        string link = Link("pod.log", path);
        using OpenFile file = Open(link);

        Assert.Equal(path, FilePlace.Of(link, file, Before));
    }

    // A rotation between opening a file and asking for its name: beside 0.log.20260102-150405 there are no files of that name.
    [Fact]
    public void A_file_that_is_renamed_while_it_is_opened_belongs_where_the_one_before_it_stood()
    {
        string path = Write("0.log");
        using OpenFile file = Open(path);
        File.Move(path, $"{path}.20260102-150405");

        Assert.Equal(Before, FilePlace.Of(path, file, Before));
        Write("0.log");
        Assert.Equal(Before, FilePlace.Of(path, file, Before));
    }

    [Fact]
    public void A_file_behind_a_link_that_is_renamed_while_it_is_opened_belongs_where_the_link_leads()
    {
        string path = Write("0.log");
        string link = Link("pod.log", "0.log");
        using OpenFile file = Open(link);
        File.Move(path, $"{path}.20260102-150405");
        Write("0.log");

        Assert.Equal(path, FilePlace.Of(link, file, Before));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, "a line\n");
        return path;
    }

    private string Link(string name, string target)
    {
        string path = Path.Combine(_folder, name);
        File.CreateSymbolicLink(path, target);
        return path;
    }

    private static OpenFile Open(string path)
    {
        SafeFileHandle handle = OpenFile.OpenHandle(path, out FileStat stat);
        return OpenFile.Create(handle, stat, new TailOptions(), 0);
    }
}
