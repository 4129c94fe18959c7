using Agent.Telemetry.Logs;

namespace Agent.Components.Common;

/// <summary>A few batches kept for reuse, one for each producer that is inside a component at the same time.</summary>
internal sealed class LogBatchPool(int size = 8) : IDisposable
{
    private readonly LogBatch?[] _kept = new LogBatch?[size];

    public LogBatch Rent()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is not null && Interlocked.Exchange(ref _kept[i], null) is { } batch)
            {
                return batch;
            }
        }
        return new LogBatch();
    }

    public void Return(LogBatch batch)
    {
        batch.Clear();
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
}
