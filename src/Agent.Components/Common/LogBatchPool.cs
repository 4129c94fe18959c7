using Agent.Telemetry.Logs;

namespace Agent.Components.Common;

/// <summary>Batches of log entries kept for reuse.</summary>
internal sealed class LogBatchPool(int size = 8) : ReusePool<LogBatch>(size)
{
    protected override LogBatch Create() => new();

    protected override void Clear(LogBatch batch) => batch.Clear();
}
