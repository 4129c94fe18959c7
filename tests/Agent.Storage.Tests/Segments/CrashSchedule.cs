using Agent.Storage.Segments;
using Agent.Testing;

namespace Agent.Storage.Tests.Segments;

/// <summary>
/// One life after the other of a log on a file system that stops at any operation, with a model of what must be there, what may be
/// there, and what may not. Everything follows from the seed.
/// </summary>
internal sealed class CrashSchedule
{
    private const string Folder = "/queue";
    private static readonly int[] Pieces = [16, 64, 512, 4096];

    private readonly Random _random;
    private readonly MemoryFileSystem _files;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly Dictionary<long, byte[]> _blocks = [];
    private readonly Dictionary<string, CursorModel> _cursors = new(StringComparer.Ordinal);
    private readonly List<(long Number, byte[] Body)> _failed = [];
    private readonly int _faults;
    private SegmentLog _log = null!;
    private SegmentReader _reader = null!;
    private long _lastRead;
    private long _dropped;
    private long _synced;
    private long? _inFlight;

    public CrashSchedule(int seed)
    {
        _random = new Random(seed);
        _faults = seed % 4;
        _files = new MemoryFileSystem(seed) { Piece = Pieces[_random.Next(Pieces.Length)] };
    }

    public int BlocksChecked { get; private set; }

    public void Run()
    {
        Open();
        for (int life = 0; life < 3; life++)
        {
            SetFaults(true);
            _files.OperationsUntilCrash = _random.Next(1, 60);
            try
            {
                for (int step = 0; step < 60; step++)
                {
                    Step();
                }
            }
            catch (MachineStoppedException)
            {
                // As planned.
            }
            CrashAndCheck();
        }
    }

    private void SetFaults(bool on)
    {
        _files.FullChance = on && (_faults & 1) != 0 ? 0.1 : 0;
        _files.FailedCutChance = on && (_faults & 1) != 0 ? 0.5 : 0;
        _files.FailedSyncChance = on && (_faults & 2) != 0 ? 0.2 : 0;
        _files.FailedSyncDropsPages = _faults == 3;
    }

    private void Step()
    {
        try
        {
            switch (_random.Next(20))
            {
                case < 8:
                    Append();
                    break;
                case < 11:
                    Sync();
                    break;
                case < 13:
                    Cursor().Save(_log, _random);
                    break;
                case 13:
                    Cursor().SyncAlone();
                    break;
                case < 16:
                    ReadOne();
                    break;
                case 16:
                    Drop(_random.NextInt64(_log.First, _log.Next + 1));
                    break;
                case 17:
                    DropOldest();
                    break;
                case 18:
                    _files.WriteBack(_random.NextDouble());
                    break;
                default:
                    RemoveCursor();
                    break;
            }
        }
        catch (IOException) when (_faults != 0)
        {
            // The step did not happen, or in part; the model knows which parts are allowed.
        }
    }

    private void Append()
    {
        byte[] body = new byte[_random.Next(10) switch { 0 => 0, < 7 => _random.Next(300), 7 => _random.Next(9000), _ => _random.Next(1500) }];
        _random.NextBytes(body);
        long number = _log.Next;
        Assert.False(_blocks.ContainsKey(number), $"number {number} is given again although its block was read");
        _inFlight = number;
        _blocks[number] = body;
        try
        {
            Assert.Equal(number, _log.Append(BitConverter.GetBytes(number), body));
        }
        catch (IOException)
        {
            _blocks.Remove(number);
            _failed.Add((number, body));
            Assert.Equal(number, _log.Next);
            throw;
        }
        finally
        {
            _inFlight = _files.HasCrashed ? number : null;
        }
    }

    private void Sync()
    {
        long next = _log.Next;
        foreach (CursorModel cursor in _cursors.Values)
        {
            cursor.BeginSync();
        }
        _log.Sync();
        Assert.Equal(next, _log.Synced);
        foreach (CursorModel cursor in _cursors.Values)
        {
            cursor.EndSync();
        }
    }

    private void ReadOne()
    {
        if (_random.Next(8) == 0)
        {
            _reader.Dispose();
            _lastRead = _random.NextInt64(_log.First, _log.Next + 1);
            _reader = _log.OpenReader(_lastRead--);
        }
        if (_random.Next(4) == 0 && _reader.TryPeekMetadata(out long number, out ReadOnlyMemory<byte> metadata))
        {
            Assert.Equal(number, BitConverter.ToInt64(metadata.Span));
            _reader.Skip();
            Assert.True(number > _lastRead, $"block {number} after {_lastRead}");
            _lastRead = number;
            return;
        }
        if (_reader.TryRead(out SegmentBlock block))
        {
            Check(block);
        }
        else
        {
            Assert.True(_reader.Number <= _log.Next, $"the next block is {_log.Next}, not {_reader.Number}");
        }
    }

