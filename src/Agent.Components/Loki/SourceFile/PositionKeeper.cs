using Agent.Components.Common.Files;
using Agent.Sdk;
using Agent.Storage;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Knows where each file goes on, and saves how far each was delivered.</summary>
internal sealed partial class PositionKeeper
{
    private const string FileName = "positions";
    private const string AlloyFileName = "positions.yml";
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromDays(1);

    private readonly PositionStore _store;
    private readonly PositionImport _import;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<DeliveredOffset> _tracked = [];
    private TaskCompletionSource? _settled;
    private int _unsaved;

    private PositionKeeper(PositionStore store, ComponentContext context)
    {
        _store = store;
        _import = new PositionImport(store, context);
        _time = context.Time;
        _logger = context.Logger;
    }

    /// <summary>Called when something was delivered that is not saved yet; on the thread of who delivered it.</summary>
    public Action? Moved { get; set; }

    /// <summary>Entries that were found damaged.</summary>
    public int DamagedEntries => _store.DamagedEntries + (_import.IsDamaged ? 1 : 0);

    /// <exception cref="ComponentException">A positions file is there but cannot be read: going on would send everything again.</exception>
    public static PositionKeeper Open(ComponentContext context, string legacyPath)
    {
        string path = Path.Combine(context.StoragePath, FileName);
        try
        {
            var keeper = new PositionKeeper(PositionStore.Open(path), context);
            if (keeper.DamagedEntries > 0)
            {
                LogDamaged(context.Logger, path, keeper.DamagedEntries);
            }
            if (keeper._store.IsNew && !keeper._import.TryImport(Path.Combine(context.StoragePath, AlloyFileName)) && legacyPath.Length > 0)
            {
                keeper._import.TryImport(legacyPath);
            }
            return keeper;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot read positions: {exception.Message}", exception);
        }
    }

    /// <summary>Decides where to start a file.</summary>
    /// <param name="stat">The file as it is now.</param>
    /// <param name="start">Its first bytes.</param>
    /// <param name="request">Who asks.</param>
    public StartPoint Find(in FileStat stat, ReadOnlySpan<byte> start, in PositionRequest request)
    {
        FilePosition? known = _store.Find(stat.Identity, request.Labels, request.AnyLabels);
        if (known is { Offset: not FilePosition.Unreadable } && !known.Fingerprint.Matches(start))
        {
            return new StartPoint(StartKind.Offset, 0, "another file under a known inode");
        }
        known ??= _store.TakeImported(request.Path, request.Labels, request.AnyLabels);
        bool isUnknownDamage = known is null && request.WasThereAtStart && (_store.HasUnknownDamage || _import.IsDamaged);
        if (known is { Offset: FilePosition.Unreadable } || isUnknownDamage)
        {
            return request.Options.OnPositionsFileError switch
            {
                PositionsFileError.Skip => new StartPoint(StartKind.Nowhere, 0, "its position is damaged"),
                PositionsFileError.RestartFromEnd => new StartPoint(StartKind.End, 0, "its position is damaged"),
                _ => new StartPoint(StartKind.Offset, 0, "its position is damaged"),
            };
        }
        if (known is not null)
        {
            return known.Offset <= stat.Size || request.Options.Compression is not null
                ? new StartPoint(StartKind.Offset, known.Offset, "known position") { IsKnown = known.Fingerprint.Length > 0 || known.Identity.IsNone }
                : new StartPoint(StartKind.Offset, 0, "shorter than its position: truncated");
        }
        bool wasThere = request.Options.TailFromEnd && !request.IsNew && !(stat.Born > request.Options.Since);
        return wasThere ? new StartPoint(StartKind.End, 0, "tail_from_end") : new StartPoint(StartKind.Offset, 0, "new file");
    }

