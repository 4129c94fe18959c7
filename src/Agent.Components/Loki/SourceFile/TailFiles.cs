using System.Diagnostics.CodeAnalysis;
using Agent.Components.Common.Files;
using Agent.Storage;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

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
    private readonly ILogger _logger = services.Logger;
    private volatile bool _isRetired;
    private FileStat? _finished;
    private FileIdentity _leftAlone;
    private (FileIdentity Identity, long OpenAt)? _delayed;
    private string? _watchedTarget;
    private TimeSpan _poll;
    private bool _isWatched;
    private bool _isSilent;
    private bool _hasGrown;
    private bool _hasRead;
    private bool _hasFailed;
    private bool _wasReported;
    private int _unreported;

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
        IsRotation = _hasRead,
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
        // Growth that nobody reported, twice in a row: a file system without events, such as NFS.
        _unreported = _wasReported ? 0 : _hasGrown && _isWatched ? _unreported + 1 : _unreported;
        _isSilent |= _unreported > 2;
        bool isPolled = !_isWatched || _isSilent;
        _poll = _hasGrown || _poll == TimeSpan.Zero ? options.ShortestPoll : Min(_poll * 2, options.LongestPoll);
        TimeSpan wait = options.LongestPoll > Rescan ? options.LongestPoll : Rescan;
        if (Problem is not null || _files.Exists(static file => file.LeftAt != 0))
        {
            wait = SoonAgain;
        }
        if (isPolled && tail.Options.Compression is null)
        {
            wait = Min(wait, _poll);
        }
        long now = services.Time.GetTimestamp();
        long due = now + Ticks(wait);
        if (_delayed is { } delayed && delayed.OpenAt > now)
        {
            due = Math.Min(due, delayed.OpenAt);
        }
        OpenFile? newest = _files.Count > 0 ? _files[^1] : null;
        State = new TailState(
            Problem, ProblemSince, _hasRead, isPolled, due, newest?.Offset ?? State.ReadOffset,
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

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

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
            Fail(error);
        }
        else if (known is not null)
        {
            Reconfigure(known);
            Problem = _hasFailed ? Problem : null;
        }
        else if (stat.Identity == _leftAlone || IsFinished(stat) || IsDelayed(stat))
        {
            Problem = stat.Identity == _leftAlone ? Problem : null;
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

    private bool IsFinished(in FileStat stat) =>
        _finished is { } finished && finished.Identity == stat.Identity && finished.Size == stat.Size && finished.Modified == stat.Modified;

    private bool IsDelayed(in FileStat stat)
    {
        TailOptions options = tail.Options;
        if (options.Compression is null || options.InitialDelay <= TimeSpan.Zero)
        {
            return false;
        }
        if (_delayed is not { } delayed || delayed.Identity != stat.Identity)
        {
            _delayed = delayed = (stat.Identity, services.Time.GetTimestamp() + Ticks(options.InitialDelay));
        }
        return services.Time.GetTimestamp() < delayed.OpenAt;
    }

    private void Open()
    {
        SafeFileHandle handle = OpenFile.OpenHandle(tail.Path, out FileStat stat);
        OpenFile? file = null;
        try
        {
            Span<byte> buffer = stackalloc byte[FileFingerprint.Size];
            ReadOnlySpan<byte> start = OpenFile.StartOf(handle, buffer);
            PositionRequest request = Request;
            StartPoint point = ReplacedInPlace(stat, start) ?? services.Positions.Find(stat, start, request);
            LogStart(tail.Path, point.Kind, point.Offset, point.Reason);
            if (point.Kind == StartKind.Nowhere)
            {
                services.Positions.MarkUnreadable(stat.Identity, request);
                _leftAlone = stat.Identity;
                Fail(point.Reason);
                return;
            }
            file = OpenFile.Create(handle, stat, tail.Options, point.Offset);
            if (point.Kind == StartKind.End && stat.Size > 0)
            {
                file.MoveToEnd(stat.Size);
            }
            file.Delivered = services.Positions.Track(stat.Identity, FileFingerprint.Of(start), request, file.Offset);
            Add(file);
        }
        finally
        {
            if (file?.Delivered is null)
            {
                handle.Dispose();
            }
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

    // An editor, or a tool that writes a new file and renames it over the old one, keeps what was there: same start, at least as long,
    // and the old file has no name left. A rotated file has one.
    private StartPoint? ReplacedInPlace(in FileStat stat, ReadOnlySpan<byte> start)
    {
        if (_files.Count == 0 || tail.Options.Compression is not null)
        {
            return null;
        }
        OpenFile old = _files[^1];
        FileFingerprint fingerprint = old.Delivered.Fingerprint;
        if (!fingerprint.IsFull || !fingerprint.Matches(start) || stat.Size < old.Offset || !old.TryStat(out FileStat now) || now.Links > 0)
        {
            return null;
        }
        var point = new StartPoint(StartKind.Offset, old.Offset, "replaced in place");
        Close(_files.Count - 1);
        return point;
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
            _finished = FileStat.TryGet(tail.Path, out FileStat stat, out _) && stat.Identity == file.Identity ? stat : null;
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

    [LoggerMessage(LogLevel.Information, "reading {Path} from {Kind} {Offset}: {Reason}")]
    private partial void LogStart(string path, StartKind kind, long offset, string reason);

    [LoggerMessage(LogLevel.Warning, "{Path} was truncated: read up to {Offset}, now {Size} bytes long; reading it from its start")]
    private partial void LogTruncated(string path, long offset, long size);

    [LoggerMessage(LogLevel.Warning, "cannot read {Path}, will try again: {Cause}")]
    private partial void LogFailed(string path, string cause);
}
