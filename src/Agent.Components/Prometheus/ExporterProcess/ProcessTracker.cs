namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>Which processes are looked for, and how long they are remembered.</summary>
/// <param name="Children">Whether children of a tracked process belong to its group, unless a matcher takes them.</param>
/// <param name="Recheck">Whether processes that no matcher took are asked again in each scrape.</param>
/// <param name="RemoveEmptyGroups">Whether a group goes with its last process.</param>
internal readonly record struct TrackingOptions(bool Children, bool Recheck, bool RemoveEmptyGroups);

/// <summary>How many scrapes, processes and parts of processes could not be read, ever.</summary>
internal record struct ScrapeErrors
{
    public ulong Scrapes;
    public ulong Processes;
    public ulong Parts;
}

/// <summary>Knows the processes of a machine from scrape to scrape, and what their groups have used.</summary>
/// <remarks>
/// What it keeps is bounded by the processes that run, and by the groups that ever had one unless those are removed. A process that a
/// matcher took is not matched again; of one that none took only `stat` is read from then on.
/// </remarks>
internal sealed class ProcessTracker(
    ProcFiles files, ProcessReader reader, IReadOnlyList<ProcessMatcher> matchers, TrackingOptions options) : IDisposable
{
    private readonly Dictionary<int, KnownProcess> _known = [];
    private readonly List<KnownProcess> _new = [];
    private readonly List<int> _numbers = [];
    private readonly ProcessIdentity _identity = new(files, Common.Files.PasswordFile.UsualPath);
    private ScrapeErrors _errors;
    private long? _bootSeconds;
    private long? _firstMilliseconds;
    private long _scrape;

    public ScrapeErrors Errors => _errors;

    /// <summary>Groups by name, as the last scrape left them.</summary>
    public SortedList<string, ProcessGroup> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads all processes; false, with the groups as they were, where there is no `/proc` to read.</summary>
    /// <param name="now">The time. What processes used before the first call does not count.</param>
    public bool TryUpdate(DateTimeOffset now)
    {
        _scrape++;
        _firstMilliseconds ??= now.ToUnixTimeMilliseconds();
        if ((_bootSeconds ??= ReadBootTime()) is not { } boot || files.ListProcesses(_numbers) != ProcRead.Done)
        {
            _errors.Scrapes++;
            return false;
        }
        _new.Clear();
        _identity.Begin();
        foreach (int number in _numbers)
        {
            Visit(number, boot);
        }
        foreach (KnownProcess process in _new)
        {
            Decide(process, boot);
        }
        Forget();
        SumUp();
        files.Trim();
        return true;
    }

    public void Dispose() => _identity.Dispose();

    private void Visit(int number, long boot)
    {
        // One that ends while it is looked at is no error: it is as if the scrape had come later.
        if (files.Read(number, "stat"u8, out ReadOnlySpan<byte> content) != ProcRead.Done
            || !ProcStat.TryParse(content, out ProcStat stat, out ReadOnlySpan<byte> name))
        {
            return;
        }
        if (_known.TryGetValue(number, out KnownProcess? known) && known.Stat.StartTicks == stat.StartTicks)
        {
            known.SeenIn = _scrape;
            if (known.Tracked is { } tracked && Read(tracked, stat) == ProcRead.Gone)
            {
                _known.Remove(number);
            }
            return;
        }
        if (_identity.Fill(number, stat, name) != ProcRead.Done)
        {
            _known.Remove(number);
            return;
        }
        known = new KnownProcess(number, stat) { SeenIn = _scrape, Group = GroupOf(_identity, boot) };
        _known[number] = known;
        _new.Add(known);
    }

    private string? GroupOf(ProcessIdentity identity, long boot)
    {
        foreach (ProcessMatcher matcher in matchers)
        {
            if (matcher.GroupOf(identity, boot) is { } group)
            {
                return group;
            }
        }
        return null;
    }

    /// <summary>Tracks a new process that a matcher took, or that descends from one that is tracked.</summary>
    private void Decide(KnownProcess process, long boot)
    {
        process.Group ??= options.Children ? GroupOfAncestors(process) : null;
        if (process.Group is not null)
        {
            process.Tracked = new TrackedProcess(
                process.Id, process.Group, boot + (long)(process.Stat.StartTicks / ProcStat.TicksPerSecond));
            if (Read(process.Tracked, process.Stat) != ProcRead.Done)
            {
                _known.Remove(process.Id);
            }
        }
        else if (options.Recheck || !options.Children)
        {
            // As in the reference: without children nothing is remembered of a process that no matcher took.
            _known.Remove(process.Id);
        }
        else
        {
            process.IsIgnored = true;
        }
    }

    private string? GroupOfAncestors(KnownProcess process)
    {
        // The numbers of parents come from different moments, so that they might form a circle.
        for (int steps = 0; steps < _known.Count; steps++)
        {
            if (!_known.TryGetValue(process.Stat.Parent, out KnownProcess? parent) || parent.SeenIn != _scrape)
            {
                return null;
            }
            if (parent.Group is not null || parent.IsIgnored)
            {
                return parent.Group;
            }
            process = parent;
        }
        return null;
    }

    private ProcRead Read(TrackedProcess process, in ProcStat stat)
    {
        bool isYoung = !process.HasCounts && _bootSeconds * 1000 + (long)stat.StartTicks * (1000 / ProcStat.TicksPerSecond) > _firstMilliseconds;
        ProcRead read = reader.Read(process, stat, isYoung, out bool isPartial);
        if (read == ProcRead.Failed)
        {
            _errors.Processes++;
        }
        if (isPartial)
        {
            _errors.Parts++;
        }
        return read;
    }

    private void Forget()
    {
        foreach ((int number, KnownProcess process) in _known)
        {
            if (process.SeenIn != _scrape)
            {
                _known.Remove(number);
            }
        }
    }

    private void SumUp()
    {
        for (int i = 0; i < Groups.Count; i++)
        {
            Groups.GetValueAtIndex(i).Begin();
        }
        foreach (KnownProcess process in _known.Values)
        {
            if (process.Tracked is { IsCurrent: true } tracked)
            {
                Find(tracked.Group).Add(tracked);
            }
        }
        for (int i = Groups.Count - 1; i >= 0; i--)
        {
            ProcessGroup group = Groups.GetValueAtIndex(i);
            group.End();
            if (group.Processes == 0 && options.RemoveEmptyGroups)
            {
                Groups.RemoveAt(i);
            }
        }
    }

    private ProcessGroup Find(string name)
    {
        if (!Groups.TryGetValue(name, out ProcessGroup? group))
        {
            group = new ProcessGroup(name);
            Groups.Add(name, group);
        }
        return group;
    }

    private long? ReadBootTime() => files.Read("stat"u8, out ReadOnlySpan<byte> content) == ProcRead.Done ? ProcText.BootTime(content) : null;

    /// <summary>A process that was met before.</summary>
    private sealed class KnownProcess(int id, ProcStat stat)
    {
        public int Id { get; } = id;

        /// <summary>As it was when first met.</summary>
        public ProcStat Stat { get; } = stat;

        public string? Group { get; set; }

        public TrackedProcess? Tracked { get; set; }

        /// <summary>Whether it has been decided that it belongs to no group.</summary>
        public bool IsIgnored { get; set; }

        public long SeenIn { get; set; }
    }
}
