using Agent.Components.Common.Files;
using Agent.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Opens what stands at a tail's path, at the right place, or says that it is not the time to.</summary>
internal sealed partial class FileOpener(TailServices services)
{
    public const string DamagedPosition = "its position is damaged, and on_positions_file_error says to skip it";

    private readonly ILogger _logger = services.Logger;
    private FileStat? _finished;
    private FileIdentity? _leftAlone;
    private FileIdentity _delayed;

    /// <summary>When a compressed file that was found is to be opened, as a timestamp of the clock.</summary>
    public long OpenAt { get; private set; }

    public bool IsLeftAlone(in FileStat stat) => _leftAlone == stat.Identity;

    /// <summary>True for a file that was read whole and has not changed, that is to be left alone, or that may not be complete yet.</summary>
    public bool IsToWait(in FileStat stat, TailOptions options) => IsLeftAlone(stat) || IsFinished(stat) || IsDelayed(stat, options);

    /// <summary>Takes note of a compressed file that was read whole.</summary>
    public void Finish(string path, OpenFile file) =>
        _finished = FileStat.TryGet(path, out FileStat stat, out _) && stat.Identity == file.Identity ? stat : null;

    /// <summary>Opens the file; none where its position is damaged and the user wants such files left alone.</summary>
    /// <param name="request">Who reads it.</param>
    /// <param name="newest">The file that stood at the path before, if it is still open.</param>
    /// <exception cref="IOException">It cannot be opened, or is no regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">The agent has no right to read it.</exception>
    public OpenedFile Open(in PositionRequest request, OpenFile? newest)
    {
        SafeFileHandle handle = OpenFile.OpenHandle(request.Path, out FileStat stat);
        OpenFile? file = null;
        try
        {
            Span<byte> buffer = stackalloc byte[FileFingerprint.Size];
            ReadOnlySpan<byte> start = OpenFile.StartOf(handle, buffer);
            bool isContinued = IsReplacedInPlace(newest, stat, start) && newest!.IsSameBefore(newest.Offset, handle);
            DeliveredOffset? underway = isContinued ? null : Underway(stat, start, request);
            StartPoint point = isContinued ? new StartPoint(StartKind.Offset, newest!.Offset, "replaced in place")
                : underway is not null ? new StartPoint(StartKind.Offset, underway.ReadEnd, "read up to there a moment ago") { IsKnown = true }
                : services.Positions.Find(stat, start, request);
            LogStart(request.Path, point.Kind, point.Offset, point.Reason);
            if (point.Kind == StartKind.Nowhere)
            {
                services.Positions.MarkUnreadable(stat.Identity, request);
                _leftAlone = stat.Identity;
                return default;
            }
            file = OpenFile.Create(handle, stat, request.Options, point.Offset);
            if (point.Kind == StartKind.End && stat.Size > 0)
            {
                file.MoveToEnd(stat.Size);
            }
            file.Delivered = underway is not null
                ? services.Positions.Continue(underway)
                : services.Positions.Track(stat.Identity, FileFingerprint.Of(start), request, file.Offset, isHeld: !point.IsKnown);
            return new OpenedFile(file, isContinued, point.IsKnown);
        }
        finally
        {
            if (file?.Delivered is null)
            {
                handle.Dispose();
            }
        }
    }

    // Its target went for a moment. What was read is on its way, the beginning of a line perhaps, and must not be read again.
    private DeliveredOffset? Underway(in FileStat stat, ReadOnlySpan<byte> start, in PositionRequest request) =>
        request.Options.Compression is null
        && services.Positions.Of(stat.Identity, request) is { Underway: { IsClosed: true } underway, Entry: var entry }
        && underway.Path == request.Path && underway.ReadEnd <= stat.Size && entry.Fingerprint.Length > 0 && entry.Fingerprint.Matches(start)
            ? underway
            : null;

    // An editor, or a tool that writes a new file and renames it over the old one, keeps what was there: same start, at least as long,
    // and the old file has no name left. A rotated file has one.
    private static bool IsReplacedInPlace(OpenFile? old, in FileStat stat, ReadOnlySpan<byte> start)
    {
        if (old is null || old.IsCompressed)
        {
            return false;
        }
        FileFingerprint fingerprint = old.Delivered.Fingerprint;
        return fingerprint.IsFull && fingerprint.Matches(start) && stat.Size >= old.Offset
            && old.TryStat(out FileStat now) && now.Links == 0;
    }

    private bool IsFinished(in FileStat stat) =>
        _finished is { } finished && finished.Identity == stat.Identity && finished.Size == stat.Size && finished.Modified == stat.Modified;

    private bool IsDelayed(in FileStat stat, TailOptions options)
    {
        if (options.Compression is null || options.InitialDelay <= TimeSpan.Zero)
        {
            return false;
        }
        long now = services.Time.GetTimestamp();
        if (_delayed != stat.Identity)
        {
            _delayed = stat.Identity;
            OpenAt = now + (long)(options.InitialDelay.TotalSeconds * services.Time.TimestampFrequency);
        }
        return now < OpenAt;
    }

    [LoggerMessage(LogLevel.Information, "reading {Path} from {Kind} {Offset}: {Reason}")]
    private partial void LogStart(string path, StartKind kind, long offset, string reason);
}

/// <summary>A file that was opened, or none where it is to be left alone.</summary>
/// <param name="File">The file.</param>
/// <param name="IsContinued">It is the file that stood there before, written anew: that one is done with.</param>
/// <param name="IsKnown">It was read before.</param>
internal readonly record struct OpenedFile(OpenFile? File, bool IsContinued, bool IsKnown);
