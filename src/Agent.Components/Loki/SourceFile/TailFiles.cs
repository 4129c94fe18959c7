using System.Diagnostics.CodeAnalysis;
using Agent.Components.Common.Files;
using Agent.Components.Loki.SourceFile.Rotation;
using Agent.Storage;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceFile;

/// <summary>What stands at a tail's path and what stood there before: opens, rotates, truncates, parks and closes.</summary>
/// <remarks>Only <see cref="State"/>, <see cref="Lag"/> and <see cref="IsRetired"/> may be read outside of the tail's turn.</remarks>
internal sealed partial class TailFiles : IDisposable
{
    private static readonly TimeSpan ParkAfter = TimeSpan.FromMinutes(5);

    private readonly FileTail _tail;
    private readonly TailServices _services;
    private readonly bool _wasThereAtStart;
    private readonly OpenFiles _files;
    private readonly TailPace _pace;
    private readonly FileOpener _opener;
    private readonly RotationSearch _search;
    private readonly ILogger _logger;
    private volatile bool _isRetired;
    private ParkedFile? _parked;
    private string? _watchedTarget;
    private bool _isWatched;
    private bool _hasGrown;
    private bool _hasRead;
    private bool _hasFailed;
    private DateTimeOffset _searched;
    private bool _isRetiring;
    private bool _wasMissing;
    private bool _wasReported;

    public TailFiles(FileTail tail, TailServices services, bool wasThereAtStart)
    {
        _tail = tail;
        _services = services;
        _wasThereAtStart = wasThereAtStart;
        _files = new OpenFiles(services, OnClosed);
        _pace = new TailPace(services.Time);
        _opener = new FileOpener(services);
        _search = new RotationSearch(services);
        _logger = services.Logger;
    }

    /// <summary>True once a turn has found that the target is gone and nothing is open any more.</summary>
    public bool IsRetired => _isRetired;

    public TailLag Lag { get; } = new();

