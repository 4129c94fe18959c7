using System.Buffers;
using System.Globalization;
using Agent.Components.Common.Files;

namespace Agent.Components.Loki.PodTails;

/// <summary>
/// A file in a container's folder of logs: <c>N.log</c> of the run after N restarts, <c>N.log.20240506-070809</c> once it was rotated at that
/// time, <c>.gz</c> behind that once it was compressed.
/// </summary>
internal sealed record LogFile(string Path, int Restarts, string Rotated, bool IsCompressed)
{
    private const string Extension = ".log";
    private const string Compressed = ".gz";
    private const int RotationTimeLength = 15;
    private static readonly SearchValues<char> TimeLetters = SearchValues.Create("0123456789-");

    /// <summary>It still stands where the runtime writes to, unless a later run has begun.</summary>
    public bool IsLive => Rotated.Length == 0;

    /// <summary>All files, oldest first; none where there is no such folder, or no right to read it.</summary>
    public static List<LogFile> In(string folder)
    {
        var files = new List<LogFile>();
        // Asked for often, and nearly always there is none.
        if (!Directory.Exists(folder))
        {
            return files;
        }
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder))
            {
                if (Of(path) is { } file)
                {
                    files.Add(file);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
        files.Sort(Compare);
        return files;
    }

    /// <summary>When it was written to last; null where it is gone.</summary>
    public DateTimeOffset? Modified => FileStat.TryGet(Path, out FileStat stat, out _) ? stat.Modified : null;

    private static int Compare(LogFile one, LogFile other) =>
        one.Restarts != other.Restarts ? one.Restarts.CompareTo(other.Restarts)
        : one.IsLive != other.IsLive ? one.IsLive.CompareTo(other.IsLive)
        : string.CompareOrdinal(one.Rotated, other.Rotated);

    private static LogFile? Of(string path)
    {
        string name = System.IO.Path.GetFileName(path);
        int dot = name.IndexOf(Extension, StringComparison.Ordinal);
        if (dot <= 0 || !int.TryParse(name.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out int restarts))
        {
            return null;
        }
        ReadOnlySpan<char> rest = name.AsSpan(dot + Extension.Length);
        bool isCompressed = rest.EndsWith(Compressed, StringComparison.Ordinal);
        rest = isCompressed ? rest[..^Compressed.Length] : rest;
        if (rest.IsEmpty && !isCompressed)
        {
            return new LogFile(path, restarts, "", IsCompressed: false);
        }
        // A file that is being compressed has ".tmp" behind it, and is there under its old name too.
        return rest is ['.', .. var time] && time.Length == RotationTimeLength && !time.ContainsAnyExcept(TimeLetters)
            ? new LogFile(path, restarts, time.ToString(), isCompressed)
            : null;
    }
}
