using Agent.Telemetry.Logs;

namespace Agent.Components.Common;

/// <summary>Batches of log entries kept for reuse.</summary>
internal sealed class LogBatchPool(int size = 8) : ReusePool<LogBatch>(size)
{
    /// <summary>A batch for the changed entries of another one, which begins with the first <paramref name="count"/> as they are.</summary>
    public LogBatch RentPrefix(LogBatch batch, int count)
    {
        LogBatch changed = Rent();
        changed.Receipt = batch.Receipt;
        foreach (ref readonly LogEntry entry in batch.Entries[..count])
        {
            changed.Add(entry);
        }
        return changed;
    }

    protected override LogBatch Create() => new();

    protected override void Clear(LogBatch batch) => batch.Clear();
}
