using Agent.Components.Common.Files;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Wakes tails when the system reports that something happened under their names.</summary>
/// <param name="wake">Called for a tail whose file changed.</param>
/// <param name="onNames">Called when a name came or went in a folder in which patterns look for files.</param>
internal sealed class TailWakeups(Action<FileTail> wake, Action onNames) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Folder> _folders = new(StringComparer.Ordinal);
    private FolderWatcher? _watcher;

    /// <summary>Starts to listen; returns why that is not possible, else null. Without it every tail is polled.</summary>
    public string? Start()
    {
        _watcher = FolderWatcher.TryStart(FolderEvents.Contents, OnEvent, out string error);
        return _watcher is null ? error : null;
    }

    /// <summary>Makes sure that changes of a path wake a tail. Asking again costs little, and repairs what went with its folder.</summary>
    /// <returns>False where changes are not reported: the tail has to be polled.</returns>
    public bool Watch(FileTail tail, string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "/";
        string name = Path.GetFileName(path);
        lock (_gate)
        {
            if (_watcher is null)
            {
                return false;
            }
            Folder entry = Enter(folder);
            FileTail[] tails = entry.Tails.GetValueOrDefault(name, []);
            if (!tails.Contains(tail))
            {
                entry.Tails[name] = [.. tails, tail];
            }
            return entry.IsWatched && !entry.IsRemote;
        }
    }

    public void Unwatch(FileTail tail, string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "/";
        string name = Path.GetFileName(path);
        lock (_gate)
        {
            if (_folders.TryGetValue(folder, out Folder? entry) && entry.Tails.TryGetValue(name, out FileTail[]? tails))
            {
                FileTail[] left = Array.FindAll(tails, other => other != tail);
                if (left.Length > 0)
                {
                    entry.Tails[name] = left;
                }
                else
                {
                    entry.Tails.Remove(name);
                    Leave(folder, entry);
                }
            }
        }
    }

    /// <summary>Sets the folders in which patterns look for files.</summary>
    /// <returns>True where one is new: something may have come into it before it was watched.</returns>
    public bool WatchNames(IReadOnlySet<string> folders)
    {
        bool hasNew = false;
        lock (_gate)
        {
            if (_watcher is null)
            {
                return false;
            }
            foreach ((string path, Folder entry) in _folders.Where(pair => pair.Value.HasPatterns && !folders.Contains(pair.Key)).ToList())
            {
                entry.HasPatterns = false;
                Leave(path, entry);
            }
            foreach (string path in folders)
            {
                Folder entry = Enter(path);
                hasNew |= entry is { HasPatterns: false, IsWatched: true };
                entry.HasPatterns = true;
            }
        }
        return hasNew;
    }

    public void Dispose() => _watcher?.Dispose();

    private Folder Enter(string path)
    {
        if (!_folders.TryGetValue(path, out Folder? entry))
        {
            _folders.Add(path, entry = new Folder());
        }
        if (!entry.IsWatched || !_watcher!.IsWatched(path))
        {
            // Watched all the same: what happens on this machine is reported even there.
            entry.IsWatched = _watcher!.TryWatch(path, out _);
            entry.IsRemote = entry.IsWatched && FileSystemKind.IsRemote(path);
        }
        return entry;
    }

    private void Leave(string path, Folder entry)
    {
        if (entry.Tails.Count == 0 && !entry.HasPatterns)
        {
            _folders.Remove(path);
            if (entry.IsWatched)
            {
                _watcher!.Release(path);
            }
        }
    }

    private void OnEvent(string folder, ReadOnlySpan<char> name, FolderEvents events)
    {
        if ((events & FolderEvents.Overflow) != 0)
        {
            WakeAll();
            onNames();
            return;
        }
        FileTail[]? tails;
        bool hasPatterns;
        lock (_gate)
        {
            if (!_folders.TryGetValue(folder, out Folder? entry))
            {
                return;
            }
            entry.ByName.TryGetValue(name, out tails);
            hasPatterns = entry.HasPatterns;
            entry.IsWatched &= (events & FolderEvents.Ignored) == 0;
        }
        foreach (FileTail tail in tails ?? [])
        {
            tail.WasReported = true;
            wake(tail);
        }
        if (hasPatterns && (events & FolderEvents.Names) != 0)
        {
            onNames();
        }
    }

    private void WakeAll()
    {
        FileTail[] all;
        lock (_gate)
        {
            all = [.. _folders.Values.SelectMany(static entry => entry.Tails.Values).SelectMany(static tails => tails)];
        }
        foreach (FileTail tail in all)
        {
            wake(tail);
        }
    }

    private sealed class Folder
    {
        public Folder() => ByName = Tails.GetAlternateLookup<ReadOnlySpan<char>>();

        public Dictionary<string, FileTail[]> Tails { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, FileTail[]>.AlternateLookup<ReadOnlySpan<char>> ByName { get; }

        public bool IsWatched { get; set; }

        public bool IsRemote { get; set; }

        public bool HasPatterns { get; set; }
    }
}
