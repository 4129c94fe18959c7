namespace Agent.Components.Common;

/// <summary>A few objects kept for reuse: one for each producer that is inside a component at the same time.</summary>
internal abstract class ReusePool<T>(int size) : IDisposable
    where T : class, IDisposable
{
    private readonly T?[] _kept = new T?[size];

    public T Rent()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is not null && Interlocked.Exchange(ref _kept[i], null) is { } kept)
            {
                return kept;
            }
        }
        return Create();
    }

    public void Return(T used)
    {
        Clear(used);
        for (int i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is null && Interlocked.CompareExchange(ref _kept[i], used, null) is null)
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
        for (int i = 0; i < _kept.Length; i++)
        {
            Interlocked.Exchange(ref _kept[i], null)?.Dispose();
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