    /// <summary>What is known of the files that stood at a path: the one that does, and those that were rotated away.</summary>
    public List<PathPosition> OfPath(in PositionRequest request)
    {
        string path = request.Path;
        long now = _time.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            List<DeliveredOffset> tracked = _tracked.FindAll(delivered => delivered.Path == path && !delivered.IsSuperseded);
            foreach (DeliveredOffset delivered in tracked)
            {
                Put(delivered, now);
            }
            List<FilePosition> entries = _store.OfPath(path, request.Labels, request.AnyLabels);
            if (request.AnyLabels)
            {
                // What was read under the labels that the target had before is this reader's as well.
                entries.AddRange(tracked.Where(delivered => !delivered.IsFinal && !entries.Exists(entry => entry.Identity == delivered.Identity))
                    .Select(delivered => _store.Find(delivered.Identity, delivered.Labels, anyLabels: false)).OfType<FilePosition>().ToArray());
            }
            return entries.ConvertAll(WithUnderway);
        }
    }

    /// <summary>How far a file was read, whatever its path was.</summary>
    public PathPosition? Of(FileIdentity identity, in PositionRequest request)
    {
        lock (_gate)
        {
            return _store.Find(identity, request.Labels, request.AnyLabels) is { } entry ? WithUnderway(entry) : null;
        }
    }

    /// <summary>Forgets a file that is known as another one now: compressed, or copied.</summary>
    public void Remove(FilePosition position) => _store.Remove(position);

    /// <summary>True while a file is read to its end by those who follow another path, from which it was rotated away.</summary>
    public bool IsReadElsewhere(FileIdentity identity, in PositionRequest request)
    {
        string path = request.Path;
        string labels = request.Labels;
        DeliveredOffset? other;
        lock (_gate)
        {
            other = _tracked.Find(delivered => delivered.Identity == identity && !delivered.IsClosed && delivered.Path != path && delivered.Labels == labels);
        }
        return other is not null && !(FileStat.TryGet(other.Path, out FileStat stat, out _) && stat.Identity == identity);
    }

    /// <summary>Begins to follow how far a file is delivered.</summary>
    /// <param name="isHeld">Nothing of it is saved before <see cref="DeliveredOffset.IsHeld"/> is taken back.</param>
    public DeliveredOffset Track(FileIdentity identity, FileFingerprint fingerprint, in PositionRequest request, long offset, bool isHeld = false)
    {
        var delivered = new DeliveredOffset(identity, request.Path, offset)
        {
            Fingerprint = fingerprint,
            Labels = request.Labels,
            Moved = OnMoved,
            IsHeld = isHeld,
        };
        lock (_gate)
        {
            _tracked.Add(delivered);
        }
        return delivered;
    }

    /// <summary>Goes on following a file that was closed and is read on.</summary>
    public DeliveredOffset Continue(DeliveredOffset delivered)
    {
        lock (_gate)
        {
            delivered.Reopen();
            if (!_tracked.Contains(delivered))
            {
                _tracked.Add(delivered);
            }
            return delivered;
        }
    }

    /// <summary>Takes note of a file that is closed, for whoever opens it again before the next save.</summary>
    public void Update(DeliveredOffset delivered)
    {
        lock (_gate)
        {
            Put(delivered, _time.GetUtcNow().ToUnixTimeSeconds());
        }
    }

    /// <summary>Marks a file that is not read, so that it is not read after a restart either.</summary>
    public void MarkUnreadable(FileIdentity identity, in PositionRequest request) =>
        _store.Set(new FilePosition
        {
            Identity = identity,
            Offset = FilePosition.Unreadable,
            Path = request.Path,
            Labels = request.Labels,
            Seen = _time.GetUtcNow().ToUnixTimeSeconds(),
        });

    /// <summary>Saves what has changed.</summary>
    public void Save()
    {
        Collect();
        try
        {
            _store.Save();
            _unsaved = 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The disk may come back; until then a restart would repeat lines, and lose none. Said once, not every five seconds.
            if (_unsaved++ == 0)
            {
                LogNotSaved(exception.Message);
            }
        }
    }

    /// <summary>Waits until all that was read is delivered, at most for <paramref name="limit"/>. Only after all files are closed.</summary>
    public async Task SettledAsync(TimeSpan limit)
    {
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _settled, settled);
        CompleteIfSettled(settled);
        await settled.Task.WaitAsync(limit, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Forgets files that are gone for good.</summary>
    public void Forget()
    {
        long limit = (_time.GetUtcNow() - ForgetAfter).ToUnixTimeSeconds();
        HashSet<FileIdentity> open;
        lock (_gate)
        {
            open = [.. _tracked.Select(static delivered => delivered.Identity)];
        }
        _store.Collect(entry => entry.Seen < limit && !open.Contains(entry.Identity) && !Leads(entry));
    }

    private PathPosition WithUnderway(FilePosition entry) => new(entry, _tracked.FindLast(delivered => delivered.Identity == entry.Identity
        && delivered.Labels == entry.Labels && !delivered.IsSuperseded && !delivered.IsFinal));

    private static bool Leads(FilePosition entry) =>
        FileStat.TryGet(entry.Path, out FileStat stat, out _) && (entry.Identity.IsNone || stat.Identity == entry.Identity);

    private void OnMoved()
    {
        Moved?.Invoke();
        if (Volatile.Read(ref _settled) is { } settled)
        {
            CompleteIfSettled(settled);
        }
    }

    private void CompleteIfSettled(TaskCompletionSource settled)
    {
        lock (_gate)
        {
            if (_tracked.TrueForAll(static delivered => delivered.IsFinal))
            {
                settled.TrySetResult();
            }
        }
    }

    private void Collect()
    {
        long now = _time.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            foreach (DeliveredOffset delivered in _tracked)
            {
                bool isFinal = delivered is { IsFinal: true, IsHeld: false };
                Put(delivered, now);
                delivered.IsSaved = isFinal;
            }
            _tracked.RemoveAll(static delivered => delivered.IsSaved);
        }
    }

    private void Put(DeliveredOffset delivered, long now)
    {
        if (delivered.IsSuperseded || delivered.IsHeld)
        {
            return;
        }
        string labels = delivered.Labels;
        var position = new FilePosition
        {
            Identity = delivered.Identity,
            Fingerprint = delivered.Fingerprint,
            Offset = delivered.Offset,
            Path = delivered.Path,
            Labels = labels,
            Seen = now,
        };
        if (delivered.SavedLabels is { } saved && saved != labels)
        {
            _store.Remove(position with { Labels = saved });
        }
        delivered.SavedLabels = labels;
        _store.Set(position);
    }

    [LoggerMessage(LogLevel.Error, "positions file {Path}: {Count} entries are damaged")]
    private static partial void LogDamaged(ILogger logger, string path, int count);

    [LoggerMessage(LogLevel.Warning, "cannot save positions, will try again: {Cause}")]
    private partial void LogNotSaved(string cause);
}
