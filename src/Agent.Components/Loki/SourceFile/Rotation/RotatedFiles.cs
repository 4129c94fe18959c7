using Agent.Components.Common.Files;

namespace Agent.Components.Loki.SourceFile.Rotation;

/// <summary>Looks for what was rotated away from one path, when there is reason to: each look lists a folder.</summary>
internal sealed class RotatedFiles(TailServices services)
{
    // Changes that come quickly one after the other leave the same time on a folder.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1.5);

    private readonly RotationSearch _search = new(services);
    private DateTimeOffset _folderChanged;
    private long _changeSeen;

    /// <summary>Another file stands at the path, or the one there was truncated.</summary>
    public List<OpenFile> Find(in PositionRequest request, RotationScope scope) =>
        _search.Run(request, scope.Since == default ? scope with { Since = LastSeen(scope.Known) } : scope);

    /// <summary>Nothing stands at the path: whatever changes in the folder may be a rotation.</summary>
    public List<OpenFile> FindWithoutLive(in PositionRequest request, RotationScope scope, bool isUrgent)
    {
        if (!FileStat.TryGet(Path.GetDirectoryName(scope.Path) ?? "/", out FileStat folder, out _))
        {
            return [];
        }
        if (folder.Modified != _folderChanged)
        {
            _folderChanged = folder.Modified;
            _changeSeen = services.Time.GetTimestamp();
        }
        bool isQuiet = services.Time.GetElapsedTime(_changeSeen) > Settling;
        return isQuiet && !isUrgent ? [] : Find(request, scope);
    }

    private static DateTimeOffset LastSeen(List<PathPosition> known) =>
        DateTimeOffset.FromUnixTimeSeconds(known.Count == 0 ? 0 : known.Max(static position => position.Entry.Seen));
}
