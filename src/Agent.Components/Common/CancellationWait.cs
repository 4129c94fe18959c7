namespace Agent.Components.Common;

internal static class CancellationWait
{
    /// <summary>Completes, without an exception, when the token is cancelled: the run of a component that only reacts.</summary>
    public static async Task WhenCancelledAsync(this CancellationToken stop)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = stop.Register(
            static state => ((TaskCompletionSource)state!).TrySetResult(), cancelled);
        await cancelled.Task.ConfigureAwait(false);
    }
}
