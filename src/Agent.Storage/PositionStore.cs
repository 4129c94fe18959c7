using System.Text;

namespace Agent.Storage;

/// <summary>How far each file was delivered: kept in memory, saved as a whole. Keyed by what a file is, not by its name.</summary>
/// <remarks>Safe on any thread. README.md describes the file and what a crash can do to it.</remarks>
public sealed class PositionStore
{
    private readonly string _path;
    private readonly Lock _gate = new();
    private readonly Dictionary<FileIdentity, List<FilePosition>> _byIdentity = [];
    private bool _changed;

    private PositionStore(string path) => _path = path;

    /// <summary>True where the store had no file of its own yet: the time to take over what another agent left.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Lines of the file that were damaged.</summary>
    public int DamagedEntries { get; private set; }

    /// <summary>True where some of the damage could not be told to belong to a certain file: any file without an entry may be meant.</summary>
    public bool HasUnknownDamage { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byIdentity.Values.Sum(static list => list.Count);
            }
        }
    }

    /// <summary>Reads the file. Damage is no error: what is intact is kept, the rest is counted.</summary>
    /// <exception cref="IOException">The file is there but cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, for want of rights.</exception>
    public static PositionStore Open(string path)
    {
        var store = new PositionStore(path);
        if (!File.Exists(path))
        {
            store.IsNew = true;
            return store;
        }
        store.Load(File.ReadAllText(path));
        return store;
    }

    /// <summary>
    /// The entry of a file: the one with these labels, or, where <paramref name="anyLabels"/>, the one that is left of those
    /// with other labels. Labels may change while nobody runs, and that must not read a file twice.
    /// </summary>
    public FilePosition? Find(FileIdentity identity, string labels, bool anyLabels)
    {
        lock (_gate)
        {
            return _byIdentity.TryGetValue(identity, out List<FilePosition>? list) ? Pick(list, labels, anyLabels) : null;
        }
    }

    /// <summary>The entries of all files that stood at a path, with these labels; or, where <paramref name="anyLabels"/> and there are none, with any.</summary>
    public List<FilePosition> OfPath(string path, string labels, bool anyLabels)
    {
        lock (_gate)
        {
            var ofPath = new List<FilePosition>();
            foreach ((FileIdentity identity, List<FilePosition> list) in _byIdentity)
            {
                if (!identity.IsNone)
                {
                    ofPath.AddRange(list.FindAll(entry => entry.Path == path));
                }
            }
            List<FilePosition> same = ofPath.FindAll(entry => entry.Labels == labels);
            return same.Count == 0 && anyLabels ? ofPath : same;
        }
    }

    /// <summary>The entry that another agent left for a path; taken out of the store, since its file gets an entry of its own.</summary>
    public FilePosition? TakeImported(string path, string labels, bool anyLabels)
    {
        lock (_gate)
        {
            if (!_byIdentity.TryGetValue(default, out List<FilePosition>? imported))
            {
                return null;
            }
            List<FilePosition> ofPath = imported.FindAll(entry => entry.Path == path);
            FilePosition? found = Pick(ofPath, labels, anyLabels);
            if (found is not null)
            {
                imported.Remove(found);
                _changed = true;
            }
            return found;
        }
    }

    /// <summary>Sets the entry of a file and labels.</summary>
    public void Set(FilePosition position)
    {
        lock (_gate)
        {
            if (!_byIdentity.TryGetValue(position.Identity, out List<FilePosition>? list))
            {
                _byIdentity.Add(position.Identity, list = []);
            }
            int index = list.FindIndex(entry => SameKey(entry, position));
            if (index < 0)
            {
                list.Add(position);
                _changed = true;
            }
            else if (list[index] with { Seen = position.Seen } != position)
            {
                list[index] = position;
                _changed = true;
            }
        }
    }

    /// <summary>Takes out an entry, such as that of labels a target no longer has.</summary>
    public void Remove(FilePosition position)
    {
        lock (_gate)
        {
            if (_byIdentity.TryGetValue(position.Identity, out List<FilePosition>? list)
                && list.RemoveAll(entry => SameKey(entry, position)) > 0)
            {
                _changed = true;
            }
        }
    }

    /// <summary>Takes out every entry that <paramref name="isGone"/> says nobody will ask for again.</summary>
    public int Collect(Predicate<FilePosition> isGone)
    {
        lock (_gate)
        {
            int removed = 0;
            foreach (List<FilePosition> list in _byIdentity.Values)
            {
                removed += list.RemoveAll(isGone);
            }
            foreach (FileIdentity empty in _byIdentity.Where(static pair => pair.Value.Count == 0).Select(static pair => pair.Key).ToList())
            {
                _byIdentity.Remove(empty);
            }
            _changed |= removed > 0;
            return removed;
        }
    }

    /// <summary>Saves, durably, where anything changed since the last time.</summary>
    /// <exception cref="IOException">The last saved state is still there, and the next call tries again.</exception>
    public void Save()
    {
        string content;
        lock (_gate)
        {
            if (!_changed)
            {
                return;
            }
            content = Write();
            _changed = false;
        }
        try
        {
            AtomicFile.Write(_path, Encoding.UTF8.GetBytes(content));
            IsNew = false;
        }
        catch
        {
            lock (_gate)
            {
                _changed = true;
            }
            throw;
        }
    }

    private static bool SameKey(FilePosition one, FilePosition other) =>
        one.Labels == other.Labels && (!one.Identity.IsNone || one.Path == other.Path);

    private static FilePosition? Pick(List<FilePosition> list, string labels, bool anyLabels) =>
        list.Find(entry => entry.Labels == labels) ?? (anyLabels && list.Count > 0 ? list[^1] : null);

    private void Load(string content)
    {
        string[] lines = content.Split('\n');
        if (lines[0] != PositionFormat.Header)
        {
            DamagedEntries++;
            HasUnknownDamage = true;
        }
        foreach (string line in lines.Skip(lines[0] == PositionFormat.Header ? 1 : 0))
        {
            if (line.Length == 0)
            {
                continue;
            }
            FilePosition? entry = PositionFormat.Read(line, out bool damaged);
            DamagedEntries += damaged ? 1 : 0;
            HasUnknownDamage |= entry is null;
            if (entry is not null)
            {
                Set(entry);
            }
        }
        _changed = DamagedEntries > 0;
    }

    private string Write()
    {
        var text = new StringBuilder(PositionFormat.Header).Append('\n');
        foreach (FilePosition position in _byIdentity.Values.SelectMany(static list => list)
            .OrderBy(static entry => entry.Path, StringComparer.Ordinal).ThenBy(static entry => entry.Labels, StringComparer.Ordinal))
        {
            text.Append(PositionFormat.Write(position)).Append('\n');
        }
        return text.ToString();
    }
}
