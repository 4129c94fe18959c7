using Agent.Components.Common.Files;
using Agent.Sdk;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Discovery.File;

/// <summary>Reads all files of discovery.file. A file that cannot be read keeps its last good targets; one that is gone loses them.</summary>
internal sealed partial class FileSearch(ValueList<string> patterns, WatchedFolders folders, FileMetrics metrics, ComponentContext context)
    : ITargetSearch
{
    private const int LargestFile = 32 * 1024 * 1024;

    private readonly ILogger _logger = context.Logger;
    private readonly List<Glob> _globs = ParseAll(patterns);

    /// <summary>Whether a name is one of a file that may hold targets.</summary>
    public static bool IsTargetFile(ReadOnlySpan<char> name) =>
        name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase);

    public Task RefreshAsync(FoundTargets found, CancellationToken stop)
    {
        long started = context.Time.GetTimestamp();
        SortedSet<string> files = FindFiles();
        foreach (string path in files)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                found.Set(path, Read(path));
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                metrics.ReadErrors.Increment();
                LogUnreadable(path, exception.Message);
                found.Fail(path, exception.Message);
            }
        }
        found.KeepOnly(files);
        metrics.KeepOnly(files);
        metrics.ScanDuration.Observe(context.Time.GetElapsedTime(started), 1);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        // Holds nothing.
    }

    private static List<Glob> ParseAll(ValueList<string> patterns)
    {
        var globs = new List<Glob>();
        foreach (string pattern in patterns)
        {
            if (Glob.TryParse(pattern, out Glob? glob, out _))
            {
                globs.Add(glob);
            }
        }
        return globs;
    }

    // A folder that was not watched yet is looked into a second time: something may have come between the look and the watch.
    private SortedSet<string> FindFiles()
    {
        while (true)
        {
            var files = new SortedSet<string>(StringComparer.Ordinal);
            var entered = new HashSet<string>(StringComparer.Ordinal);
            foreach (Glob glob in _globs)
            {
                GlobWalk walk = GlobWalk.Run(glob);
                files.UnionWith(walk.Files.Where(static path => IsTargetFile(path)));
                entered.UnionWith(walk.Folders);
            }
            if (!folders.Watch(entered))
            {
                return files;
            }
        }
    }

    private List<Target> Read(string path)
    {
        // A pipe would be waited for without end.
        if (FileStat.TryGet(path, out FileStat stat, out _) && stat.Kind != FileKind.Regular)
        {
            throw new InvalidDataException("it is no regular file");
        }
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > LargestFile)
        {
            throw new InvalidDataException($"it is larger than {LargestFile} bytes");
        }
        DateTimeOffset modified = System.IO.File.GetLastWriteTimeUtc(file.SafeFileHandle);
        byte[] text = new byte[file.Length];
        int length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        List<TargetGroup> groups = Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase)
            ? TargetGroup.ReadJson(text.AsMemory(0, length))
            : TargetYaml.Read(text.AsSpan(0, length));
        metrics.SetModified(path, modified);
        return TargetGroup.Flatten(groups, "__meta_filepath", path);
    }

    [LoggerMessage(LogLevel.Error, "cannot read targets from {Path}, its last ones stay: {Cause}")]
    private partial void LogUnreadable(string path, string cause);
}
