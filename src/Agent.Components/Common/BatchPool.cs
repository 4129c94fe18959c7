namespace Agent.Components.Common;

/// <summary>A few batches kept for reuse, one for each producer that is inside a component at the same time.</summary>
internal abstract class BatchPool<TBatch>(int size) : IDisposable
    where TBatch : class, IDisposable
{
    private readonly TBatch?[] _kept = new TBatch?[size];

    public TBatch Rent()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is not null && Interlocked.Exchange(ref _kept[i], null) is { } batch)
            {
                return batch;
            }
        }
        return Create();
    }

    public void Return(TBatch batch)
    {
        Clear(batch);
        for (int i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is null && Interlocked.CompareExchange(ref _kept[i], batch, null) is null)
            {
                return;
            }
        }
        batch.Dispose();
    }

    public void Dispose()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            Interlocked.Exchange(ref _kept[i], null)?.Dispose();
        }
    }

    protected abstract TBatch Create();

    protected abstract void Clear(TBatch batch);
}
