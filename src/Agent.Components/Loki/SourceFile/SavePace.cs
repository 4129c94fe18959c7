namespace Agent.Components.Loki.SourceFile;

/// <summary>Decides when positions are saved: soon after each delivery, because a crash repeats what was delivered since.</summary>
/// <remarks>Asking is safe on any thread; the rest belongs to the one thread that saves.</remarks>
internal sealed class SavePace : IDisposable
{
    /// <summary>Saved at least so often: fingerprints and paths change without any delivery.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(5);

    // Each save syncs the disk twice; a disk that is slow at that is to have time for others.
    private static readonly TimeSpan ShortestGap = TimeSpan.FromMilliseconds(50);
    private const int GapPerDuration = 5;

    /// <summary>However slow the disk: a crash repeats what was delivered meanwhile.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Action _wake;
    private readonly ITimer _timer;
    private TimeSpan _gap = ShortestGap;
    private long _started;
    private long _ended;
    private volatile bool _isAsked;
    private volatile bool _isDue;

    /// <param name="time">The clock.</param>
    /// <param name="wake">Called when it is time to ask <see cref="Begin"/>.</param>
    public SavePace(TimeProvider time, Action wake)
    {
        _time = time;
        _wake = wake;
        _ended = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>There is something to save. Costs next to nothing while a save is already asked for.</summary>
    public void Ask()
    {
        if (_isAsked)
        {
            return;
        }
        _isAsked = true;
        TimeSpan wait = _gap - _time.GetElapsedTime(Volatile.Read(ref _ended));
        if (wait > TimeSpan.Zero)
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
        else
        {
            Wake();
        }
    }

    /// <summary>True where it is time to save now; <see cref="End"/> follows.</summary>
    public bool Begin()
    {
        _started = _time.GetTimestamp();
        if (!_isDue && _time.GetElapsedTime(_ended, _started) < LongestGap)
        {
            return false;
        }
        // What is delivered from here on may miss this save, and asks again.
        _isDue = false;
        _isAsked = false;
        return true;
    }

    public void End()
    {
        long now = _time.GetTimestamp();
        TimeSpan gap = _time.GetElapsedTime(_started, now) * GapPerDuration;
        _gap = gap < ShortestGap ? ShortestGap : gap < LongestPause ? gap : LongestPause;
        Volatile.Write(ref _ended, now);
    }

    public void Dispose() => _timer.Dispose();

    private void Wake()
    {
        _isDue = true;
        _wake();
    }
}
