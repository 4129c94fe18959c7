using System.Globalization;
using System.IO.Enumeration;
using Agent.Components.Common.Files;

namespace Agent.Components.Loki.SourceFile.Rotation;

/// <summary>A file beside the one that is followed, which stood in its place once.</summary>
internal sealed record RotatedFile(string Path, RotatedName Name, FileStat Stat)
{
    /// <summary>The rotated files of a path, oldest first. Of one that is there both as it was and compressed, the former.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, for want of rights.</exception>
    public static List<RotatedFile> List(string live)
    {
        string folder = System.IO.Path.GetDirectoryName(live) ?? "/";
        string name = System.IO.Path.GetFileName(live);
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.Directory, IgnoreInaccessible = false };
        var names = new FileSystemEnumerable<string>(folder, static (ref FileSystemEntry entry) => entry.FileName.ToString(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => RotatedName.TryParse(name, entry.FileName, out _),
        };
        var byBase = new Dictionary<string, RotatedFile>(StringComparer.Ordinal);
        foreach (string found in names)
        {
            string path = System.IO.Path.Combine(folder, found);
            if (RotatedName.TryParse(name, found, out RotatedName parsed) && FileStat.TryGet(path, out FileStat stat, out _)
                && stat.Kind == FileKind.Regular
                && (!parsed.IsCompressed || !byBase.ContainsKey(parsed.Base)))
            {
                byBase[parsed.Base] = new RotatedFile(path, parsed, stat);
            }
        }
        List<RotatedFile> files = [.. byBase.Values];
        files.Sort(OrderOf(files));
        return files;
    }

    // Names tell the order better than times of change, which a compression or a late writer moves; but only names of one kind.
    private static Comparison<RotatedFile> OrderOf(List<RotatedFile> files)
    {
        if (files.TrueForAll(static file => file.Name.IsDated))
        {
            return static (one, other) => string.CompareOrdinal(one.Name.Digits, other.Name.Digits);
        }
        if (files.TrueForAll(static file => !file.Name.IsDated))
        {
            return static (one, other) => NumberOf(other).CompareTo(NumberOf(one));
        }
        return static (one, other) => one.Stat.Modified != other.Stat.Modified
            ? one.Stat.Modified.CompareTo(other.Stat.Modified)
            : string.CompareOrdinal(one.Path, other.Path);
    }

    private static int NumberOf(RotatedFile file) => int.Parse(file.Name.Digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
