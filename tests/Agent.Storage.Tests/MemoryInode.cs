namespace Agent.Storage.Tests;

/// <summary>A file of a <see cref="MemoryFileSystem"/>: what readers see, what lies on the disk, and which pieces differ.</summary>
internal sealed class MemoryInode(int piece)
{
    private readonly HashSet<int> _dirty = [];
    private byte[] _live = [];
    private byte[] _disk = [];
    private int _length;
    private int _diskLength;

    // Up to here the disk has held data of this file.
    private int _written;

    public int Length => _length;

    public byte[] Contents => _live[.._length];

    public int Read(Span<byte> buffer, long offset)
    {
        int count = (int)Math.Clamp(_length - offset, 0, buffer.Length);
        _live.AsSpan((int)Math.Min(offset, _length), count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> data, long offset)
    {
        if (data.IsEmpty)
        {
            return;
        }
        int end = (int)offset + data.Length;
        Grow(ref _live, end);
        data.CopyTo(_live.AsSpan((int)offset));
        _length = Math.Max(_length, end);
        for (int at = (int)offset / piece; at <= (end - 1) / piece; at++)
        {
            _dirty.Add(at);
        }
    }

    public void Truncate(long length)
    {
        int to = (int)length;
        Grow(ref _live, to);
        if (to < _length)
        {
            _live.AsSpan(to, _length - to).Clear();
        }
        _length = to;
        _dirty.RemoveWhere(at => at * piece >= to);
    }

    /// <summary>Overwrites a byte in memory and on the disk, as rot does.</summary>
    public void Corrupt(int offset, byte value)
    {
        _live[offset] = value;
        if (offset < _disk.Length)
        {
            _disk[offset] = value;
        }
    }

    public void Sync()
    {
        foreach (int at in _dirty)
        {
            ToDisk(at);
        }
        _dirty.Clear();
        SetDiskLength(_length);
    }

    public void WriteBack(Random random, double chance)
    {
        if (chance <= 0)
        {
            return;
        }
        foreach (int at in _dirty.ToArray())
        {
            if (random.NextDouble() < chance)
            {
                ToDisk(at);
                _dirty.Remove(at);
            }
        }
        // The length may get there before the data, or only part of the way.
        if (_diskLength != _length && random.NextDouble() < chance)
        {
            SetDiskLength(random.Next(2) == 0 || _length < _diskLength ? _length : random.Next(_diskLength, _length + 1));
        }
    }

    /// <summary>Nothing is dirty any more, although it did not get to the disk.</summary>
    public void FailSync(bool dropPages)
    {
        if (dropPages)
        {
            foreach (int at in _dirty)
            {
                int start = at * piece;
                int count = Math.Min(piece, _length - start);
                // Read anew from the disk, which may have more of it than the length there says.
                Grow(ref _disk, start + count);
                _disk.AsSpan(start, count).CopyTo(_live.AsSpan(start));
            }
        }
        _dirty.Clear();
    }

    /// <summary>What lies on the disk is all there is. Space that was given to the file but never written holds anything.</summary>
    public void Crash(Random random)
    {
        Grow(ref _disk, _diskLength);
        bool garbage = random.Next(4) == 0;
        foreach (int at in _dirty)
        {
            int start = at * piece;
            if (garbage && start >= _written && start < _diskLength)
            {
                random.NextBytes(_disk.AsSpan(start, Math.Min(piece, _diskLength - start)));
            }
        }
        _dirty.Clear();
        _disk = _disk.AsSpan(0, _diskLength).ToArray();
        _live = _disk.ToArray();
        _length = _diskLength;
        _written = _diskLength;
    }

    private static void Grow(ref byte[] bytes, int length)
    {
        if (bytes.Length < length)
        {
            Array.Resize(ref bytes, Math.Max(length, bytes.Length * 2));
        }
    }

    private void ToDisk(int at)
    {
        int start = at * piece;
        int count = Math.Min(piece, _length - start);
        if (count > 0)
        {
            Grow(ref _disk, start + count);
            _live.AsSpan(start, count).CopyTo(_disk.AsSpan(start));
            _written = Math.Max(_written, start + count);
        }
    }

    private void SetDiskLength(int length)
    {
        Grow(ref _disk, length);
        if (length < _diskLength)
        {
            _disk.AsSpan(length).Clear();
            _written = Math.Min(_written, length);
        }
        _diskLength = length;
    }
}
