using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceFile;

/// <summary>A sink that has not delivered yet: collects the lines, and holds every receipt until told.</summary>
internal sealed class HoldingConsumer : ILogConsumer
{
    private readonly Lock _gate = new();
    private readonly List<Receipt> _held = [];

    public LogCollector Collected { get; } = new();

    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _held.Count;
            }
        }
    }

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        lock (_gate)
        {
            batch.Receipt!.Hold();
            _held.Add(batch.Receipt);
        }
        return Collected.ConsumeAsync(batch, stop);
    }

    public void Settle(int index)
    {
        Receipt receipt;
        lock (_gate)
        {
            receipt = _held[index];
        }
        receipt.Settle();
    }
}
