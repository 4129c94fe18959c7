using Agent.Telemetry.Logs;

namespace Agent.Runtime.Ports;

/// <summary>A receiver of log entries as other components see it.</summary>
public sealed class LogPort : Port<LogBatch>, ILogConsumer
{
    private readonly ILogConsumer _inner;

    internal LogPort(ILogConsumer inner, PortOwner owner)
        : base(owner, "entries") => _inner = inner;

    internal override object Receiver => _inner;

    internal override Edge EdgeFrom(PortOwner sender) => new LogEdge(this, sender);

    private protected override ValueTask HandOverAsync(LogBatch batch, CancellationToken stop) => _inner.ConsumeAsync(batch, stop);

    private protected override int CountOf(LogBatch batch) => batch.Count;
}
