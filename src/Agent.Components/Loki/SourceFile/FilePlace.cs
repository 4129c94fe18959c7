using Agent.Components.Common.Files;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Where a file stands that was opened through a path, links resolved: its rotated files lie beside it.</summary>
internal static class FilePlace
{
    /// <summary>The file may have been renamed since it was opened: then it is where the path leads to now, not where the file has gone.</summary>
    /// <param name="path">What it was opened by.</param>
    /// <param name="before">Where the file before it stood.</param>
    public static string Of(string path, OpenFile file, string before)
    {
        // Asked for its name, a file that was renamed since has its new one. If the path still leads to it now, it did so when it was asked.
        string? name = file.RealPath();
        if (FileStat.TryGet(path, out FileStat stat, out _) && stat.Identity == file.Identity)
        {
            return name ?? path;
        }
        string? target = new FileInfo(path).LinkTarget;
        return target is null ? before : Path.GetFullPath(target, Path.GetDirectoryName(path) ?? "/");
    }
}
