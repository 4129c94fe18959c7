using Agent.Components.Common.Files;

namespace Agent.Components.Discovery.File;

/// <summary>Watches the folders in which files stand or can come up.</summary>
internal sealed class WatchedFolders(FileMetrics metrics)
{
    private readonly HashSet<string> _watched = new(StringComparer.Ordinal);
    private FolderWatcher? _watcher;

    /// <summary>Starts afresh, with no folder watched.</summary>
    /// <param name="watcher">Null where the system reports nothing.</param>
    public void Use(FolderWatcher? watcher)
    {
        _watcher = watcher;
        _watched.Clear();
    }

    /// <summary>Watches these folders and no others.</summary>
    /// <returns>True where some of them are new: what came into them until now was not reported.</returns>
    public bool Watch(IReadOnlySet<string> folders)
    {
        if (_watcher is not { } watcher)
        {
            return false;
        }
        foreach (string gone in _watched.Where(folder => !folders.Contains(folder)).ToList())
        {
            watcher.Release(gone);
            _watched.Remove(gone);
        }
        bool hasNew = false;
        foreach (string folder in folders.Where(folder => !watcher.IsWatched(folder)))
        {
            if (watcher.TryWatch(folder, out _))
            {
                _watched.Add(folder);
                hasNew = true;
            }
            else
            {
                metrics.WatcherErrors.Increment();
            }
        }
        return hasNew;
    }
}
