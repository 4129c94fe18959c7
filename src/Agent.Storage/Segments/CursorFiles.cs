using System.Text;

namespace Agent.Storage.Segments;

/// <summary>The cursors of a log, a file each.</summary>
internal sealed class CursorFiles(IFileSystem files, string folder)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LogCursor> _cursors = new(StringComparer.Ordinal);
    private int _lastFile;
    private int _folderChanges;
    private int _folderSynced;

    /// <summary>The highest number that any cursor has; 0 without cursors.</summary>
    public long Highest
    {
        get
        {
            lock (_gate)
            {
                return _cursors.Count == 0 ? 0 : _cursors.Values.Max(static cursor => cursor.Number);
            }
        }
    }

    /// <summary>Loads a file; false where it is damaged, and removed.</summary>
    public bool TryLoad(string name, long number)
    {
        _lastFile = Math.Max(_lastFile, (int)number);
        string path = Path.Combine(folder, name);
        IFile file = files.Open(path, FileAccess.ReadWrite);
        LogCursor? cursor = null;
        try
        {
            cursor = LogCursor.Load(file, path);
        }
        finally
        {
            if (cursor is null)
            {
                file.Dispose();
            }
        }
        if (cursor is null)
        {
            files.Delete(path);
            return false;
        }
        if (_cursors.Remove(cursor.Name, out LogCursor? twin))
        {
            // Only a copy made by hand does that. The lower one repeats blocks, the higher one would lose them.
            (cursor, twin) = cursor.Number <= twin.Number ? (cursor, twin) : (twin, cursor);
            twin.Close();
            files.Delete(twin.Path);
        }
        _cursors.Add(cursor.Name, cursor);
        return true;
    }

    public Dictionary<string, long> Numbers()
    {
        lock (_gate)
        {
            return _cursors.ToDictionary(static pair => pair.Key, static pair => pair.Value.Number, StringComparer.Ordinal);
        }
    }

    public LogCursor Open(string name, long initial)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(initial);
        if (Encoding.UTF8.GetByteCount(name) > LogCursor.MaxName)
        {
            throw new ArgumentException($"cannot open a cursor: its name is longer than {LogCursor.MaxName} bytes", nameof(name));
        }
        lock (_gate)
        {
            if (!_cursors.TryGetValue(name, out LogCursor? cursor))
            {
                cursor = Create(name, initial);
                _cursors.Add(name, cursor);
                _folderChanges++;
            }
            return cursor;
        }
    }

    public bool Remove(string name)
    {
        bool found;
        lock (_gate)
        {
            found = _cursors.TryGetValue(name, out LogCursor? cursor);
            if (found)
            {
                files.Delete(cursor!.Path);
                _cursors.Remove(name);
                cursor.Close();
                _folderChanges++;
            }
        }
        // Also where it is gone already: the sync after its removal may have failed.
        SyncFolder();
        return found;
    }

    public void Sync()
    {
        LogCursor[] all;
        lock (_gate)
        {
            all = [.. _cursors.Values];
        }
        foreach (LogCursor cursor in all)
        {
            SyncUnlessRemoved(cursor);
        }
        SyncFolder();
    }

    public void Close()
    {
        lock (_gate)
        {
            foreach (LogCursor cursor in _cursors.Values)
            {
                cursor.Close();
            }
        }
    }

    private LogCursor Create(string name, long initial)
    {
        string path = Path.Combine(folder, SegmentNames.OfCursor(++_lastFile));
        IFile file = files.Create(path);
        try
        {
            return LogCursor.Create(file, path, name, initial);
        }
        catch (IOException)
        {
            file.Dispose();
            files.Delete(path);
            throw;
        }
    }

    private void SyncFolder()
    {
        int changes = Volatile.Read(ref _folderChanges);
        if (changes != Volatile.Read(ref _folderSynced))
        {
            files.SyncFolder(folder);
            Volatile.Write(ref _folderSynced, changes);
        }
    }

    private void SyncUnlessRemoved(LogCursor cursor)
    {
        try
        {
            cursor.Sync();
        }
        catch (ObjectDisposedException) when (IsRemoved(cursor))
        {
            // Removed meanwhile.
        }
    }

    private bool IsRemoved(LogCursor cursor)
    {
        lock (_gate)
        {
            return !_cursors.TryGetValue(cursor.Name, out LogCursor? current) || current != cursor;
        }
    }
}
