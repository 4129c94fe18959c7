namespace Agent.Components.Common;

/// <summary>A few objects kept for reuse: one for each producer that is inside a component at the same time.</summary>
internal abstract class ReusePool<T>(int size) : IDisposable
    where T : class, IDisposable
{
    // Made with the first return: most components of a large configuration are idle.
    private T?[]? _kept;

    public T Rent()
    {
        T?[] all = Volatile.Read(ref _kept) ?? [];
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i] is not null && Interlocked.Exchange(ref all[i], null) is { } kept)
            {
                return kept;
            }
        }
        return Create();
    }

    public void Return(T used)
    {
        Clear(used);
        T?[] all = Volatile.Read(ref _kept) ?? Interlocked.CompareExchange(ref _kept, new T?[size], null) ?? _kept;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i] is null && Interlocked.CompareExchange(ref all[i], used, null) is null)
            {
                return;
            }
        }
        used.Dispose();
    }

    /// <summary>Returns a batch when its consumer is done with it; at once where it is already.</summary>
    public ValueTask ReturnAfter(ValueTask sent, T used)
    {
        if (sent.IsCompletedSuccessfully)
        {
            Return(used);
            return ValueTask.CompletedTask;
        }
        return ReturnLaterAsync(sent, used);
    }

    public void Dispose()
    {
        T?[] all = Volatile.Read(ref _kept) ?? [];
        for (int i = 0; i < all.Length; i++)
        {
            Interlocked.Exchange(ref all[i], null)?.Dispose();
        }
    }

    protected abstract T Create();

    protected abstract void Clear(T used);

    private async ValueTask ReturnLaterAsync(ValueTask sent, T used)
    {
        try
        {
            await sent.ConfigureAwait(false);
        }
        finally
        {
            Return(used);
        }
    }
}
