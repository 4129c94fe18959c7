using System.Globalization;
using Agent.Components.Common;
using Agent.Syntax.Values;

namespace Agent.Components.Loki.SourceFile;

/// <summary>One tail for each target.</summary>
internal sealed class TailSet(TailServices services, TailScheduler scheduler) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<FileTail> _tails = [];
    private readonly List<FileTail> _retiring = [];
    private TailOptions _options = new();

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

    /// <summary>How many of them neither run nor wait for a turn.</summary>
    public int Idle
    {
        get
        {
            lock (_gate)
            {
                return _tails.Count(static tail => tail.Turns.IsIdle);
            }
        }
    }

    /// <summary>Makes the tails those of <paramref name="targets"/>. A target whose labels alone changed keeps its tail.</summary>
    public void Follow(List<ResolvedTarget> targets, TailOptions options, bool isFirst, bool isNew)
    {
        _options = isNew ? options : _options;
        lock (_gate)
        {
            var free = new Dictionary<string, List<FileTail>>(StringComparer.Ordinal);
            foreach (FileTail tail in _tails)
            {
                ListOf(free, tail.Path).Add(tail);
            }
            _tails.Clear();
            services.Targets = targets.Select(static target => target.Path).ToHashSet(StringComparer.Ordinal);
            List<ResolvedTarget> unmatched = TakeSame([.. targets.Distinct()], free);
            foreach (ResolvedTarget target in unmatched)
            {
                FileTail tail = Take(free, target.Path, static _ => true)
                    ?? new FileTail(services, target, _options, isFirst);
                tail.Target = target;
                _tails.Add(tail);
            }
            foreach (FileTail gone in free.Values.SelectMany(static tails => tails))
            {
                gone.IsRetiring = true;
                _retiring.Add(gone);
                scheduler.Wake(gone);
            }
            MarkAlone();
            if (isNew || unmatched.Count > 0)
            {
                WakeAll();
            }
        }
    }

    /// <summary>Wakes what is due and closes what is done with.</summary>
    /// <returns>How often to come back, where files have to be polled.</returns>
    public TimeSpan? WakeDue()
    {
        long now = services.Time.GetTimestamp();
        int polled = 0;
        lock (_gate)
        {
            foreach (FileTail tail in _tails)
            {
                TailState state = tail.State;
                polled += state.IsPolled ? 1 : 0;
                if (state.DueAt <= now)
                {
                    scheduler.Wake(tail);
                }
            }
            for (int i = _retiring.Count - 1; i >= 0; i--)
            {
                if (_retiring[i].IsClosed)
                {
                    _retiring[i].Dispose();
                    _retiring.RemoveAt(i);
                }
                else
                {
                    scheduler.Wake(_retiring[i]);
                }
            }
        }
        services.Metrics.Polled.Set(polled);
        return polled > 0 ? _options.ShortestPoll : null;
    }

    /// <summary>How many targets cannot be read, and the first of them.</summary>
    /// <param name="patience">How long a file that was there may be gone.</param>
    public (int Count, string? First) Failing(TimeSpan patience)
    {
        int count = 0;
        string? first = null;
        long now = services.Time.GetTimestamp();
        lock (_gate)
        {
            foreach (FileTail tail in _tails)
            {
                TailState state = tail.State;
                if (state.Problem is { } problem
                    && (!state.HasRead || services.Time.GetElapsedTime(state.ProblemSince, now) >= patience))
                {
                    count++;
                    first ??= tail.Path.Length == 0 ? "a target has no __path__" : $"cannot read {tail.Path}: {problem}";
                }
            }
        }
        return (count, first);
    }

    public Value DebugState()
    {
        lock (_gate)
        {
            return services.Memory.Describe(new(StringComparer.Ordinal) { ["targets_info"] = new ListValue([.. _tails.Select(Describe)]) });
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (FileTail tail in _tails.Concat(_retiring))
            {
                tail.Dispose();
            }
            _tails.Clear();
            _retiring.Clear();
        }
    }

    private static List<FileTail> ListOf(Dictionary<string, List<FileTail>> byPath, string path)
    {
        if (!byPath.TryGetValue(path, out List<FileTail>? list))
        {
            byPath.Add(path, list = []);
        }
        return list;
    }

    private static FileTail? Take(Dictionary<string, List<FileTail>> free, string path, Predicate<FileTail> wanted)
    {
        int index = free.TryGetValue(path, out List<FileTail>? list) ? list.FindIndex(wanted) : -1;
        if (index < 0)
        {
            return null;
        }
        FileTail tail = list![index];
        list.RemoveAt(index);
        return tail;
    }

    private MapValue Describe(FileTail tail)
    {
        TailState state = tail.State;
        (long lag, long? since) = tail.Lag.Get();
        DateTimeOffset? oldest = since is { } at ? services.Time.GetUtcNow() - services.Time.GetElapsedTime(at) : null;
        return new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["path"] = Value.Of(tail.Path),
            ["labels"] = Value.Of(tail.Target.Key),
            ["is_running"] = Value.Of(state.OpenFiles > 0 || state.IsParked),
            ["read_offset"] = Value.Of(state.DeliveredOffset),
            ["size"] = Value.Of(state.Size),
            ["lag_bytes"] = Value.Of(lag),
            ["oldest_unsent"] = Value.Of(Text(oldest)),
            ["open_files"] = Value.Of(state.OpenFiles),
            ["polled"] = Value.Of(state.IsPolled),
            ["problem"] = Value.Of(state.Problem ?? ""),
            ["last_line_at"] = Value.Of(Text(state.LastLineAt)),
            ["last_error"] = Value.Of(state.LastError),
            ["last_error_at"] = Value.Of(Text(state.LastErrorAt)),
        });
    }

    private static string Text(DateTimeOffset? time) => time?.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) ?? "";

    private List<ResolvedTarget> TakeSame(List<ResolvedTarget> targets, Dictionary<string, List<FileTail>> free)
    {
        var unmatched = new List<ResolvedTarget>();
        foreach (ResolvedTarget target in targets)
        {
            if (Take(free, target.Path, tail => tail.Target.Equals(target)) is { } same)
            {
                _tails.Add(same);
            }
            else
            {
                unmatched.Add(target);
            }
        }
        return unmatched;
    }

    private void MarkAlone()
    {
        var seen = new Dictionary<string, FileTail>(StringComparer.Ordinal);
        foreach (FileTail tail in _tails)
        {
            tail.Options = _options;
            tail.IsAloneOnPath = seen.TryAdd(tail.Path, tail);
            if (!tail.IsAloneOnPath)
            {
                seen[tail.Path].IsAloneOnPath = false;
            }
        }
    }

    private void WakeAll()
    {
        foreach (FileTail tail in _tails)
        {
            scheduler.Wake(tail);
        }
    }
}
