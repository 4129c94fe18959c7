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
    private readonly FileTail _tail;
    private readonly TailServices _services;
    private readonly OpenFiles _files;
    private readonly TailPace _pace;
    private readonly TailProblem _problem;
    private readonly TailWatch _watch;
    private readonly TailPath _path;
    private readonly ILogger _logger;
    private volatile bool _isRetired;
    private bool _hasGrown;
    private bool _wasReported;

    public TailFiles(FileTail tail, TailServices services, bool wasThereAtStart)
    {
        _tail = tail;
        _services = services;
        _logger = services.Logger;
        _pace = new TailPace(services.Time);
        _problem = new TailProblem(services, tail.Path);
        _watch = new TailWatch(tail, services.Wakeups);
        _files = new OpenFiles(services, file => _path!.OnClosed(file));
        _path = new TailPath(tail, services, new TailParts(_files, _watch, _problem, Lag), wasThereAtStart);
    }

    /// <summary>True once a turn has found that the target is gone and nothing is open any more.</summary>
    public bool IsRetired => _isRetired;

    public TailLag Lag { get; } = new();

    public TailState State
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    } = new();

    /// <summary>Finds out what became of the path and of the open files.</summary>
    public void BeginTurn()
    {
        _hasGrown = false;
        _wasReported = _tail.WasReported;
        _tail.WasReported = false;
        Try(_path.Check);
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
                _problem.ReadingWentWell();
                if (file.IsAtEnd)
                {
                    file.Lag.EndAt(file.Offset);
                }
                if (file.Offset != start)
                {
                    Cover(file);
                    return true;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _problem.FailReading(exception.Message);
        }
        return false;
    }

    /// <summary>Decides when to look again.</summary>
    public void EndTurn()
    {
        _path.ParkIdle();
        TailOptions options = _tail.Options;
        bool isInTransition = _problem.Cause is not null || _files.IsInTransition;
        long due = _pace.Next(options, new TurnResult(_hasGrown, _wasReported, _watch.IsWatched)
        {
            IsInTransition = isInTransition,
            HasLeft = _files.HasLeft,
            IsLinked = _watch.IsLinked,
        });
        if (_path.OpenAt > _services.Time.GetTimestamp())
        {
            due = Math.Min(due, _path.OpenAt);
        }
        OpenFile? newest = _files.Newest;
        State = State with
        {
            Problem = _problem.Cause,
            ProblemSince = _problem.Since,
            LastError = _problem.LastError,
            LastErrorAt = _problem.LastErrorAt,
            LastLineAt = _hasGrown ? _services.Time.GetUtcNow() : State.LastLineAt,
            HasRead = _path.HasRead,
            IsPolled = _pace.IsPolled,
            DueAt = due,
            ReadOffset = newest?.Offset ?? State.ReadOffset,
            DeliveredOffset = newest?.Delivered.Offset ?? State.DeliveredOffset,
            Size = newest?.Stat.Size ?? State.Size,
            OpenFiles = _files.Count,
            IsParked = _path.IsParked,
        };
        _isRetired = _tail.IsRetiring && _files.Count == 0;
    }

    public void Dispose()
    {
        _files.CloseAll();
        _path.Unpark();
        _watch.End();
    }

    private void Try(Action check)
    {
        try
        {
            check();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _problem.Fail(exception.Message);
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

    // A file may grow between a look at it and reading it: what is known of it must cover what is delivered.
    private static void Cover(OpenFile file)
    {
        FileFingerprint fingerprint = file.Delivered.Fingerprint;
        if (!fingerprint.IsFull && file.Offset > fingerprint.Length && !file.IsCompressed)
        {
            Span<byte> buffer = stackalloc byte[FileFingerprint.Size];
            file.Delivered.Fingerprint = FileFingerprint.Of(file.Start(buffer));
        }
    }

    private void Truncate(OpenFile file, int index, in FileStat stat, FileFingerprint fingerprint)
    {
        LogTruncated(_tail.Path, file.Offset, stat.Size);
        _services.Metrics.Truncations.Increment();
        int count = _files.Count;
        if (file.LeftAt == 0)
        {
            // What was not read yet may be in a copy that was made before.
            _path.Search(new RotationScope(_path.PlaceOf(file), _services.Positions.OfPath(_path.Request)) { Live = file.Identity }, index);
        }
        if (_files.Count == count)
        {
            _services.Metrics.BytesTruncated.Add(Math.Max(0, file.Stat.Size - file.Offset));
        }
        file.Restart(_services.Positions.Track(file.Identity, fingerprint, _path.Request, 0));
    }

    [LoggerMessage(LogLevel.Warning, "{Path} was truncated: read up to {Offset}, now {Size} bytes long; reading it from its start")]
    private partial void LogTruncated(string path, long offset, long size);
}
