namespace Agent.Components.Loki.Process;

/// <summary>Where lines wait that came too fast, until a reload or a stop lets them through.</summary>
internal sealed class Throttle(TimeProvider time)
{
    private TaskCompletionSource? _open;

    /// <summary>Made by who comes first: most pipelines have no limit and are never opened.</summary>
    private TaskCompletionSource Opening =>
        Volatile.Read(ref _open) ?? Interlocked.CompareExchange(ref _open, new(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _open;

    /// <summary>Nobody waits any more: what is under way was taken in already, and must not be held up by a limit that is gone.</summary>
    public void Open() => Opening.TrySetResult();

    /// <exception cref="OperationCanceledException">The source gives up; the batch counts as not taken.</exception>
    public async ValueTask WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        if (wait <= TimeSpan.Zero || Opening.Task.IsCompleted)
        {
            return;
        }
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task delay = Task.Delay(wait < Longest ? wait : Longest, time, cut.Token);
        await Task.WhenAny(delay, Opening.Task).ConfigureAwait(false);
        await cut.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
    }

    // What timers take; a rate of a line in weeks is no rate.
    private static TimeSpan Longest { get; } = TimeSpan.FromDays(40);
}
