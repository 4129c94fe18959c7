namespace Agent.Components.Loki.Process;

/// <summary>Rings when a stage wants to be called because time has passed. Most pipelines have none that does, and get no timer.</summary>
internal sealed class StageClock(TimeProvider time, WakeUp wake) : IDisposable
{
    private ITimer? _timer;

    /// <summary>Rings once, so long from now; not at all for null.</summary>
    public void RingIn(TimeSpan? due)
    {
        if (due is not null)
        {
            _timer ??= time.CreateTimer(static wake => ((WakeUp)wake!).Ring(), wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        _timer?.Change(due ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();
}