    public TailState State
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    } = new();

    private string? Problem { get; set; }

    private long ProblemSince { get; set; }

    private PositionRequest Request => new(_tail.Path, _tail.Target.Key, _tail.Options)
    {
        AnyLabels = _tail.IsAloneOnPath,
        WasThereAtStart = _wasThereAtStart && !_hasRead,
        IsNew = _hasRead || _wasMissing,
    };

    /// <summary>Finds out what became of the path and of the open files.</summary>
    public void BeginTurn()
    {
        _hasGrown = false;
        _wasReported = _tail.WasReported;
        _tail.WasReported = false;
        Try(CheckPath);
        Try(RefreshAll);
    }

    /// <summary>Reads the next block of the oldest file that has one.</summary>
    public bool TryRead(BlockReader reader, LabelSet labels, long timestamp, [NotNullWhen(true)] out OpenFile? file, out long start)
    {
        start = 0;
        file = null;
        try
        {
            while ((file = _files.Next()) is not null)
            {
                BlockResult result = reader.Read(file, labels, timestamp);
                file.IsAtEnd = result.IsAtEnd;
                start = result.Start;
                _hasFailed = false;
                if (file.IsAtEnd)
                {
                    file.Lag.EndAt(file.Offset);
                }
                if (file.Offset != start)
                {
                    return true;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _hasFailed = true;
            Fail(exception.Message);
        }
        return false;
    }

    /// <summary>Decides when to look again.</summary>
    public void EndTurn()
    {
        ParkIdle();
        TailOptions options = _tail.Options;
        bool isInTransition = Problem is not null || _search.IsToRepeat || _files.IsInTransition;
        long due = _pace.Next(options, new TurnResult(_hasGrown, _wasReported, _isWatched)
        {
            IsInTransition = isInTransition,
            HasLeft = _files.HasLeft,
            IsLinked = _watchedTarget is not null,
        });
        if (_opener.OpenAt > _services.Time.GetTimestamp())
        {
            due = Math.Min(due, _opener.OpenAt);
        }
        OpenFile? newest = _files.Newest;
        State = State with
        {
            Problem = Problem,
            ProblemSince = ProblemSince,
            HasRead = _hasRead,
            IsPolled = _pace.IsPolled,
            DueAt = due,
            ReadOffset = newest?.Offset ?? State.ReadOffset,
            DeliveredOffset = newest?.Delivered.Offset ?? State.DeliveredOffset,
            Size = newest?.Stat.Size ?? State.Size,
            OpenFiles = _files.Count,
            IsParked = _parked is not null,
        };
        _isRetired = _tail.IsRetiring && _files.Count == 0;
    }

    public void Dispose()
    {
        _files.CloseAll();
        Unpark();
        _services.Wakeups.Unwatch(_tail, _tail.Path);
        Unwatch();
    }

    private void Try(Action check)
    {
        try
        {
            check();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(exception.Message);
        }
    }

    private void CheckPath()
    {
        bool isThere = FileStat.TryGet(_tail.Path, out FileStat stat, out string error);
        OpenFile? known = isThere ? _files.Find(stat.Identity) : null;
        _files.MarkLeft(known);
        if (_tail.IsRetiring)
        {
            Retire(known, isThere);
            return;
        }
        _isWatched = _services.Wakeups.Watch(_tail, _tail.Path);
        if (!isThere)
        {
            _wasMissing = true;
            SearchMissing();
            Fail(error);
        }
        else if (known is not null)
        {
            Reconfigure(known);
            Problem = _hasFailed ? Problem : null;
            SearchAgain(known);
        }
        else if (_parked?.IsUnchanged(stat) == true || _services.Positions.IsReadElsewhere(stat.Identity, Request))
        {
            Problem = null;
        }
        else if (_opener.IsToWait(stat, _tail.Options))
        {
            Problem = _opener.IsLeftAlone(stat) ? Problem : null;
        }
        else
        {
            Open();
        }
    }

    // What still stands at the path can be read by whoever wants it later; what left it can not.
    private void Retire(OpenFile? current, bool isThere)
    {
        Problem = null;
        if (!_isRetiring && !isThere)
        {
            SearchMissing();
        }
        _isRetiring = true;
        if (current is not null)
        {
            _files.Close(_files.IndexOf(current));
        }
        Unpark();
        _files.FinishAll();
    }

    private void Reconfigure(OpenFile file)
    {
        TailOptions options = _tail.Options;
        if (file.Options.Compression != options.Compression)
        {
            _files.Close(_files.IndexOf(file));
            Open();
        }
        else if (file.Options.ReadsOtherwiseThan(options))
        {
            file.Reconfigure(options);
        }
        for (int i = 0; i < _files.Count; i++)
        {
            _files[i].Delivered.Labels = _tail.Target.Key;
        }
    }

    private void Open()
    {
        List<PathPosition> before = _services.Positions.OfPath(Request);
        PositionRequest request = Request;
        // Something stood at the path that was read: what stands there now came later.
        request = request with { IsNew = request.IsNew || before.Count > 0 };
        OpenFile? newest = _files.Newest;
        OpenedFile opened = _opener.Open(request, newest);
        if (opened.IsContinued)
        {
            _files.Close(_files.Count - 1);
        }
        if (opened.File is not { } file)
        {
            Fail(FileOpener.DamagedPosition);
            return;
        }
        bool isReturn = _parked is { } parked && parked.Stat.Identity == file.Identity && (opened.IsKnown || parked.Stat.Size == 0);
        string path = file.RealPath() ?? _tail.Path;
        if (!opened.IsContinued && !isReturn)
        {
            Search(new RotationScope(path, before) { Live = file.Identity, IsLiveKnown = opened.IsKnown }, _files.Count);
        }
        if (_hasRead && !isReturn)
        {
            _services.Metrics.Rotations.Increment();
        }
        Unpark();
        Add(_files.Count, file);
        Unwatch();
        if (path != _tail.Path)
        {
            _watchedTarget = path;
            _isWatched &= _services.Wakeups.Watch(_tail, path);
        }
    }

    private void Add(int index, OpenFile file)
    {
        file.Delivered.Labels = _tail.Target.Key;
        _files.Insert(index, file);
        Lag.Add(file.Lag);
        _hasRead = true;
        Problem = null;
    }

    // Files may have been rotated away before anybody looked, or more than one since.
    private void Search(RotationScope scope, int index)
    {
        scope = scope with
        {
            Since = _files.Newest?.Stat.Modified ?? _parked?.Stat.Modified ?? LastSeen(scope.Known),
            Left = _parked?.Stat.Identity,
        };
        foreach (OpenFile file in _search.Run(Request, scope))
        {
            Add(index++, file);
        }
    }

    // Nothing stands at the path: what was rotated away from it is read meanwhile.
    private void SearchMissing()
    {
        string path = _watchedTarget ?? _tail.Path;
        bool isThere = FileStat.TryGet(Path.GetDirectoryName(path) ?? "/", out FileStat folder, out _);
        if (!isThere || (folder.Modified == _searched && _parked is null && !_search.IsToRepeat && !_tail.IsRetiring))
        {
            return;
        }
        _searched = folder.Modified;
        Search(new RotationScope(path, _services.Positions.OfPath(Request)), _files.Count);
        Unpark();
    }

    private void SearchAgain(OpenFile live)
    {
        if (_search.IsToRepeat)
        {
            var scope = new RotationScope(live.RealPath() ?? _tail.Path, _services.Positions.OfPath(Request)) { Live = live.Identity, IsLiveKnown = true };
            Search(scope, _files.IndexOf(live));
        }
    }

    private void RefreshAll()
    {
        for (int i = _files.Count - 1; i >= 0; i--)
        {
            int count = _files.Count;
            Refresh(_files[i], i);
            for (int found = _files.Count - count; found > 0; found--)
            {
                Refresh(_files[i + found - 1], i + found - 1);
            }
        }
    }

    private void Refresh(OpenFile file, int index)
    {
        if (file.IsCompressed || !file.TryStat(out FileStat stat))
        {
            return;
        }
        if (stat.Size == file.Stat.Size && stat.Modified == file.Stat.Modified)
        {
            _files.FinishQuiet(file, stat);
            return;
        }
        Span<byte> buffer = stackalloc byte[FileFingerprint.Size];
        ReadOnlySpan<byte> start = file.Start(buffer);
        FileFingerprint fingerprint = file.Delivered.Fingerprint;
        if (stat.Size < file.Offset || !fingerprint.Matches(start))
        {
            Truncate(file, index, stat, FileFingerprint.Of(start));
        }
        else if (!fingerprint.IsFull && start.Length > fingerprint.Length)
        {
            file.Delivered.Fingerprint = FileFingerprint.Of(start);
        }
        _hasGrown |= file.Stat.Size >= 0;
        file.Stat = stat;
        file.LastGrowth = _services.Time.GetTimestamp();
        file.IsAtEnd = false;
        file.Lag.Grow(stat.Size, file.LastGrowth);
    }

    private void Truncate(OpenFile file, int index, in FileStat stat, FileFingerprint fingerprint)
    {
        LogTruncated(_tail.Path, file.Offset, stat.Size);
        _services.Metrics.Truncations.Increment();
        int count = _files.Count;
        if (file.LeftAt == 0)
        {
            // What was not read yet may be in a copy that was made before.
            Search(new RotationScope(file.RealPath() ?? _tail.Path, _services.Positions.OfPath(Request)) { Live = file.Identity }, index);
        }
        if (_files.Count == count)
        {
            _services.Metrics.BytesTruncated.Add(Math.Max(0, file.Stat.Size - file.Offset));
        }
        file.Restart(_services.Positions.Track(file.Identity, fingerprint, Request, 0));
    }

    private void ParkIdle()
    {
        if (_files.Count != 1 || _files[0] is not { LeftAt: 0, IsAtEnd: true, IsSkipping: false, IsCompressed: false } file
            || file.Delivered.Offset != file.Offset || !file.Delivered.IsSettled
            || _services.Time.GetElapsedTime(file.LastGrowth) < ParkAfter)
        {
            return;
        }
        var parked = new ParkedFile(file.Stat);
        _files.Close(0);
        _parked = parked;
        _services.Metrics.FilesActive.Add(1);
    }

    private void Unpark()
    {
        if (_parked is not null)
        {
            _parked = null;
            _services.Metrics.FilesActive.Add(-1);
        }
    }

    private void OnClosed(OpenFile file)
    {
        if (file.Content.Failure is { } failure)
        {
            Fail($"cannot decompress: {failure}");
        }
        if (file.IsCompressed && _tail.Options.Compression is not null)
        {
            _opener.Finish(_tail.Path, file);
        }
    }

    private static DateTimeOffset LastSeen(List<PathPosition> known) =>
        DateTimeOffset.FromUnixTimeSeconds(known.Count == 0 ? 0 : known.Max(static position => position.Entry.Seen));

    private void Unwatch()
    {
        if (_watchedTarget is not null)
        {
            _services.Wakeups.Unwatch(_tail, _watchedTarget);
            _watchedTarget = null;
        }
    }

    private void Fail(string cause)
    {
        if (Problem is null)
        {
            ProblemSince = _services.Time.GetTimestamp();
            LogFailed(_tail.Path, cause);
        }
        if (Problem != cause)
        {
            _services.Metrics.Errors.Increment();
            State = State with { LastError = cause, LastErrorAt = _services.Time.GetUtcNow() };
        }
        Problem = cause;
    }

    [LoggerMessage(LogLevel.Warning, "{Path} was truncated: read up to {Offset}, now {Size} bytes long; reading it from its start")]
    private partial void LogTruncated(string path, long offset, long size);

    [LoggerMessage(LogLevel.Warning, "cannot read {Path}, will try again: {Cause}")]
    private partial void LogFailed(string path, string cause);
}
