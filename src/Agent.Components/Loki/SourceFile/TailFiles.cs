using System.Diagnostics.CodeAnalysis;
using Agent.Components.Common.Files;
using Agent.Storage;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceFile;

/// <summary>The files of one tail, oldest first: those that left the path and may still grow, then the one that stands there.</summary>
/// <remarks>Only <see cref="State"/> and <see cref="IsRetired"/> may be read outside of the tail's turn.</remarks>
internal sealed partial class TailFiles(FileTail tail, TailServices services, bool wasThereAtStart) : IDisposable
{
    // How long a file that left the path is kept open without growing: writers go on for a moment after a rotation. Deleted
    // files hold disk space, so they go first; a file that only got another name may be written to for long.
    private static readonly TimeSpan KeepDeleted = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepReplaced = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepRenamed = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Rescan = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);

    private readonly List<OpenFile> _files = [];
    private readonly PollPace _pace = new();
    private readonly FileOpener _opener = new(services);
    private readonly ILogger _logger = services.Logger;
    private volatile bool _isRetired;
    private string? _watchedTarget;
    private bool _isWatched;
    private bool _hasGrown;
    private bool _hasRead;
    private bool _hasFailed;
    private bool _wasMissing;
    private bool _wasReported;

    /// <summary>True once a turn has found that the target is gone and nothing is open any more.</summary>
    public bool IsRetired => _isRetired;

    public TailState State
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    } = new(null, 0, false, false, 0, 0, 0, 0, 0);

    private string? Problem { get; set; }

    private long ProblemSince { get; set; }

    private PositionRequest Request => new(tail.Path, tail.Target.Key, tail.Options)
    {
        AnyLabels = tail.IsAloneOnPath,
        WasThereAtStart = wasThereAtStart && !_hasRead,
        IsNew = _hasRead || _wasMissing,
    };

    /// <summary>Finds out what became of the path and of the open files.</summary>
    public void BeginTurn()
    {
        _hasGrown = false;
        _wasReported = tail.WasReported;
        tail.WasReported = false;
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
            while ((file = NextFile()) is not null)
            {
                BlockResult result = reader.Read(file, labels, timestamp);
                file.IsAtEnd = result.IsAtEnd;
                start = result.Start;
                _hasFailed = false;
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
        TailOptions options = tail.Options;
        TimeSpan poll = _pace.Next(options, _hasGrown, _wasReported, _isWatched);
        TimeSpan wait = options.LongestPoll > Rescan ? options.LongestPoll : Rescan;
        if (Problem is not null || _files.Exists(static file => file.LeftAt != 0))
        {
            wait = SoonAgain;
        }
        if (_pace.IsPolled && options.Compression is null && poll < wait)
        {
            wait = poll;
        }
        long now = services.Time.GetTimestamp();
        long due = now + Ticks(wait);
        if (_opener.OpenAt > now)
        {
            due = Math.Min(due, _opener.OpenAt);
        }
        OpenFile? newest = _files.Count > 0 ? _files[^1] : null;
        State = new TailState(
            Problem, ProblemSince, _hasRead, _pace.IsPolled, due, newest?.Offset ?? State.ReadOffset,
            newest?.Delivered.Offset ?? State.DeliveredOffset, newest?.Stat.Size ?? State.Size, _files.Count);
        _isRetired = tail.IsRetiring && _files.Count == 0;
    }

    public void Dispose()
    {
        while (_files.Count > 0)
        {
            Close(_files.Count - 1);
        }
        services.Wakeups.Unwatch(tail, tail.Path);
        Unwatch();
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * services.Time.TimestampFrequency);

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

    private void RefreshAll()
    {
        foreach (OpenFile file in _files)
        {
            Refresh(file);
        }
    }

    private void CheckPath()
    {
        bool isThere = FileStat.TryGet(tail.Path, out FileStat stat, out string error);
        OpenFile? known = isThere ? _files.Find(file => file.Identity == stat.Identity) : null;
        foreach (OpenFile file in _files)
        {
            file.LeftAt = file == known ? 0 : file.LeftAt != 0 ? file.LeftAt : services.Time.GetTimestamp();
        }
        if (tail.IsRetiring)
        {
            Retire(known);
            return;
        }
        _isWatched = services.Wakeups.Watch(tail, tail.Path);
        if (!isThere)
        {
            _wasMissing = true;
            Fail(error);
        }
        else if (known is not null)
        {
            Reconfigure(known);
            Problem = _hasFailed ? Problem : null;
        }
        else if (_opener.IsToWait(stat, tail.Options))
        {
            Problem = _opener.IsLeftAlone(stat) ? Problem : null;
        }
        else
        {
            Open();
        }
    }

    // What still stands at the path can be read by whoever wants it later; what left it can not.
    private void Retire(OpenFile? current)
    {
        Problem = null;
        if (current is not null)
        {
            Close(_files.IndexOf(current));
        }
        foreach (OpenFile file in _files)
        {
            file.IsFinishing = true;
            file.IsAtEnd = false;
        }
    }

    private void Reconfigure(OpenFile file)
    {
        TailOptions options = tail.Options;
        if (file.Options.Compression != options.Compression)
        {
            Close(_files.IndexOf(file));
            Open();
        }
        else if (file.Options.ReadsOtherwiseThan(options))
        {
            file.Reconfigure(options);
        }
        foreach (OpenFile open in _files)
        {
            open.Delivered.Labels = tail.Target.Key;
        }
    }

    private void Open()
    {
        OpenFile? newest = _files.Count > 0 ? _files[^1] : null;
        OpenFile? file = _opener.Open(Request, newest, out bool isContinued);
        if (isContinued)
        {
            Close(_files.Count - 1);
        }
        if (file is not null)
        {
            Add(file);
        }
        else
        {
            Fail(FileOpener.DamagedPosition);
        }
    }

    private void Add(OpenFile file)
    {
        if (_hasRead)
        {
            services.Metrics.Rotations.Increment();
        }
        _files.Add(file);
        _hasRead = true;
        Problem = null;
        services.Metrics.FilesActive.Add(1);
        Unwatch();
        if (file.RealPath() is { } real && real != tail.Path)
        {
            _watchedTarget = real;
            _isWatched &= services.Wakeups.Watch(tail, real);
        }
    }

    private void Refresh(OpenFile file)
    {
        if (file.IsCompressed || !file.TryStat(out FileStat stat))
        {
            return;
        }
        long now = services.Time.GetTimestamp();
        if (stat.Size == file.Stat.Size && stat.Modified == file.Stat.Modified)
        {
            FinishQuiet(file, stat, now);
            return;
        }
        Span<byte> buffer = stackalloc byte[FileFingerprint.Size];
        ReadOnlySpan<byte> start = file.Start(buffer);
        FileFingerprint fingerprint = file.Delivered.Fingerprint;
        if (stat.Size < file.Offset || !fingerprint.Matches(start))
        {
            LogTruncated(tail.Path, file.Offset, stat.Size);
            services.Metrics.Truncations.Increment();
            services.Metrics.BytesTruncated.Add(Math.Max(0, file.Stat.Size - file.Offset));
            file.Restart(services.Positions.Track(file.Identity, FileFingerprint.Of(start), Request, 0));
        }
        else if (!fingerprint.IsFull && start.Length > fingerprint.Length)
        {
            file.Delivered.Fingerprint = FileFingerprint.Of(start);
        }
        _hasGrown |= file.Stat.Size >= 0;
        file.Stat = stat;
        file.LastGrowth = now;
        file.IsAtEnd = false;
    }

    private void FinishQuiet(OpenFile file, in FileStat stat, long now)
    {
        if (file.LeftAt == 0 || !file.IsAtEnd || file.IsFinishing)
        {
            return;
        }
        TimeSpan keep = stat.Links == 0 ? KeepDeleted : _files[^1] != file ? KeepReplaced : KeepRenamed;
        if (services.Time.GetElapsedTime(Math.Max(file.LeftAt, file.LastGrowth), now) >= keep)
        {
            file.IsFinishing = true;
            file.IsAtEnd = false;
        }
    }

    private OpenFile? NextFile()
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
            else
            {
                i++;
            }
        }
        return null;
    }

    private void Close(int index)
    {
        OpenFile file = _files[index];
        _files.RemoveAt(index);
        if (file.Content.Failure is { } failure)
        {
            Fail($"cannot decompress: {failure}");
        }
        if (file.IsCompressed)
        {
            _opener.Finish(tail.Path, file);
        }
        file.Dispose();
        services.Positions.Update(file.Delivered);
        services.Metrics.FilesActive.Add(-1);
    }

    private void Unwatch()
    {
        if (_watchedTarget is not null)
        {
            services.Wakeups.Unwatch(tail, _watchedTarget);
            _watchedTarget = null;
        }
    }

    private void Fail(string cause)
    {
        if (Problem is null)
        {
            ProblemSince = services.Time.GetTimestamp();
            LogFailed(tail.Path, cause);
        }
        Problem = cause;
    }

    [LoggerMessage(LogLevel.Warning, "{Path} was truncated: read up to {Offset}, now {Size} bytes long; reading it from its start")]
    private partial void LogTruncated(string path, long offset, long size);

    [LoggerMessage(LogLevel.Warning, "cannot read {Path}, will try again: {Cause}")]
    private partial void LogFailed(string path, string cause);
}
