namespace Agent.Components.Prometheus.Scrape;

/// <summary>Says when each target is due, with one timer for all of them.</summary>
/// <param name="time">The clock.</param>
/// <param name="start">Begins a scrape, and returns at once.</param>
internal sealed class ScrapeScheduler(TimeProvider time, Action<TargetScrape, DateTimeOffset> start) : IDisposable
{
    // What a timer can wait for is bounded; waking up for nothing once a day is not worth a thought.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly PriorityQueue<(TargetScrape Target, int Turn), DateTimeOffset> _queue = new();
    private ITimer? _timer;
    private bool _isClosed;

    /// <summary>Nothing is due before this.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _timer = time.CreateTimer(static state => ((ScrapeScheduler)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Arm();
        }
    }

    /// <summary>Puts a target into its place within its interval; what it was due for before counts no more.</summary>
    public void Schedule(TargetScrape target)
    {
        lock (_gate)
        {
            target.Turn++;
            _queue.Enqueue((target, target.Turn), NextDue(target.Target, time.GetUtcNow()));
            Arm();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _timer?.Dispose();
            _queue.Clear();
        }
    }

    /// <summary>The next time that is the target's, pinned to the clock, so that a restart does not move it.</summary>
    internal static DateTimeOffset NextDue(ScrapeTarget target, DateTimeOffset now)
    {
        long interval = target.Interval.Ticks;
        long sinceSlot = (now.Ticks - target.Offset().Ticks) % interval;
        return now.AddTicks(interval - sinceSlot);
    }

    private void OnTimer()
    {
        List<(TargetScrape Target, DateTimeOffset Due)> due = [];
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            while (!_isClosed && _queue.TryPeek(out (TargetScrape Target, int Turn) next, out DateTimeOffset at) && at <= now)
            {
                _queue.Dequeue();
                if (next.Turn != next.Target.Turn)
                {
                    continue;
                }
                due.Add((next.Target, at));
                if (!next.Target.IsRetired)
                {
                    DateTimeOffset following = at + next.Target.Target.Interval;
                    _queue.Enqueue(next, following > now ? following : NextDue(next.Target.Target, now));
                }
            }
            Arm();
        }
        foreach ((TargetScrape target, DateTimeOffset at) in due)
        {
            start(target, at);
        }
    }

    private void Arm()
    {
        if (!_isClosed && _timer is not null && _queue.TryPeek(out _, out DateTimeOffset at))
        {
            TimeSpan wait = at - time.GetUtcNow();
            // A millisecond is the finest that a timer can tell; rounded down it would fire too early, and again.
            wait = wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
            _timer.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
        }
    }
}
