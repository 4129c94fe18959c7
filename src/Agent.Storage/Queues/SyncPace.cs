namespace Agent.Storage.Queues;

/// <summary>Runs the sync of a log in the background, soon after something was stored, and not more often than the disk bears.</summary>
internal sealed class SyncPace : IAsyncDisposable
{
    // What was stored but not synced is read and sent again after a crash, so the gap is short; a slow disk is to have time for others.
    private static readonly TimeSpan ShortestGap = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1);
    private const int GapPerDuration = 4;

    private readonly TimeProvider _time;
    private readonly Func<bool> _sync;
    private readonly SemaphoreSlim _asked = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task? _loop;

    /// <param name="time">The clock.</param>
    /// <param name="sync">False where it failed and is to be tried again.</param>
    public SyncPace(TimeProvider time, Func<bool> sync) => (_time, _sync) = (time, sync);

    /// <summary>Something was stored.</summary>
    public void Ask()
    {
        lock (_gate)
        {
            _loop ??= Task.Run(RunAsync);
        }
        if (_asked.CurrentCount == 0)
        {
            _asked.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_loop is not null)
        {
            await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _stop.Dispose();
        _asked.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await _asked.WaitAsync(_stop.Token);
            long started = _time.GetTimestamp();
            while (!_sync())
            {
                await Task.Delay(LongestGap, _time, _stop.Token);
            }
            TimeSpan gap = _time.GetElapsedTime(started) * GapPerDuration;
            await Task.Delay(gap < ShortestGap ? ShortestGap : gap < LongestGap ? gap : LongestGap, _time, _stop.Token);
        }
    }
}
