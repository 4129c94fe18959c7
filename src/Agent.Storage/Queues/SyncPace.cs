namespace Agent.Storage.Queues;

/// <summary>How much a log wants to be synced while nobody waits for that.</summary>
internal enum SyncNeed
{
    None,
    Later,
    Now,
}

/// <summary>Runs the sync of a log in the background, and not more often than the disk bears: soon where a source waits for it, else as needed.</summary>
internal sealed class SyncPace : IAsyncDisposable
{
    // What was stored but not synced is read and sent again after a crash, so the gap is short; a slow disk is to have time for others.
    private static readonly TimeSpan ShortestGap = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1);
    private const int GapPerDuration = 4;

    private readonly TimeProvider _time;
    private readonly Func<bool> _sync;
    private readonly Func<SyncNeed> _need;
    private readonly SemaphoreSlim _asked = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _loop;

    /// <param name="time">The clock.</param>
    /// <param name="sync">False where it failed and is to be tried again.</param>
    /// <param name="need">Asked a while after something was stored for which nobody waits.</param>
    public SyncPace(TimeProvider time, Func<bool> sync, Func<SyncNeed> need) => (_time, _sync, _need) = (time, sync, need);

    /// <summary>Something was stored.</summary>
    /// <param name="isAwaited">Whether its source waits until it is synced.</param>
    public void Ask(bool isAwaited)
    {
        lock (_gate)
        {
            _loop ??= Task.Run(RunAsync);
            if (isAwaited)
            {
                _hurry.TrySetResult();
            }
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
            if (!await IsDueAsync())
            {
                continue;
            }
            long started = _time.GetTimestamp();
            while (!_sync())
            {
                await Task.Delay(LongestGap, _time, _stop.Token);
            }
            TimeSpan gap = _time.GetElapsedTime(started) * GapPerDuration;
            await Task.Delay(gap < ShortestGap ? ShortestGap : gap < LongestGap ? gap : LongestGap, _time, _stop.Token);
        }
    }

    /// <summary>What is delivered within the longest gap needs no sync at all.</summary>
    private async Task<bool> IsDueAsync()
    {
        await _hurry.Task.WaitAsync(LongestGap, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Token.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_hurry.Task.IsCompleted)
            {
                _hurry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return true;
            }
        }
        SyncNeed need = _need();
        if (need == SyncNeed.Later && _asked.CurrentCount == 0)
        {
            _asked.Release();
        }
        return need == SyncNeed.Now;
    }
}
