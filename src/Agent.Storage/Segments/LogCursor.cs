using System.Buffers.Binary;
using System.Text;

namespace Agent.Storage.Segments;

/// <summary>How far one reader of a log got, on disk. Safe on any thread.</summary>
/// <remarks>
/// There are three records. One is the last that was synced; saves go to the other two in turn, or to the third alone while a
/// sync of the second is under way. So a save never waits for a sync, and endangers neither what was synced nor, as a rule, the save before.
/// </remarks>
public sealed class LogCursor
{
    internal const int Records = 3;
    internal const int RecordDistance = 4096;
    internal const int MaxName = 1024;

    private const int NameOffset = 28;
    private const int None = -1;

    private readonly Lock _gate = new();
    private readonly Lock _syncing = new();
    private readonly IFile _file;
    private readonly byte[] _record;
    private long _number;
    private long _generation;
    private int _last = None;
    private int _durable = None;
    private int _underWay = None;
    private bool _changed;
    private bool _written = true;

    private LogCursor(IFile file, string name)
    {
        _file = file;
        Name = name;
        int length = Encoding.UTF8.GetByteCount(name);
        _record = new byte[NameOffset + length];
        Magic.CopyTo(_record);
        BinaryPrimitives.WriteInt32LittleEndian(_record.AsSpan(24), length);
        Encoding.UTF8.GetBytes(name, _record.AsSpan(NameOffset));
    }

    public string Name { get; }

    /// <summary>Number of the block to read next, as it was saved last.</summary>
    public long Number => Volatile.Read(ref _number);

    internal string Path { get; private init; } = "";

    private static ReadOnlySpan<byte> Magic => "ICUR"u8;

    /// <summary>
    /// Saves that all blocks before a number are done with: one small write, not synced. It survives the end of the process, but a
    /// power cut only once <see cref="Sync"/> or <see cref="SegmentLog.Sync"/> has returned.
    /// </summary>
    /// <exception cref="IOException">The number saved before may still be there, or this one.</exception>
    public void Save(long number)
    {
        lock (_gate)
        {
            _changed = true;
            Volatile.Write(ref _number, number);
            WriteRecord();
        }
    }

    /// <summary>Makes the last save durable. Saves go on meanwhile.</summary>
    /// <exception cref="IOException">It may not be durable; the next call writes and syncs it again.</exception>
    public void Sync()
    {
        lock (_syncing)
        {
            lock (_gate)
            {
                if (!_changed)
                {
                    return;
                }
                if (!_written)
                {
                    WriteRecord();
                }
                _changed = false;
                _underWay = _last;
            }
            bool done = false;
            try
            {
                _file.Sync();
                done = true;
            }
            finally
            {
                Finish(done);
            }
        }
    }

    /// <summary>A new cursor in an empty file.</summary>
    internal static LogCursor Create(IFile file, string path, string name, long number)
    {
        var cursor = new LogCursor(file, name) { Path = path };
        cursor.Save(number);
        return cursor;
    }

    /// <summary>The cursor that a file holds; null where no record of it is valid.</summary>
    internal static LogCursor? Load(IFile file, string path)
    {
        Span<byte> buffer = stackalloc byte[NameOffset + MaxName];
        LogCursor? found = null;
        for (int place = 0; place < Records; place++)
        {
            ReadOnlySpan<byte> record = buffer[..file.Read(buffer, (long)place * RecordDistance)];
            if (TryReadRecord(record, out long generation, out int nameLength) && (found is null || generation > found._generation))
            {
                found = new LogCursor(file, Encoding.UTF8.GetString(record.Slice(NameOffset, nameLength)))
                {
                    Path = path,
                    _number = BinaryPrimitives.ReadInt64LittleEndian(record[16..]),
                    _generation = generation,
                    _durable = place,
                    _last = place,
                };
            }
        }
        found?.Renew();
        return found;
    }

    internal void Close() => _file.Dispose();

    private static bool TryReadRecord(ReadOnlySpan<byte> record, out long generation, out int nameLength)
    {
        generation = 0;
        nameLength = 0;
        if (record.Length < NameOffset || !record.StartsWith(Magic))
        {
            return false;
        }
        generation = BinaryPrimitives.ReadInt64LittleEndian(record[8..]);
        nameLength = BinaryPrimitives.ReadInt32LittleEndian(record[24..]);
        return nameLength >= 0
            && nameLength <= record.Length - NameOffset
            && BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) == Crc32C.Of(record.Slice(8, NameOffset - 8 + nameLength));
    }

    private static int Other(int one, int two) => one != 0 && two != 0 ? 0 : one != 1 && two != 1 ? 1 : 2;

    // The record may not have reached the disk, even if a sync says so: the last process may have had one fail. The same bytes go to
    // the same place, so a crash in the middle does no harm.
    private void Renew()
    {
        FillRecord();
        _file.Write(_record, (long)_last * RecordDistance);
        _file.Sync();
    }

    private void WriteRecord()
    {
        _generation++;
        _written = false;
        // The place of the last save is left alone until this one is written, or two writes that fail could take everything.
        int place = Other(_durable, _underWay == None ? _last : _underWay);
        FillRecord();
        _file.Write(_record, (long)place * RecordDistance);
        _last = place;
        _written = true;
    }

    private void FillRecord()
    {
        BinaryPrimitives.WriteInt64LittleEndian(_record.AsSpan(8), _generation);
        BinaryPrimitives.WriteInt64LittleEndian(_record.AsSpan(16), _number);
        BinaryPrimitives.WriteUInt32LittleEndian(_record.AsSpan(4), Crc32C.Of(_record.AsSpan(8)));
    }

    // After a failed sync the record under way may be gone from the disk although it still reads well: it is written anew.
    private void Finish(bool done)
    {
        lock (_gate)
        {
            if (done)
            {
                _durable = _underWay;
            }
            else if (!_changed)
            {
                _changed = true;
                _written = false;
            }
            _underWay = None;
        }
    }
}
