namespace Agent.Components.Loki.Process;

/// <summary>Where lines wait that came too fast, until a reload or a stop lets them through.</summary>
internal sealed class Throttle(TimeProvider time)
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Nobody waits any more: what is under way was taken in already, and must not be held up by a limit that is gone.</summary>
    public void Open() => _open.TrySetResult();

    /// <exception cref="OperationCanceledException">The source gives up; the batch counts as not taken.</exception>
    public async ValueTask WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        if (wait <= TimeSpan.Zero || _open.Task.IsCompleted)
        {
            return;
        }
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task delay = Task.Delay(wait < Longest ? wait : Longest, time, cut.Token);
        await Task.WhenAny(delay, _open.Task).ConfigureAwait(false);
        await cut.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
    }

    // What timers take; a rate of a line in weeks is no rate.
    private static TimeSpan Longest { get; } = TimeSpan.FromDays(40);
}
