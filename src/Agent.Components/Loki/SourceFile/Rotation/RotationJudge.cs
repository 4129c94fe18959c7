using Agent.Storage;

namespace Agent.Components.Loki.SourceFile.Rotation;

/// <summary>Tells how far rotated files were read: by what they are, or by their first bytes where they were compressed or copied.</summary>
internal sealed class RotationJudge
{
    private readonly TailServices _services;
    private readonly PositionRequest _request;
    private readonly RotationScope _scope;
    private readonly List<PathPosition> _unplaced;

    public RotationJudge(TailServices services, in PositionRequest request, RotationScope scope, List<RotatedContent> contents)
    {
        _services = services;
        _request = request;
        _scope = scope;
        _unplaced = scope.Known.FindAll(known => !IsLive(known) && known.Entry.Fingerprint.Length > 0
            && known.ReadEnd != FilePosition.Unreadable && !contents.Exists(content => IsOwn(known, content)));
        // What covers more of a file says more about it.
        _unplaced.Sort(static (one, other) => other.Entry.Fingerprint.Length.CompareTo(one.Entry.Fingerprint.Length));
    }

    public RotationVerdict Judge(RotatedContent content)
    {
        PathPosition? own = _scope.Known.Find(known => IsOwn(known, content));
        if (own is null && _services.Positions.Of(content.Stat.Identity, _request) is { } elsewhere && Is(elsewhere.Entry, content))
        {
            own = elsewhere;
        }
        if (own?.Underway is { } underway)
        {
            // Closed when its target went for a moment, and written to since: it goes on where reading stopped, delivered or not.
            return underway.IsClosed && !content.EndsAt(underway.ReadEnd)
                ? new RotationVerdict(RotationKind.Known, underway.ReadEnd) { Continued = underway }
                : new RotationVerdict(RotationKind.Settled);
        }
        if (own is not null || _services.IsTarget(content.File.Path))
        {
            return OfOwn(own?.Entry, content);
        }
        PathPosition? same = _unplaced.Find(known => IsSame(known, content));
        if (same is null)
        {
            return new RotationVerdict(RotationKind.Unknown);
        }
        _unplaced.Remove(same);
        return same.Underway is not null && same.Entry.Identity != _scope.Live
            ? new RotationVerdict(RotationKind.Settled)
            : new RotationVerdict(RotationKind.Known, same.ReadEnd, same);
    }

    // The inode of an open file is its own; that of another may have been given to a new one since. An empty start tells nothing.
    private static bool IsOwn(PathPosition known, RotatedContent content) => known.Underway is { IsClosed: false }
        ? known.Entry.Identity == content.Stat.Identity
        : Is(known.Entry, content);

    private static bool Is(FilePosition entry, RotatedContent content) =>
        entry.Identity == content.Stat.Identity && entry.Fingerprint.Length > 0 && entry.Fingerprint.Matches(content.Start.Span);

    // All that was delivered has to be covered, as far as a fingerprint reaches.
    private static bool IsSame(PathPosition known, RotatedContent content)
    {
        FileFingerprint fingerprint = known.Entry.Fingerprint;
        return fingerprint.Length >= Math.Min(known.ReadEnd, FileFingerprint.Size)
            && fingerprint.Matches(content.Start.Span)
            && (content.Format is not null || content.Stat.Size >= known.ReadEnd);
    }

    private RotationVerdict OfOwn(FilePosition? entry, RotatedContent content)
    {
        if (_services.IsTarget(content.File.Path))
        {
            return new RotationVerdict(entry is null ? RotationKind.Unknown : RotationKind.Settled);
        }
        if (entry!.Offset == FilePosition.Unreadable)
        {
            return _request.Options.OnPositionsFileError == PositionsFileError.RestartFromBeginning
                ? new RotationVerdict(RotationKind.Known)
                : new RotationVerdict(RotationKind.Settled);
        }
        bool isShorter = content.Format is null && content.Stat.Size < entry.Offset;
        return isShorter ? new RotationVerdict(RotationKind.Settled) : new RotationVerdict(RotationKind.Known, entry.Offset);
    }

    private bool IsLive(PathPosition known) => _scope.IsLiveKnown && known.Entry.Identity == _scope.Live;
}
