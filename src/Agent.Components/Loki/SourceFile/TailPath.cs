using Agent.Components.Common.Files;
using Agent.Components.Loki.SourceFile.Rotation;

namespace Agent.Components.Loki.SourceFile;

/// <summary>What a tail's path leads to: opens it, what was rotated away from it, and parks and closes.</summary>
internal sealed class TailPath(FileTail tail, TailServices services, TailParts parts, bool wasThereAtStart)
{
    private static readonly TimeSpan ParkAfter = TimeSpan.FromMinutes(5);

    private readonly FileOpener _opener = new(services);
    private readonly RotatedFiles _rotated = new(services);
    private ParkedFile? _parked;
    private bool _isRetiring;
    private bool _wasMissing;

    /// <summary>Something stood at the path before.</summary>
    public bool HasRead { get; private set; }

    public bool IsParked => _parked is not null;

    /// <summary>When a compressed file that was found is to be opened, as a timestamp of the clock.</summary>
    public long OpenAt => _opener.OpenAt;

    public PositionRequest Request => new(tail.Path, tail.Target.Key, tail.Options)
    {
        AnyLabels = tail.IsAloneOnPath,
        WasThereAtStart = wasThereAtStart && !HasRead,
        IsNew = HasRead || _wasMissing,
    };

    /// <summary>Finds out what stands at the path, and opens it where it is new.</summary>
    public void Check()
    {
        bool isThere = FileStat.TryGet(tail.Path, out FileStat stat, out string error);
        OpenFile? known = isThere ? parts.Files.Find(stat.Identity) : null;
        parts.Files.MarkLeft(known);
        if (tail.IsRetiring)
        {
            Retire(known, isThere);
            return;
        }
        parts.Watch.Renew();
        Relabel();
        if (!isThere)
        {
            _wasMissing = true;
            SearchMissing();
            parts.Problem.Fail(error);
        }
        else if (known is not null)
        {
            Reconfigure(known);
            parts.Problem.ClearUnlessReading();
        }
        else if (_parked?.IsUnchanged(stat) == true || services.Positions.IsReadElsewhere(stat.Identity, Request))
        {
            parts.Problem.Clear();
        }
        else if (_opener.IsToWait(stat, tail.Options))
        {
            if (!_opener.IsLeftAlone(stat))
            {
                parts.Problem.Clear();
            }
        }
        else
        {
            Open();
        }
    }

    // What still stands at the path can be read by whoever wants it later; what left it can not.
    private void Retire(OpenFile? current, bool isThere)
    {
        parts.Problem.Clear();
        if (!_isRetiring && !isThere)
        {
            SearchMissing();
        }
        _isRetiring = true;
        if (current is not null)
        {
            parts.Files.Close(parts.Files.IndexOf(current));
        }
        Unpark();
        parts.Files.FinishAll();
    }

    private void Reconfigure(OpenFile file)
    {
        TailOptions options = tail.Options;
        if (file.Options.Compression != options.Compression)
        {
            parts.Files.Close(parts.Files.IndexOf(file));
            Open();
        }
        else if (file.Options.ReadsOtherwiseThan(options))
        {
            file.Reconfigure(options);
        }
        for (int i = 0; i < parts.Files.Count; i++)
        {
            parts.Files[i].Delivered.Labels = tail.Target.Key;
        }
    }

    private void Open()
    {
        List<PathPosition> before = services.Positions.OfPath(Request);
        PositionRequest request = Request;
        // Something stood at the path that was read: what stands there now came later.
        request = request with { IsNew = request.IsNew || before.Count > 0 };
        OpenFile? newest = parts.Files.Newest;
        OpenedFile opened = _opener.Open(request, newest);
        if (opened.IsContinued)
        {
            parts.Files.Close(parts.Files.Count - 1);
        }
        if (opened.File is not { } file)
        {
            parts.Problem.Fail(FileOpener.DamagedPosition);
            return;
        }
        bool isReturn = _parked is { } parked && parked.Stat.Identity == file.Identity && (opened.IsKnown || parked.Stat.Size == 0);
        string path = PlaceOf(file);
        if (!opened.IsContinued && !isReturn)
        {
            Search(new RotationScope(path, before) { Live = file.Identity, IsLiveKnown = opened.IsKnown }, parts.Files.Count);
        }
        file.Delivered.IsHeld = false;
        if (HasRead && !isReturn)
        {
            services.Metrics.Rotations.Increment();
        }
        Unpark();
        Add(parts.Files.Count, file);
        parts.Watch.Follow(path);
    }

    /// <summary>Where a file stands that the path led to a moment ago.</summary>
    public string PlaceOf(OpenFile file) => FilePlace.Of(tail.Path, file, parts.Watch.RealPath);

    private void Add(int index, OpenFile file)
    {
        file.Delivered.Labels = tail.Target.Key;
        parts.Files.Insert(index, file);
        parts.Lag.Add(file.Lag);
        HasRead = true;
        parts.Problem.Clear();
    }

    /// <summary>Reads what was rotated away before anybody looked, before the file with an index.</summary>
    public void Search(RotationScope scope, int index) => AddAll(_rotated.Find(Request, Complete(scope)), index);

    // What was rotated away is read while nothing stands at the path.
    private void SearchMissing()
    {
        var scope = new RotationScope(parts.Watch.RealPath, services.Positions.OfPath(Request));
        AddAll(_rotated.FindWithoutLive(Request, Complete(scope), isUrgent: _parked is not null || tail.IsRetiring), parts.Files.Count);
        Unpark();
    }

    private RotationScope Complete(RotationScope scope) => scope with
    {
        Since = parts.Files.Newest?.Stat.Modified ?? _parked?.Stat.Modified ?? default,
        Left = _parked?.Stat.Identity,
    };

    private void AddAll(List<OpenFile> files, int index)
    {
        foreach (OpenFile file in files)
        {
            Add(index++, file);
        }
    }

    // Its position is looked for under the labels of the target when it is opened again.
    private void Relabel()
    {
        if (_parked is { } parked && parked.Delivered.Labels != tail.Target.Key)
        {
            parked.Delivered.Labels = tail.Target.Key;
            services.Positions.Update(parked.Delivered);
        }
    }

    /// <summary>Closes a file to which nothing was written for long; it is opened again when it changes.</summary>
    public void ParkIdle()
    {
        if (parts.Files.Count != 1 || parts.Files[0] is not { LeftAt: 0, IsAtEnd: true, IsSkipping: false, IsCompressed: false } file
            || file.Delivered.Offset != file.Offset || !file.Delivered.IsSettled
            || services.Time.GetElapsedTime(file.LastGrowth) < ParkAfter)
        {
            return;
        }
        var parked = new ParkedFile(file.Stat, file.Delivered);
        parts.Files.Close(0);
        _parked = parked;
        services.Metrics.FilesActive.Add(1);
    }

    /// <summary>Forgets a file that was parked.</summary>
    public void Unpark()
    {
        if (_parked is not null)
        {
            _parked = null;
            services.Metrics.FilesActive.Add(-1);
        }
    }

    /// <summary>Takes note of a file that is about to be closed.</summary>
    public void OnClosed(OpenFile file)
    {
        if (file.Content.Failure is { } failure)
        {
            parts.Problem.Fail($"cannot decompress: {failure}");
        }
        if (file.IsCompressed && tail.Options.Compression is not null)
        {
            _opener.Finish(tail.Path, file);
        }
    }
}
