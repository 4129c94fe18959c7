namespace Agent.Storage.Tests;

/// <summary>
/// A file system in memory that forgets as a real one does. What is written is visible at once, but lies on its disk only after a sync,
/// piece by piece, in any order, or not at all. It can stop at any operation, fill up, fail, and lose what a failed sync covered.
/// </summary>
internal sealed class MemoryFileSystem(int seed) : IFileSystem
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, MemoryInode> _live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MemoryInode> _disk = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);

    /// <summary>Counts up with each crash: what was opened before is dead.</summary>
    public int Life { get; private set; }

    /// <summary>Operations until the machine stops in the middle of one; negative means never.</summary>
    public int OperationsUntilCrash { get; set; } = -1;

    /// <summary>Operations that change something, so far.</summary>
    public int Operations { get; private set; }

    /// <summary>Chance that a write, or a new file, finds the disk full.</summary>
    public double FullChance { get; set; }

    /// <summary>Chance that a sync fails.</summary>
    public double FailedSyncChance { get; set; }

    /// <summary>Chance that a cut fails, right after a write that failed.</summary>
    public double FailedCutChance { get; set; }

    /// <summary>Whether pages of a failed sync are dropped from memory too, so that what was written cannot even be read back.</summary>
    public bool FailedSyncDropsPages { get; set; }

    /// <summary>Smallest piece that gets to the disk as a whole.</summary>
    public int Piece { get; init; } = 512;

    public bool IsReadOnly { get; set; }

    public long Volume { get; set; } = 1L << 40;

    public bool HasCrashed { get; private set; }

    /// <summary>The bytes of a file, for tests to look at and to change, on the disk as well.</summary>
    public MemoryInode this[string path] => _live[path];

    public IEnumerable<string> Paths => _live.Keys;

    public void CreateFolder(string folder)
    {
        if (IsReadOnly)
        {
            throw new IOException("read-only file system");
        }
    }

    public IReadOnlyList<FileEntry> List(string folder)
    {
        ThrowIfCrashed();
        return [.. _live.Where(pair => Path.GetDirectoryName(pair.Key) == folder)
            .Select(static pair => new FileEntry(Path.GetFileName(pair.Key), pair.Value.Length))];
    }

    public IFile Create(string path)
    {
        Change();
        ThrowIfFull();
        if (_live.TryGetValue(path, out MemoryInode? there))
        {
            there.Truncate(0);
            return new MemoryFile(this, there);
        }
        var inode = new MemoryInode(Piece);
        _live[path] = inode;
        return new MemoryFile(this, inode);
    }

    public IFile Open(string path, FileAccess access)
    {
        ThrowIfCrashed();
        return _live.TryGetValue(path, out MemoryInode? inode) ? new MemoryFile(this, inode) : throw new FileNotFoundException("no such file", path);
    }

    public void Delete(string path)
    {
        Change();
        _live.Remove(path);
    }

    public void SyncFolder(string folder)
    {
        Change();
        if (Happens(FailedSyncChance))
        {
            throw new IOException("the folder cannot be synced");
        }
        _disk.Clear();
        foreach ((string path, MemoryInode inode) in _live)
        {
            _disk.Add(path, inode);
        }
    }

    public long VolumeSize(string folder) => Volume;

    public IDisposable Lock(string path)
    {
        ThrowIfCrashed();
        if (IsReadOnly)
        {
            throw new IOException("read-only file system");
        }
        return _locks.Add(path) ? new Held(() => _locks.Remove(path)) : throw new IOException("somebody else has the lock");
    }

    /// <summary>What the kernel does at any time: brings some of what was written to the disk.</summary>
    public void WriteBack(double chance)
    {
        foreach (MemoryInode inode in _live.Values)
        {
            inode.WriteBack(_random, chance);
        }
        SettleNames(chance);
    }

    /// <summary>Ends the process; memory of the kernel survives.</summary>
    public void Kill()
    {
        Life++;
        HasCrashed = false;
        OperationsUntilCrash = -1;
        _locks.Clear();
    }

    /// <summary>Cuts the power: what is not on the disk is gone, up to what happened to be written back.</summary>
    public void CutPower() => CutPower(_random.Next(4) switch { 0 => 0, 1 => 1, _ => _random.NextDouble() });

    /// <summary>The same, and nothing was written back.</summary>
    public void CutPowerLosingAll() => CutPower(0);

    private void CutPower(double chance)
    {
        Kill();
        foreach (MemoryInode inode in _live.Values.Concat(_disk.Values).ToHashSet())
        {
            inode.WriteBack(_random, chance);
            inode.Crash(_random);
        }
        SettleNames(chance);
        _live.Clear();
        foreach ((string path, MemoryInode inode) in _disk)
        {
            _live.Add(path, inode);
        }
    }

    internal void Read() => ThrowIfCrashed();

    internal void Write(MemoryInode inode, ReadOnlySpan<byte> data, long offset)
    {
        ThrowIfCrashed();
        if (IsLast())
        {
            inode.Write(data[.._random.Next(data.Length + 1)], offset);
            Crash();
        }
        if (IsReadOnly || Happens(FullChance))
        {
            inode.Write(data[.._random.Next(data.Length)], offset);
            throw new IOException("no space left on device");
        }
        inode.Write(data, offset);
    }

    internal void Truncate(MemoryInode inode, long length)
    {
        Change();
        if (Happens(FailedCutChance))
        {
            throw new IOException("input/output error");
        }
        inode.Truncate(length);
    }

    internal void Sync(MemoryInode inode)
    {
        ThrowIfCrashed();
        bool last = IsLast();
        if (last || Happens(FailedSyncChance))
        {
            inode.WriteBack(_random, _random.NextDouble());
            if (last)
            {
                Crash();
            }
            inode.FailSync(FailedSyncDropsPages);
            throw new IOException("input/output error");
        }
        inode.Sync();
    }

    private void SettleNames(double chance)
    {
        foreach (string path in _live.Keys.Union(_disk.Keys).ToList())
        {
            if (!Happens(chance))
            {
                continue;
            }
            if (_live.TryGetValue(path, out MemoryInode? inode))
            {
                _disk[path] = inode;
            }
            else
            {
                _disk.Remove(path);
            }
        }
    }

    private void ThrowIfFull()
    {
        if (IsReadOnly || Happens(FullChance))
        {
            throw new IOException("no space left on device");
        }
    }

    private void Change()
    {
        ThrowIfCrashed();
        if (IsLast())
        {
            Crash();
        }
    }

    private bool IsLast()
    {
        Operations++;
        return OperationsUntilCrash >= 0 && OperationsUntilCrash-- == 0;
    }

    private void Crash()
    {
        HasCrashed = true;
        throw new MachineStoppedException();
    }

    private void ThrowIfCrashed()
    {
        if (HasCrashed)
        {
            throw new MachineStoppedException();
        }
    }

    private bool Happens(double chance) => chance > 0 && _random.NextDouble() < chance;

    private sealed class Held(Action release) : IDisposable
    {
        public void Dispose() => release();
    }

    private sealed class MemoryFile(MemoryFileSystem system, MemoryInode inode) : IFile
    {
        private readonly int _life = system.Life;
        private bool _disposed;

        public long Length => Guarded().Length;

        public int Read(Span<byte> buffer, long offset)
        {
            system.Read();
            return Guarded().Read(buffer, offset);
        }

        public void Write(ReadOnlySpan<byte> data, long offset) => system.Write(Guarded(), data, offset);

        public void Truncate(long length) => system.Truncate(Guarded(), length);

        public void Sync() => system.Sync(Guarded());

        public void Dispose() => _disposed = true;

        private MemoryInode Guarded()
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _life == system.Life ? inode : throw new InvalidOperationException("a file of before the crash is in use");
        }
    }
}

/// <summary>The machine stopped in the middle of an operation. No <see cref="IOException"/>: nobody can handle it.</summary>
internal sealed class MachineStoppedException : Exception;
