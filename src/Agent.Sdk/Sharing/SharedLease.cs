namespace Agent.Sdk.Sharing;

/// <summary>One user's hold on a shared resource; disposing of it twice counts once.</summary>
public sealed class SharedLease<T>(T resource, Func<ValueTask> giveBack) : IAsyncDisposable
    where T : class
{
    private Func<ValueTask>? _giveBack = giveBack;

    public T Resource => resource;

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _giveBack, null)?.Invoke() ?? ValueTask.CompletedTask;
}
