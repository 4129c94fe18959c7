using System.Collections.Immutable;
using System.IO.Enumeration;
using Agent.Storage;

namespace Agent.Components.Common.Files;

/// <summary>Finds the files that a glob matches. Only folders that can hold a match are opened, and only matching names become strings.</summary>
internal sealed class GlobWalk
{
    // As deep as the kernel resolves links.
    private const int DeepestFolder = 40;

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = true,
        RecurseSubdirectories = false,
    };

    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    private GlobWalk()
    {
    }

    /// <summary>Absolute paths of files of any kind but folders, in ordinal order, each once.</summary>
    public IReadOnlyCollection<string> Files => _files;

    /// <summary>The folders that were looked into: a new match can only come up in one of these.</summary>
    public IReadOnlyCollection<string> Folders => _folders;

    public static GlobWalk Run(Glob glob)
    {
        var walk = new GlobWalk();
        foreach (ImmutableArray<GlobSegment> segments in glob.Alternatives)
        {
            walk.Enter("/", segments.AsSpan(), []);
        }
        return walk;
    }

    private static string Join(string folder, string name) => folder == "/" ? "/" + name : folder + "/" + name;

    private void Enter(string folder, ReadOnlySpan<GlobSegment> segments, HashSet<FileIdentity> above)
    {
        while (segments.Length > 1 && segments[0].IsLiteral)
        {
            folder = Join(folder, segments[0].Literal);
            segments = segments[1..];
        }
        if (segments.IsEmpty)
        {
            return;
        }
        if (segments[0].IsAnyFolders)
        {
            Descend(folder, segments, above);
        }
        else if (segments[0].IsLiteral)
        {
            _folders.Add(folder);
            Take(Join(folder, segments[0].Literal));
        }
        else
        {
            _folders.Add(folder);
            GlobSegment segment = segments[0];
            bool last = segments.Length == 1;
            foreach (string path in List(folder, segment, folders: !last))
            {
                if (last)
                {
                    _files.Add(path);
                }
                else
                {
                    Enter(path, segments[1..], above);
                }
            }
        }
    }

    // A link back to a folder above would go round for ever.
    private void Descend(string folder, ReadOnlySpan<GlobSegment> segments, HashSet<FileIdentity> above)
    {
        if (!FileStat.TryGet(folder, out FileStat stat, out _) || stat.Kind != FileKind.Folder
            || above.Count >= DeepestFolder || !above.Add(stat.Identity))
        {
            return;
        }
        _folders.Add(folder);
        if (segments.Length == 1)
        {
            _files.UnionWith(List(folder, segment: null, folders: false));
        }
        else
        {
            Enter(folder, segments[1..], above);
        }
        foreach (string inner in List(folder, segment: null, folders: true))
        {
            Descend(inner, segments, above);
        }
        above.Remove(stat.Identity);
    }

    private void Take(string path)
    {
        if (FileStat.TryGet(path, out FileStat stat, out _) && stat.Kind != FileKind.Folder)
        {
            _files.Add(path);
        }
    }

    private static List<string> List(string folder, GlobSegment? segment, bool folders)
    {
        try
        {
            var found = new FileSystemEnumerable<string>(folder, static (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), Everything)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                    (segment is null || segment.IsMatch(entry.FileName)) && entry.IsDirectory == folders,
            };
            return [.. found];
        }
        catch (IOException)
        {
            // Gone since it was listed, or no folder at all: then nothing in it matches.
            return [];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }
}
