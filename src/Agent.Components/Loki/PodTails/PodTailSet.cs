using System.Globalization;
using Agent.Components.Common.Files;
using Agent.Components.Loki.Positions;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Loki.PodTails;

/// <summary>One tail for each container, however many targets speak of it.</summary>
internal sealed class PodTailSet(PodTailServices services, PositionFile<PodPosition> positions)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PodContainer, PodTail> _tails = [];
    private readonly List<PodTail> _retiring = [];
    private volatile Dictionary<string, PodTail> _byFolder = new(StringComparer.Ordinal);
    private bool _hasReaped;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _tails.Count;
            }
        }
    }

    private List<PodTail> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _tails.Values, .. _retiring];
            }
        }
    }

    /// <summary>Starts, changes and retires tails.</summary>
    /// <param name="plan">What is to be read.</param>
    /// <param name="isNew">The plan is another one than before.</param>
    /// <param name="stop">Ends the tails.</param>
    public void Follow(PodTailPlan plan, bool isNew, CancellationToken stop)
    {
        // A target that came back while its former tail was ending has waited for that.
        if (!isNew && !_hasReaped)
        {
            return;
        }
        _hasReaped = false;
        lock (_gate)
        {
            var wanted = plan.Targets.GroupBy(static target => target.Container).ToDictionary(static group => group.Key, static group => group.ToList());
            foreach (PodContainer gone in _tails.Keys.Where(container => !wanted.ContainsKey(container)).ToList())
            {
                _tails.Remove(gone, out PodTail? tail);
                _retiring.Add(tail!);
                tail!.Retire();
            }
            foreach ((PodContainer container, List<PodTarget> targets) in wanted)
            {
                if (_tails.TryGetValue(container, out PodTail? tail))
                {
                    tail.Apply(targets[0], StreamsOf(targets));
                }
                else if (!_retiring.Exists(retiring => retiring.Target.Container == container))
                {
                    Start(targets, plan.FromEnd, stop);
                }
            }
        }
    }

    /// <summary>Lets go of tails that have ended. One whose consumer failed fails the component.</summary>
    public async Task ReapAsync()
    {
        foreach (PodTail tail in All.FindAll(static tail => tail.Run.IsCompleted))
        {
            await tail.Run;
            lock (_gate)
            {
                // Its last batches may be with a sink yet; then it stays until they are settled and somebody asks to save.
                if (_retiring.Contains(tail) && tail.Delivery.IsSettled)
                {
                    positions.Set(tail.Target.Container.Key, tail.Delivery.Delivered);
                    _retiring.Remove(tail);
                    tail.Dispose();
                    _hasReaped = true;
                }
            }
        }
    }

    /// <summary>Takes note of where tails are, and looks for files that have come up.</summary>
    public void Look(bool forFiles)
    {
        var byFolder = new Dictionary<string, PodTail>(StringComparer.Ordinal);
        string root = services.Folder;
        foreach (PodTail tail in All)
        {
            if (tail.Folder is { } folder)
            {
                byFolder[folder] = tail;
            }
            else if (forFiles && root.Length > 0 && LogFolder.Find(root, tail.Target) is not null)
            {
                tail.Reconnect();
            }
        }
        _byFolder = byFolder;
        services.Metrics.Targets.Set(Count);
        services.Metrics.FromFiles.Set(byFolder.Count);
    }

    public void OnFolderEvent(string folder, ReadOnlySpan<char> name, FolderEvents events)
    {
        if ((events & FolderEvents.Overflow) != 0)
        {
            All.ForEach(static tail => tail.Wake());
        }
        else if (_byFolder.TryGetValue(folder, out PodTail? tail))
        {
            tail.Wake();
        }
    }

    /// <summary>Makes all look again which way to go.</summary>
    public void Reconnect() => All.ForEach(static tail => tail.Reconnect());

    public (int Failing, PodTail? First) Failing()
    {
        lock (_gate)
        {
            List<PodTail> failing = [.. _tails.Values.Where(static tail => tail.IsFailing)];
            services.Metrics.Failing.Set(failing.Count);
            return (failing.Count, failing.FirstOrDefault());
        }
    }

    public void Save()
    {
        lock (_gate)
        {
            foreach (PodTail tail in _tails.Values.Concat(_retiring))
            {
                positions.Set(tail.Target.Container.Key, tail.Delivery.Delivered);
            }
            positions.Save();
        }
    }

    public Task EndedAsync() => Task.WhenAll(All.Select(static tail => tail.Run))
        .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    public Task SettledAsync(TimeSpan patience) => Task.WhenAll(All.Select(tail => tail.Delivery.SettledAsync(patience)));

    public ListValue DebugState() => new([.. All.Select(static tail => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["labels"] = Map(tail.Target.Labels),
        ["discovery_labels"] = Map(tail.Target.Discovered),
        ["way"] = Value.Of(tail.Folder is null ? "api" : "files"),
        ["folder"] = Value.Of(tail.Folder ?? ""),
        ["last_error"] = Value.Of(tail.Problem ?? ""),
        ["update_time"] = Value.Of(Text(tail.Problem is null ? tail.Delivery.LastEntry : tail.ProblemAt)),
    }))]);

    private static string Text(DateTimeOffset? time) => time?.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) ?? "";

    private static MapValue Map(LabelSet labels) =>
        new(labels.ToDictionary(static label => label.Name, static label => Value.Of(label.Value), StringComparer.Ordinal));

    private static LabelSet[] StreamsOf(List<PodTarget> targets) => [.. targets.Select(static target => target.Labels).Distinct()];

    private void Start(List<PodTarget> targets, bool fromEnd, CancellationToken stop)
    {
        PodPosition start = positions.Find(targets[0].Container.Key)
            ?? (fromEnd ? PodPosition.None with { Floor = (services.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100 } : PodPosition.None);
        var tail = new PodTail(services, targets[0], start);
        tail.Apply(targets[0], StreamsOf(targets));
        _tails.Add(targets[0].Container, tail);
        tail.Start(stop);
    }
}
