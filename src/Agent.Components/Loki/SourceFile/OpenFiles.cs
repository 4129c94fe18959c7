using Agent.Components.Common.Files;
using Agent.Storage;

namespace Agent.Components.Loki.SourceFile;

/// <summary>The open files of one tail, oldest first: those that left the path and may still grow, then the one that stands there.</summary>
/// <param name="services">What all tails share.</param>
/// <param name="onClosed">Called with each file that is closed, before it is.</param>
internal sealed class OpenFiles(TailServices services, Action<OpenFile> onClosed)
{
    // How long a file that left the path is kept open without growing: writers go on for a moment after a rotation. Deleted
    // files hold disk space, so they go first; a file that only got another name may be written to for long. An incomplete line at
    // its end waits for the shorter time, and what came after it waits as well.
    private static readonly TimeSpan KeepDeleted = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepUnfinished = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepRenamed = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    // Under a rotation every second, they would be hundreds.
    private const int MostKept = 8;

    private readonly List<OpenFile> _files = [];

    public int Count => _files.Count;

    public OpenFile? Newest => _files.Count > 0 ? _files[^1] : null;

    /// <summary>True while a file is open that left its path a short while ago, or that waits for the rest of a line.</summary>
    public bool IsInTransition
    {
        get
        {
            long now = services.Time.GetTimestamp();
            return _files.Exists(file => file.LeftAt != 0
                && (HasRest(file) || services.Time.GetElapsedTime(Math.Max(file.LeftAt, file.LastGrowth), now) < Fresh));
        }
    }

    public bool HasLeft => _files.Exists(static file => file.LeftAt != 0);

    public OpenFile this[int index] => _files[index];

    public OpenFile? Find(FileIdentity identity) => _files.Find(file => file.Identity == identity);

    public int IndexOf(OpenFile file) => _files.IndexOf(file);

    public void Insert(int index, OpenFile file)
    {
        _files.Insert(index, file);
        services.Metrics.FilesActive.Add(1);
    }

    /// <summary>Notes which files no longer stand at the path.</summary>
    public void MarkLeft(OpenFile? current)
    {
        long now = services.Time.GetTimestamp();
        foreach (OpenFile file in _files)
        {
            file.LeftAt = file == current ? 0 : file.LeftAt != 0 ? file.LeftAt : now;
        }
    }

    /// <summary>Nobody waits for what may still be written: what is there is read, then all is closed.</summary>
    public void FinishAll()
    {
        foreach (OpenFile file in _files)
        {
            file.IsFinishing = true;
            file.IsAtEnd = false;
        }
    }

    /// <summary>Ends the wait for a file that left the path and has not grown for long enough.</summary>
    public void FinishQuiet(OpenFile file, in FileStat stat)
    {
        if (file.LeftAt == 0 || !file.IsAtEnd || file.IsFinishing)
        {
            return;
        }
        bool isNewest = _files[^1] == file;
        TimeSpan keep = stat.Links == 0 ? KeepDeleted : HasRest(file) && !isNewest ? KeepUnfinished : KeepRenamed;
        bool isTooMany = _files.Count > MostKept && _files[0] == file && !HasRest(file);
        TimeSpan quiet = services.Time.GetElapsedTime(Math.Max(file.LeftAt, file.LastGrowth));
        if (quiet >= keep || isTooMany)
        {
            file.IsFinishing = true;
            file.IsAtEnd = false;
        }
    }

    /// <summary>The oldest file that has something to read.</summary>
    public OpenFile? Next()
    {
        for (int i = 0; i < _files.Count;)
        {
            OpenFile file = _files[i];
            if (!file.IsAtEnd)
            {
                return file;
            }
            if (file.IsFinishing || file.Content.Failure is not null)
            {
                Close(i);
            }
            else if (file.IsCompressed)
            {
                file.IsFinishing = true;
                return file;
            }
            else if (file.LeftAt != 0 && HasRest(file) && services.Time.GetElapsedTime(file.LeftAt) < KeepUnfinished)
            {
                // Its last line comes before the first one of the next file.
                return null;
            }
            else
            {
                i++;
            }
        }
        return null;
    }

    public void Close(int index)
    {
        OpenFile file = _files[index];
        _files.RemoveAt(index);
        onClosed(file);
        file.Dispose();
        services.Positions.Update(file.Delivered);
        services.Metrics.FilesActive.Add(-1);
    }

    public void CloseAll()
    {
        while (_files.Count > 0)
        {
            Close(_files.Count - 1);
        }
    }

    private static bool HasRest(OpenFile file) => file.Stat.Size > file.Offset && !file.IsCompressed;
}
