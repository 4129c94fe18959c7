using System.Globalization;

namespace Agent.Storage.OpenBlocks;

/// <summary>The files of blocks that are still gathered. README.md has format and rules.</summary>
/// <remarks>Its files are used by one thread at a time; <see cref="Delete"/>, and what can be read here, on any thread.</remarks>
public sealed class OpenBlockFolder : IDisposable
{
    /// <summary>An outsize addition does not keep its memory.</summary>
    private const int KeptScratch = 1 << 20;
    private const string Extension = "-v1.open";

    /// <summary>Wait before a disk that failed is tried again.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Action<string?> _changed;
    private IDisposable? _lock;
    private byte[] _scratch = new byte[4096];
    private string? _fault;
    private long _failedAt;
    private long _generation;
    private long _errors;
    private long _damaged;
    private long _bytes;

    /// <param name="files">Where it lies.</param>
    /// <param name="folder">Made when it is first needed. One process at a time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="changed">Told why the disk cannot be used, and null when it can again.</param>
    public OpenBlockFolder(IFileSystem files, string folder, TimeProvider time, Action<string?> changed)
    {
        (_files, _folder, _time, _changed) = (files, folder, time, changed);
        // Names stay apart from those of earlier processes, even where these cannot be listed.
        _generation = time.GetUtcNow().UtcTicks;
    }

    /// <summary>Why the disk is not used; null where all is well.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Reads and writes that failed.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Files that could not be read: a process ended while it began one, or something damaged them.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>Bytes written since the start.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>False for a while after a failure.</summary>
    internal bool IsWorthTrying => Fault is null || _time.GetElapsedTime(Volatile.Read(ref _failedAt)) >= RetryAfter;

    /// <summary>What earlier processes left, in the order in which it was begun. Called before the first file is made.</summary>
    public IReadOnlyList<OpenBlock> Load()
    {
        List<OpenBlock> found = [];
        try
        {
            List<string> names = [.. _files.List(_folder).Select(static file => file.Name).Where(static name => name.EndsWith(Extension, StringComparison.Ordinal))];
            if (names.Count > 0)
            {
                Open();
                names.ForEach(name => Load(Path.Combine(_folder, name), found));
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was ever kept.
        }
        catch (IOException failed)
        {
            Fail(failed.Message);
        }
        found.Sort(static (one, other) => one.Generation.CompareTo(other.Generation));
        return found;
    }

    /// <summary>A file for one block after the other. It is made when there is something to put into it.</summary>
    /// <param name="owner">Asked then for what <see cref="OpenBlock.Owner"/> will say.</param>
    public OpenBlockFile NewFile(Func<byte[]> owner) => new(this, owner);

    /// <summary>Deletes the file of a block that is safe elsewhere. Where that fails, the next start finds the block again.</summary>
    public void Delete(string path)
    {
        try
        {
            _files.Delete(path);
        }
        catch (IOException failed)
        {
            Fail(failed.Message);
        }
    }

    public void Dispose() => Interlocked.Exchange(ref _lock, null)?.Dispose();

    internal IFile Create(out string path)
    {
        Open();
        path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{NextGeneration():x16}{Extension}"));
        return _files.Create(path);
    }

    internal long NextGeneration() => ++_generation;

    internal Span<byte> Scratch(int length)
    {
        if (length > _scratch.Length)
        {
            byte[] larger = new byte[(int)Math.Min(Array.MaxLength, Math.Max(length, 2L * _scratch.Length))];
            if (length > KeptScratch)
            {
                return larger.AsSpan(0, length);
            }
            _scratch = larger;
        }
        return _scratch.AsSpan(0, length);
    }

    internal void Wrote(int bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        if (_fault is not null && Interlocked.Exchange(ref _fault, null) is not null)
        {
            _changed(null);
        }
    }

    internal void Fail(string reason)
    {
        Interlocked.Increment(ref _errors);
        Volatile.Write(ref _failedAt, _time.GetTimestamp());
        if (Interlocked.Exchange(ref _fault, reason) is null)
        {
            _changed(reason);
        }
    }

    private void Open()
    {
        if (_lock is null)
        {
            _files.CreateFolder(_folder);
            _lock = _files.Lock(Path.Combine(_folder, "lock"));
        }
    }

    private void Load(string path, List<OpenBlock> found)
    {
        byte[] content;
        using (IFile file = _files.Open(path, FileAccess.Read))
        {
            content = new byte[file.Length];
            Array.Resize(ref content, file.Read(content, 0));
        }
        if (!OpenBlockHeader.TryRead(content, out long generation, out int ownerLength, out uint seed))
        {
            Interlocked.Add(ref _damaged, content.Length > 0 ? 1 : 0);
            Delete(path);
            return;
        }
        _generation = Math.Max(_generation, generation);
        int at = OpenBlockHeader.OwnerOffset + ownerLength;
        using var first = new MemoryStream();
        using var second = new MemoryStream();
        ReadOnlyMemory<byte> metadata = default;
        bool isEmpty = true;
        for (; OpenBlockFrame.TryRead(content.AsSpan(at), seed, out OpenBlockFrame frame); at += frame.Length)
        {
            first.Write(frame.First);
            second.Write(frame.Second);
            metadata = frame.Metadata.ToArray();
            isEmpty = false;
        }
        if (isEmpty)
        {
            Delete(path);
            return;
        }
        found.Add(new OpenBlock(
            path, generation, content.AsMemory(OpenBlockHeader.OwnerOffset, ownerLength), metadata, first.ToArray(), second.ToArray()));
    }
}