    private void Check(SegmentBlock block)
    {
        Assert.True(block.Number > _lastRead, $"block {block.Number} after {_lastRead}");
        _lastRead = block.Number;
        Assert.True(_blocks.TryGetValue(block.Number, out byte[]? body), $"block {block.Number} was never appended, or was lost before");
        if (!block.Body.Span.SequenceEqual(body))
        {
            // README.md, rule 5: an attempt that failed, of which the disk kept the start, and the retry, of which it got the end.
            Assert.True(block.Number >= _synced && _failed.Exists(failed => failed.Number == block.Number && failed.Body.AsSpan().SequenceEqual(block.Body.Span)), $"block {block.Number} is another one");
            _blocks[block.Number] = block.Body.ToArray();
        }
        Assert.Equal(block.Number, BitConverter.ToInt64(block.Metadata.Span));
        BlocksChecked++;
        block.Return();
    }

    private void Drop(long number)
    {
        _dropped = Math.Max(_dropped, number);
        _log.DropBefore(number);
    }

    private void DropOldest()
    {
        if (_random.Next(3) == 0)
        {
            long dropped = _dropped;
            try
            {
                // Before the call: the machine may stop after the deletion.
                _dropped = _log.Next;
                BlockRange range = _log.DropOldestSegment();
                Assert.True(range.IsEmpty || _log.First >= range.To);
                dropped = Math.Max(dropped, range.To);
            }
            finally
            {
                _dropped = _files.HasCrashed ? _dropped : dropped;
            }
        }
    }

    private CursorModel Cursor()
    {
        string name = $"endpoint {_random.Next(3)}";
        if (!_cursors.TryGetValue(name, out CursorModel? cursor))
        {
            _cursors.Add(name, cursor = new CursorModel(name));
        }
        return cursor;
    }

    private void RemoveCursor()
    {
        if (_random.Next(4) == 0 && _cursors.TryGetValue("endpoint 0", out CursorModel? cursor))
        {
            cursor.Remove(_log);
            _cursors.Remove(cursor.Name);
        }
    }

    private void CrashAndCheck()
    {
        bool power = _random.Next(4) != 0;
        long synced = _synced = _log.Synced;
        long next = _log.Next;
        if (power)
        {
            _files.CutPower();
        }
        else
        {
            _files.Kill();
        }
        SetFaults(false);
        power |= Open();
        Assert.True(_log.Next >= synced, $"the number {_log.Next} is given again although {synced} was synced");
        long mustBe = power || _files.FailedSyncDropsPages ? synced : next;
        CheckBlocks(mustBe);
        foreach ((string name, CursorModel cursor) in _cursors.ToList())
        {
            long? found = _log.LoadCursors().TryGetValue(name, out long number) ? number : null;
            cursor.CheckAfter(power || _files.FailedSyncDropsPages, found);
            Assert.True(_log.Next >= (found ?? 0));
            if (found is null)
            {
                _cursors.Remove(name);
            }
        }
        Assert.All(_log.LoadCursors().Keys, name => Assert.True(_cursors.ContainsKey(name), $"{name} came back"));
    }

    private void CheckBlocks(long mustBe)
    {
        HashSet<long> found = [];
        _lastRead = -1;
        while (_reader.TryRead(out SegmentBlock block))
        {
            Check(block);
            found.Add(block.Number);
        }
        foreach (long number in _blocks.Keys.ToList())
        {
            if (found.Contains(number))
            {
                continue;
            }
            Assert.False(number >= _dropped && number < mustBe && number != _inFlight, $"block {number} is gone; {mustBe} was promised, {_dropped} dropped");
            // Gone for good: if anything of it ever turns up again, that is an error.
            _blocks.Remove(number);
        }
        _inFlight = null;
    }

    // Recovery may be cut short as well, any number of times. True where the power was cut.
    private bool Open()
    {
        bool power = false;
        while (true)
        {
            _files.OperationsUntilCrash = _random.Next(3) == 0 ? _random.Next(4) : -1;
            try
            {
                var options = new SegmentLogOptions { SegmentBytes = 1 << _random.Next(9, 14), MaxBytes = 1 << 20 };
                _log = SegmentLog.Open(_files, Folder, options, _time);
                _files.OperationsUntilCrash = -1;
                _reader = _log.OpenReader(0);
                _lastRead = -1;
                return power;
            }
            catch (MachineStoppedException)
            {
                if (_random.Next(2) == 0)
                {
                    _files.Kill();
                }
                else
                {
                    _files.CutPower();
                    power = true;
                }
            }
        }
    }
}
