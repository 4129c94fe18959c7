using Agent.Sdk.Metrics;
using Agent.Telemetry.Logs;

namespace Agent.Runtime.Ports;

/// <summary>An arrow of the graph that log entries take.</summary>
public sealed class LogEdge : Edge, ILogConsumer
{
    private readonly LogPort _port;

    internal LogEdge(LogPort port, PortOwner sender)
        : base(port, sender, CounterOf(port, sender, "invar_edge_entries_total", "Log entries handed from one component to another."))
    {
        _port = port;
        Bytes = CounterOf(port, sender, "invar_edge_bytes_total", "Bytes of log lines handed from one component to another.");
    }

    public override string DataType => "loki_log";

    public Counter Bytes { get; }

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        Items.Add(batch.Count);
        Bytes.Add(batch.LineBytes);
        return _port.ConsumeAsync(batch, stop);
    }
}
