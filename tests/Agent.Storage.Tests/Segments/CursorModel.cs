using Agent.Storage.Segments;

namespace Agent.Storage.Tests.Segments;

/// <summary>What one cursor may say after a crash.</summary>
internal sealed class CursorModel(string name)
{
    // Null: there may be no such cursor.
    private readonly HashSet<long?> _allowed = [null];

    // Saves since the last one that worked: a sync may have written the number of one that failed.
    private readonly HashSet<long?> _tried = [];
    private LogCursor? _cursor;
    private long? _saved;
    private long? _syncing;
    private bool _removing;

    public string Name { get; } = name;

    public void Save(SegmentLog log, Random random)
    {
        if (_removing)
        {
            return;
        }
        if (_cursor is null)
        {
            _tried.Add(log.First);
            _allowed.Add(log.First);
            _cursor = log.OpenCursor(Name, log.First);
            _saved = _cursor.Number;
        }
        long number = random.NextInt64(_saved!.Value, Math.Max(log.Next, _saved.Value) + 1);
        _tried.Add(number);
        _allowed.Add(number);
        _cursor.Save(number);
        _saved = number;
        _tried.Clear();
    }

    public void BeginSync() => _syncing = _cursor?.Number;

    public void EndSync()
    {
        if (_syncing is { } number)
        {
            _allowed.Clear();
            _allowed.Add(number);
        }
    }

    public void SyncAlone()
    {
        if (_cursor is not null && !_allowed.Contains(null))
        {
            BeginSync();
            _cursor.Sync();
            EndSync();
        }
    }

    public void Remove(SegmentLog log)
    {
        _removing = true;
        _cursor = null;
        log.RemoveCursor(Name);
    }

    public void CheckAfter(bool power, long? found)
    {
        if (power || _removing)
        {
            Assert.True(_allowed.Contains(found) || (_removing && found is null), $"{Name} is {found}, not one of {string.Join(' ', _allowed)}");
        }
        else if (_saved is not null)
        {
            Assert.True(found == _saved || _tried.Contains(found), $"{Name} is {found}, not {_saved}");
        }
        _allowed.Clear();
        _allowed.Add(found);
        _cursor = null;
        _saved = found;
        _tried.Clear();
        _removing = false;
    }
}
