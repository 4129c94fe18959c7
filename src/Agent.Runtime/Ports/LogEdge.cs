using Agent.Sdk.Metrics;
using Agent.Telemetry.Logs;

namespace Agent.Runtime.Ports;

/// <summary>An arrow of the graph that log entries take.</summary>
public sealed class LogEdge : Edge, ILogConsumer
{
    internal LogEdge(LogPort port, PortOwner sender)
        : base(port, sender, CounterOf(port, sender, "invar_edge_entries_total", "Log entries handed from one component to another."))
    {
        Bytes = CounterOf(port, sender, "invar_edge_bytes_total", "Bytes of log lines handed from one component to another.");
    }

    public override string DataType => "loki_log";

    public Counter Bytes { get; }

    internal override IEnumerable<Instrument> Instruments => [Items, Bytes];

    public override long ByteCount => Bytes.Value;

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        Items.Add(batch.Count);
        Bytes.Add(batch.LineBytes);
        if (Watchers is { } watchers)
        {
            foreach (IEdgeWatcher watcher in watchers)
            {
                watcher.See(batch);
            }
        }
        return ((LogPort)Port).ConsumeAsync(batch, Sender, stop);
    }
}
